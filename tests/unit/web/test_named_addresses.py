"""Addresses for machines that name something: what fits, and what is left to the pages."""

from pathlib import Path

import pytest
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from idp.web.address import Callers, TrustedProxies
from idp.web.call import Answer, Call, json_answer
from idp.web.direct import Direct, DirectRoute
from idp.web.routes import Guard
from tests.drivers.provider import ISSUER, settings_for

ROUTES = ("/things", "/things/{thing}", "/things/{thing}/parts/{part}", "/things/{thing}/open")


@pytest.fixture
def client(tmp_path: Path) -> Client:
    direct = Direct(settings_for(tmp_path), Callers(TrustedProxies(())), lambda _origin: False, lambda _path, _error: None)

    def answering(path: str) -> DirectRoute:
        def answer(call: Call) -> Answer:
            return json_answer({"path": path, **call.named})

        return DirectRoute(path, answer, ("GET",), Guard.PROTOCOL)

    direct.mount(map(answering, ROUTES))

    def page(_environ: object, start_response: object) -> list[bytes]:
        start_response("404 Not Found", [])  # type: ignore[operator]
        return [b"a page"]

    return Client(direct.before(page))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/things", {"path": "/things"}),
        ("/things/a", {"path": "/things/{thing}", "thing": "a"}),
        ("/things/caf%C3%A9%20%2B", {"path": "/things/{thing}", "thing": "café +"}),
        ("/things/a/parts/b", {"path": "/things/{thing}/parts/{part}", "thing": "a", "part": "b"}),
        ("/things/a/open", {"path": "/things/{thing}/open", "thing": "a"}),
    ],
)
def test_what_fits(client: Client, address: str, told: dict[str, str]) -> None:
    assert client.get(address, base_url=ISSUER).get_json() == told


@pytest.mark.parametrize(
    "address",
    ["/", "/thing", "/things/", "/things//open", "/things/a/b", "/things/a/parts/", "/things/a%2Fopen%2Fc"],
)
def test_what_is_left_to_the_pages(client: Client, address: str) -> None:
    assert client.get(address, base_url=ISSUER).get_data() == b"a page"


def test_bytes_that_are_no_text_fit_nothing(client: Client) -> None:
    environ = EnvironBuilder("/things/x", base_url=ISSUER).get_environ() | {"PATH_INFO": "/things/\xff"}
    body, _status, _headers = run_wsgi_app(client.application, environ)
    assert b"".join(body) == b"a page"
