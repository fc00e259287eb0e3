"""Static files, whole and compressed."""

import gzip

from werkzeug.test import TestResponse

from idp.web.render import STATIC
from tests.drivers.provider import Provider

STYLE = (STATIC / "style.css").read_bytes()


def got(provider: Provider, **headers: str) -> TestResponse:
    """The style sheet, read to its end."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with provider.app.test_client().get("/static/style.css", base_url=provider.issuer, headers=named) as answer:
        answer.get_data()
        return answer


def test_a_browser_that_takes_it_gets_the_file_compressed(provider: Provider) -> None:
    plain, small = got(provider), got(provider, Accept_Encoding="gzip, br")
    assert (plain.data, plain.headers.get("Content-Encoding")) == (STYLE, None)
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == STYLE
    assert int(small.headers["Content-Length"]) == len(small.data) < len(STYLE) / 2
    assert plain.headers["Vary"] == small.headers["Vary"] == "Accept-Encoding"


def test_who_has_the_file_is_told_so(provider: Provider) -> None:
    tag = got(provider, Accept_Encoding="gzip").headers["ETag"]
    again = got(provider, Accept_Encoding="gzip", If_None_Match=tag)
    assert (again.status_code, again.data) == (304, b"")


def test_a_range_is_of_the_file_as_it_is(provider: Provider) -> None:
    part = got(provider, Accept_Encoding="gzip", Range="bytes=0-9")
    assert (part.status_code, part.data) == (206, STYLE[:10])
