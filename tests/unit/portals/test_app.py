"""The portal as a whole: over TLS, and when it is crowded."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

from portals.app import create_portal
from portals.brands import load_brands
from portals.settings import PortalSettings
from tests.unit.portals.conftest import Portal
from tests.unit.portals.fake_provider import FakeProvider


def test_over_tls_the_cookie_and_the_transport_are_bound(tmp_path: Path, provider: FakeProvider) -> None:
    settings = PortalSettings(load_brands()["stellantis"], provider.issuer, "https://portal.example", tmp_path)
    app = create_portal(settings)
    answer = app.test_client().get("/login", base_url="https://portal.example")
    app.extensions["store"].close()
    assert answer.status_code == 303
    assert answer.headers["Set-Cookie"].startswith("__Host-stellantis_portal=")
    assert "; Secure; HttpOnly; Path=/; SameSite=Lax" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert "redirect_uri=https://portal.example/callback" in answer.headers["Location"].replace("%3A", ":").replace("%2F", "/")


def test_addresses_never_come_from_the_request(tmp_path: Path, provider: FakeProvider) -> None:
    settings = PortalSettings(load_brands()["stellantis"], provider.issuer, "https://portal.example", tmp_path)
    app = create_portal(settings)
    answer = app.test_client().get("/login", base_url="http://localhost:1", headers={"X-Forwarded-Host": "evil.example"})
    app.extensions["store"].close()
    assert "portal.example" in answer.headers["Location"]
    assert "evil.example" not in answer.headers["Location"]


def test_pages_never_take_the_threads_the_api_needs(portal: Portal, tmp_path: Path) -> None:
    app = create_portal(replace(portal.settings, data_dir=tmp_path / "small", threads=2))
    inside, leave = Event(), Event()

    def slow() -> str:
        inside.set()
        leave.wait(10)
        return "done"

    app.view_functions["pages.support"] = slow
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: app.test_client().get("/support"))
        assert inside.wait(10)
        crowded = app.test_client().get("/")
        machine = app.test_client().get("/api/jwks.json")
        leave.set()
        assert first.result().status_code == 200
    assert (crowded.status_code, crowded.headers["Retry-After"]) == (503, "5")
    assert machine.status_code == 200
    assert app.test_client().get("/").status_code == 200
    app.extensions["store"].close()
