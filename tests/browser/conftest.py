"""Chromium, and a demonstration to open in it. What a page must never do fails the test that saw it."""

import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright
from werkzeug.serving import make_server

from idp.subjects.subjects import NewSubject
from tests.browser.demo import Demo, Places, a_demo, free_ports
from tests.browser.getting_back import AGREEMENTS, Agreement, Outsider, somebody
from tests.browser.office import Office, an_office
from tests.browser.visitor import OF_ALL_OTHERS, Visitor
from tests.browser.watch import Watch
from tests.builders import TestClock
from tests.drivers.desk import Desk, a_desk

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# The same engine without the windows, profiles and services around it: half the work for each page.
ENGINE = ("chromium-headless-shell", *CHROMIUM)
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 20_000

OpenBrowser = Callable[..., Visitor]
Newcomer = Callable[[], tuple[Visitor, str]]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with a_demo(tmp_path_factory.mktemp("demo"), free_ports(3)) as running:
        with an_office(running.settings) as office:
            for customer in running.customers:
                office.puts_off_the_offer(customer["username"])
        yield running


@pytest.fixture(scope="session")
def office(demo: Demo) -> Iterator[Office]:
    with an_office(demo.settings) as open_now:
        yield open_now


@pytest.fixture(autouse=True)
def rested(request: pytest.FixtureRequest) -> None:
    """No story feels the one before."""
    if "office" in request.fixturenames or "demo" in request.fixturenames:
        office = request.getfixturevalue("office")
        office.forgets_tries()
        office.forgets_newcomers()


@pytest.fixture(scope="session")
def places(demo: Demo) -> Places:
    """What a browser opens, unless a module says otherwise."""
    return demo


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright, programs=ENGINE)
    yield browser
    browser.close()


@pytest.fixture
def open_browser(chromium: Browser, places: Places) -> Iterator[OpenBrowser]:
    """Opens browsers that have never been anywhere; the options are those of a Playwright context."""
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_one(**options: Any) -> Visitor:
        context = chromium.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        opened.append((context, Watch(context)))
        return Visitor(context.new_page(), places)

    yield open_one
    faults: list[str] = []
    for context, watch in opened:
        context.close()
        faults += watch.faults()
    assert faults == []


@pytest.fixture
def visitor(open_browser: OpenBrowser) -> Visitor:
    return open_browser()


@pytest.fixture
def newcomer(open_browser: OpenBrowser, office: Office) -> Newcomer:
    """Somebody with a password and a browser, whom nobody has seen before."""

    def come() -> tuple[Visitor, str]:
        name = f"p{secrets.token_hex(4)}"
        office.add_customer(NewSubject(username=name, email=f"{name}@example.test", email_verified=True), OF_ALL_OTHERS)
        return open_browser(), name

    return come


@pytest.fixture(params=["stellantis", "alphera"])
def brand(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def outsider(open_browser: OpenBrowser, office: Office, brand: str) -> Outsider:
    """Somebody who is about to find that they cannot sign in at the brand."""
    return somebody(open_browser(), office, brand)


@pytest.fixture
def agreement(brand: str) -> Agreement:
    """One of the brand that nobody sees online yet."""
    return AGREEMENTS[brand]


@pytest.fixture
def holder(open_browser: OpenBrowser, office: Office, brand: str, agreement: Agreement) -> Outsider:
    """Such a one who sees that agreement online."""
    return somebody(open_browser(), office, brand, numbers={brand: agreement.customer})


@pytest.fixture
def desk(tmp_path: Path, clock: TestClock) -> Iterator[Desk]:
    """The desk of the stricter brand, on a port of this machine."""
    port = free_ports(1)
    with a_desk(tmp_path, clock, "alphera", issuer=f"http://localhost:{port}") as running:
        server = make_server("127.0.0.1", port, running.provider.app, threaded=True)
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        try:
            yield running
        finally:
            server.shutdown()
            serving.join()


def launch(playwright: Playwright, *switches: str, programs: tuple[str, ...] = CHROMIUM) -> Browser:
    """A Chromium without a screen, the first of `programs` there is. A missing one is a failure, never a skipped test."""
    found = next(filter(None, map(shutil.which, programs)), None)
    if found is None:
        raise FileNotFoundError("chromium is missing; install it with: apt-get install chromium")
    return playwright.chromium.launch(executable_path=Path(found), args=[*SWITCHES, *switches])
