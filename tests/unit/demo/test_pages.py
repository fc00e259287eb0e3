"""`/demo` is there in demo mode and for this machine alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from idp.app import House, create_app, lay_ground
from idp.core.mail import DemoMailbox
from idp.core.migrations import upgrade
from idp.core.outbox import Attempt
from idp.demo.customers import CUSTOMERS
from idp.demo.folder import DemoFolder
from idp.demo.newcomers import NEWCOMERS
from idp.settings import Settings
from portals.data.customers import load_books
from tests.builders import BEGINNING, TestClock


def served(folder: Path, **changed: str) -> Client:
    demo = DemoFolder(folder, 9000)
    demo.prepare()
    settings = Settings.from_environment(demo.environment() | changed)
    clock = TestClock()
    upgrade(lay_ground(settings, clock).database)
    return Client(create_app(settings, clock=clock))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = served(tmp_path)
    yield client
    house(client).ground.database.close()


def house(client: Client) -> House:
    found: House = client.application.extensions["idp"]  # type: ignore[attr-defined]
    return found


def get(client: Client, address: str = "127.0.0.1", **headers: str) -> TestResponse:
    environ = {"REMOTE_ADDR": address}
    return client.get("/demo", base_url="http://localhost:9000", environ_overrides=environ, headers=headers)


def test_it_shows_portals_customers_and_their_passwords(client: Client) -> None:
    page = get(client)
    assert page.status_code == 200
    for customer in CUSTOMERS:
        assert customer.password in page.text
    assert 'href="http://localhost:9001"' in page.text
    assert "Stellantis Financial Services: ST-204118" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_it_shows_who_can_activate_online_access_as_the_books_have_it(client: Client) -> None:
    page = get(client).text
    for one in NEWCOMERS:
        holder = load_books(one.brand).holder(one.agreement)
        assert holder is not None
        assert (one.name, one.postcode) == (holder.name, holder.postcode)
        assert one.birth_date == f"{holder.birth_date:%-d %B %Y}"
        assert one.agreement in page


def test_a_text_is_shown_by_its_first_line(client: Client) -> None:
    ground = house(client).ground
    payload = {"to": "+447700900118", "text": "123456 is your code\n\n@localhost #123456"}
    DemoMailbox(ground.database, ground.clock, "text")(payload, Attempt(1, "text", "", 1, BEGINNING, BEGINNING))
    page = get(client).text
    assert "<strong>123456 is your code</strong>" in page
    assert "@localhost #123456" in page


def test_it_shows_what_was_sent_newest_first(client: Client) -> None:
    ground = house(client).ground
    deliver = DemoMailbox(ground.database, ground.clock, "mail")
    for subject in ("The older", "The newer <b>"):
        payload = {"to": "ana@example.test", "subject": subject, "text": "Hello"}
        deliver(payload, Attempt(1, "mail", "", 1, BEGINNING, BEGINNING))
    page = get(client).text
    assert page.index("The newer &lt;b&gt;") < page.index("The older")
    assert "02 November 2026, 09:30:00 UTC" in page


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "::ffff:192.0.2.7", ""])
def test_other_machines_find_nothing(client: Client, address: str) -> None:
    assert get(client, address).status_code == 404


def test_what_a_proxy_passes_on_finds_nothing(tmp_path: Path) -> None:
    client = served(tmp_path, IDP_TRUSTED_PROXIES="127.0.0.1")
    assert get(client, "127.0.0.1", **{"X-Forwarded-For": "192.0.2.7"}).status_code == 404
    assert get(client, "127.0.0.1").status_code == 200


def test_without_demo_mode_there_is_no_such_page(tmp_path: Path) -> None:
    client = served(tmp_path, IDP_DEMO="0", IDP_MAIL_URL=f"file://{tmp_path}/mail")
    assert get(client).status_code == 404
