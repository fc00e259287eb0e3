"""The issuer is `https://host/path`: everything lies beneath it, and nothing leads beside it.

The browser of these stories looks at every address on every page it sees.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from flask import Flask
from werkzeug.test import Client

from idp.cli.seed import sow
from portals.app import create_portal
from portals.brands import load_brands
from portals.settings import PortalSettings
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.admin_api import AdminApi
from tests.drivers.browser import Browser
from tests.drivers.ceremony import uses
from tests.drivers.post import Post, read
from tests.drivers.provider import CLIENTS_FILE, Provider, a_provider
from tests.drivers.registrant import APPLICATION, Registrant
from tests.drivers.serving import serving
from tests.drivers.staff import StaffMember
from tests.journeys.recoveries import asked, newest
from tests.running import free_port

ORIGIN = "http://localhost:9000"
ISSUER = f"{ORIGIN}/sign-in/v1"
BYE = "https://sphere.example/bye"
LINK = re.compile(rf"{ORIGIN}\S*")


@pytest.fixture
def provider(tmp_path: Path, clock: TestClock) -> Iterator[Provider]:
    with a_provider(tmp_path, clock, issuer=ISSUER, demo="true") as running:
        yield running


def document(provider: Provider, address: str) -> dict[str, object]:
    answer = Client(provider.app, use_cookies=False).get(address, base_url=ORIGIN)
    return dict(answer.get_json()) if answer.status_code == 200 else {}


def test_discovery_stands_at_both_forms_of_its_address(provider: Provider) -> None:
    """OpenID Connect Discovery 4.1; RFC 8414, 3.1 and 5: and at no address that belongs to another issuer."""
    found = document(provider, "/sign-in/v1/.well-known/openid-configuration")
    assert found["issuer"] == ISSUER
    assert all(str(url).startswith(f"{ISSUER}/") for name, url in found.items() if name.endswith(("_endpoint", "jwks_uri")))
    for name in ("oauth-authorization-server", "openid-configuration"):
        assert document(provider, f"/.well-known/{name}/sign-in/v1") == found
        assert document(provider, f"/.well-known/{name}") == {}
    assert document(provider, "/.well-known/passkey-endpoints")["manage"] == f"{ISSUER}/account/security/passkeys"
    assert document(provider, "/readyz") == {"status": "ready"}


def test_both_brands_sign_in_and_out(provider: Provider, browser: Browser) -> None:
    provider.add_customer(given_name="Ana")
    first = provider.add_client("drive", brand="stellantis", consent="implied")
    second = provider.add_client("sphere", brand="alphera", consent="implied", post_logout_redirect_uris=[BYE])
    browser.open(first.request())
    assert first.redeem(first.code(browser.sign_in("ana", ANA_PASSWORD))).status == 200
    assert browser.open(f"{ORIGIN}/account").left
    browser.open(second.request())
    tokens = second.redeem(second.code(browser.submit(press="allow"))).body
    assert second.claims(tokens["access_token"])["iss"] == second.claims(tokens["id_token"])["iss"] == ISSUER
    assert second.userinfo(tokens["access_token"])["sub"] == second.claims(tokens["id_token"])["sub"]
    assert second.introspect(second.refresh(tokens["refresh_token"])["access_token"])["active"]
    answer = browser.open(f"{ISSUER}/logout?id_token_hint={tokens['id_token']}&post_logout_redirect_uri={BYE}&state=x")
    assert answer.url == f"{BYE}?state=x"
    assert first.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert "error=login_required" in browser.open(first.request(prompt="none")).url


def test_passkeys_own_pages_languages_and_mails(provider: Provider, browser: Browser, tmp_path: Path) -> None:
    """A passkey is bound to the origin, not to the path; links in mails lead beneath it."""
    provider.add_customer(given_name="Ana")
    device, shop, post = (
        provider.add_passkey(),
        provider.add_client("shop", brand="alphera", consent="implied"),
        Post(provider, tmp_path),
    )
    browser.open(shop.request())
    assert shop.code(uses(browser, device))
    browser.open("/account/security")
    browser.open(urljoin(browser.page.url, browser.page.link("passkeys")))
    assert "Laptop" in browser.text()
    chooser = browser.page.chooser
    assert chooser is not None
    chosen = browser.post(urljoin(ORIGIN, chooser.action), chooser.fields | {"language": "de"})
    assert (chosen.url, 'lang="de"' in chosen.body) == (f"{ISSUER}/account/security/passkeys", True)
    assert "Laptop" in browser.text()
    stranger = provider.browser("192.0.2.40")
    asked(stranger, provider.add_client("other", brand="stellantis", consent="implied"))
    link, _ = newest(post)
    assert "a•••" in stranger.open(link).text
    links = {link for mail in post.mails() for link in LINK.findall(read(mail))}
    assert links == {link for link in links if link.startswith(f"{ISSUER}/")} != set()


def test_the_console_the_admin_api_registration_and_the_demonstration(provider: Provider, browser: Browser) -> None:
    sam = StaffMember(provider, "administrator")
    assert sam.open("/console/clients").url == f"{ISSUER}/console/clients"
    browser.open("/demo")
    browser.open(urljoin(browser.page.url, browser.page.link("Every mail and text")))
    assert browser.page.url == f"{ISSUER}/demo/mails"
    ledger = APPLICATION | {"client_id": "ledger", "brand": "alphera"}
    made = AdminApi.of_client(provider, "admin:clients").call("POST", "/clients", ledger)
    assert made.headers["Location"] == "/sign-in/v1/admin/v1/clients/ledger"
    own = Registrant(provider, Registrant.a_token(provider))
    registered = own.registers()
    assert registered["registration_client_uri"].startswith(f"{ISSUER}/register/")
    assert own.manages("GET", registered).status == 200


class Behind(TestClock):
    """The machine's clock, two seconds ago: what a portal signs is younger than all that the provider has."""

    def now(self) -> datetime:
        return datetime.now(UTC) - timedelta(seconds=2)


def test_a_portal_of_such_an_issuer(tmp_path: Path) -> None:
    """Over real sockets: discovery, client keys, the account API, and the way out; by the machine's clock."""
    port, clock = free_port(), Behind()
    file = tmp_path / "clients.yaml"
    file.write_text(CLIENTS_FILE.read_text("utf-8").replace("localhost:9001", f"localhost:{port}"), "utf-8")
    with ExitStack() as running:
        made: list[Provider] = []

        def provide(address: str) -> Flask:
            issuer = f"{address}/sign-in/v1"
            made.append(running.enter_context(a_provider(tmp_path, clock, issuer=issuer, clients_file=str(file))))
            return made[0].app

        issuer = running.enter_context(serving(provide)) + "/sign-in/v1"
        settings = PortalSettings(load_brands()["stellantis"], issuer, f"http://localhost:{port}", tmp_path)
        portal = create_portal(settings)
        running.callback(portal.extensions["store"].close)
        running.callback(portal.extensions["ledger"].store.close)
        home = running.enter_context(serving(lambda _address: portal, "localhost", port))
        customer = running.enter_context(requests.Session())
        sow(made[0].house)
        made[0].add_customer(given_name="Ana", numbers={"stellantis": "ST-204118"})
        browser = made[0].browser()
        begun = customer.get(f"{home}/login?next=/overview", allow_redirects=False, timeout=10)
        browser.open(begun.headers["Location"])
        back = browser.sign_in("ana", ANA_PASSWORD).url
        assert back.startswith(f"{home}/callback?")
        overview = customer.get(back, timeout=10).text
        assert "Ana" in overview
        token = overview.split('name="csrf_token" value="')[1].split('"')[0]
        left = customer.post(f"{home}/logout", data={"csrf_token": token}, allow_redirects=False, timeout=10)
        assert browser.open(left.headers["Location"]).url.startswith(f"{home}/signed-out?state=")
