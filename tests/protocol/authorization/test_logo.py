"""A client's logo on the consent page: fetched once through the guarded fetcher, served from our origin (P2)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from werkzeug.test import Client, TestResponse

from idp.clients.metadata import ClientMetadata
from tests.drivers.provider import ISSUER
from tests.drivers.site import Site, a_site
from tests.protocol.authorization.provider import BOTH, CLIENTS, Seeded, authorize

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 100


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site("/logo", PNG, "image/png") as told:
        yield told


def give_logo(provider: Seeded, url: str) -> None:
    planner = next(client for client in CLIENTS if client["client_id"] == "planner")
    ground = provider.house.ground
    with ground.database.transaction() as db:
        meta = ClientMetadata.model_validate({"grant_types": BOTH, **planner, "logo_uri": url})
        provider.house.parties.clients.save(db, ground.bus, meta, "file")
    provider.clock.advance(timedelta(seconds=2))


def picture(provider: Seeded, client_id: str = "planner") -> TestResponse:
    return Client(provider.app, use_cookies=False).get(f"/logo/{client_id}", base_url=ISSUER)


def test_it_comes_from_our_origin_and_is_fetched_once(provider: Seeded, site: Site) -> None:
    """P2, S3.11: fetched once through the guarded fetcher, served from our origin."""
    give_logo(provider, site.url)
    browser = provider.signed_in()
    page = browser.open(authorize("planner"))
    assert 'src="/logo/planner"' in page.body
    assert site.url not in page.body
    for _ in range(3):
        shown = picture(provider)
        assert (shown.status_code, shown.headers["Content-Type"], shown.data) == (200, "image/png", PNG)
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert site.calls == ["/logo"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("image/png", b"<html><script>alert(1)</script>"),
        ("text/html", PNG),
        ("image/png", PNG.ljust(64 * 1024 + 1)),
        ("image/png", b""),
    ],
)
def test_what_is_no_small_picture_is_not_served(provider: Seeded, site: Site, kind: str, body: bytes) -> None:
    """P2: PNG or JPEG, at most 64 KiB."""
    site.kind, site.body = kind, body
    give_logo(provider, site.url)
    for _ in range(2):
        assert picture(provider).status_code == 404
    assert len(site.calls) == 1


def test_a_jpeg_will_do(provider: Seeded, site: Site) -> None:
    """P2: PNG or JPEG, and 64 KiB are not too many."""
    site.kind, site.body = "image/jpeg", JPEG.ljust(64 * 1024)
    give_logo(provider, site.url)
    shown = picture(provider)
    assert (shown.headers["Content-Type"], len(shown.data)) == ("image/jpeg", 64 * 1024)


@pytest.mark.parametrize("client_id", ["stellantis-portal", "nobody", "%00", "x" * 500])
def test_no_logo_no_picture(provider: Seeded, client_id: str) -> None:
    """P2: PNG or JPEG of at most 64 KiB, or none."""
    assert picture(provider, client_id).status_code == 404


def test_a_private_address_is_not_called(provider: Seeded) -> None:
    """S3.11: the guarded fetcher."""
    give_logo(provider, "https://169.254.169.254/latest/meta-data")
    assert picture(provider).status_code == 404


def test_a_client_has_one_however_often_it_moves_it(provider: Seeded, site: Site) -> None:
    """S3.11: of each client one picture is kept, that of the address that is registered now."""
    for address, picture_there in ((site.url, PNG), (f"{site.url}?2", PNG + b"2"), (site.url, PNG)):
        site.body = picture_there
        give_logo(provider, address)
        assert [picture(provider).data for _ in range(2)] == [picture_there] * 2
    assert site.calls == ["/logo", "/logo?2", "/logo"]
