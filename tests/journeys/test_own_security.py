"""Customers look after what they sign in with: apps, recovery codes, browsers. Each brand in its own dress."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from idp.core.events import AuthenticatorEnrolled, Event, SessionEnded
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import STEP, AuthenticatorApp
from tests.drivers.browser import Browser, Page
from tests.drivers.mail_server import mail_server
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

HOME = "/account/security"
APPS, CODES, BROWSERS = f"{HOME}/apps", f"{HOME}/recovery-codes", f"{HOME}/browsers"
MINUTE = timedelta(minutes=1)
NAMES = {"stellantis": "Stellantis Financial Services", "alphera": "ALPHERA Financial Services"}


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return provider.add_client("shop", brand=str(request.param), consent="implied")


@pytest.fixture
def at_alphera(provider: Provider) -> RelyingParty:
    """Where browsers can be trusted."""
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return provider.add_client("shop", brand="alphera", consent="implied")


def signs_in(provider: Provider, shop: RelyingParty, app: AuthenticatorApp | None = None, **boxes: str) -> Browser:
    """Ana in a browser of hers."""
    browser = provider.browser()
    browser.open(shop.request())
    page = browser.sign_in("ana", ANA_PASSWORD)
    if app is not None:
        page = browser.submit(code=app.code(), **boxes)
    assert page.left
    return browser


def proposed(page: Page, clock: TestClock) -> AuthenticatorApp:
    """An app into which the key on the page was typed."""
    key = re.search(r"<code>([A-Z2-7 ]+)</code>", page.body)
    assert key is not None
    return AuthenticatorApp(key[1].replace(" ", ""), clock)


def adds_an_app(browser: Browser, clock: TestClock, label: str = "Pixel") -> AuthenticatorApp:
    app = proposed(browser.open(f"{APPS}/new"), clock)
    browser.submit(code=app.code(), label=label)
    return app


def sets_up_a_first_app(browser: Browser, provider: Provider, label: str = "Pixel") -> AuthenticatorApp:
    """Ana, who has a password alone, comes to add an app, and a code to her contact vouches for her."""
    browser.open(f"{APPS}/new")
    provider.contact_vouches(browser)
    app = proposed(browser.open(browser.page.link("authenticator app")), provider.clock)
    browser.open(browser.submit(code=app.code(), label=label).link("Continue to your account"))
    return app


def comes_to_add_another(provider: Provider, browser: Browser, username: str = "ana") -> Page:
    """A customer who has an app, at the page that adds one."""
    provider.add_customer(username)
    app = provider.add_app(username)
    browser.open(f"{APPS}/new")
    browser.sign_in(username, ANA_PASSWORD)
    return browser.submit(code=app.code())


def shown_codes(page: Page) -> list[str]:
    return re.findall(r"<code class=\"whole\">([0-9A-Z-]{19})</code>", page.body)


def delivered(provider: Provider, folder: Path) -> list[str]:
    """Whose mails these are, and what they say first."""
    provider.house.protocol.outbox.run_once(20)
    return [str(mail["Subject"]) for mail in mail_server().arrived(folder)]


def test_the_page_shows_the_state_in_the_dress_of_the_brand(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    browser = signs_in(provider, shop)
    page = browser.open(HOME)
    name = NAMES[str(shop.metadata.brand)]
    assert f"official address of {name}" in page.text
    assert page.link(f"Back to {name}").startswith("http://localhost:900")
    assert "Only your password protects your account" in page.text
    app = sets_up_a_first_app(browser, provider)
    clock.advance(timedelta(days=1))
    page = signs_in(provider, shop, app).open(HOME)
    assert "1, last used today (Pixel)" in page.text
    assert "Only your password" not in page.text


def test_another_app_takes_the_strongest_proof_and_raises_the_session(
    provider: Provider, shop: RelyingParty, clock: TestClock
) -> None:
    had = provider.add_app()
    browser = signs_in(provider, shop, had)
    before = browser.cookie("idp_session")
    clock.advance(6 * MINUTE)
    assert "Confirm it’s you" in browser.open(f"{APPS}/new").text
    assert "Enter the code from your app" in browser.submit(password=ANA_PASSWORD).text
    assert "Scan this with it" in browser.submit(code=had.code()).text
    app = proposed(browser.page, clock)
    page = browser.submit(code=app.code(), label=" Pixel ")
    assert (page.url.endswith(CODES), "“Pixel” is added" in page.text) == (True, True)
    assert browser.cookie("idp_session") not in (None, before)
    assert "is added" not in browser.open(APPS).text  # it is said once
    clock.advance(STEP)
    assert provider.happened("SessionEnded") == []
    signs_in(provider, shop, app)


def test_only_for_a_first_app_a_contact_had_to_vouch(provider: Provider, browser: Browser, clock: TestClock) -> None:
    ana = provider.add_customer()
    browser.open(HOME)
    browser.sign_in("ana", ANA_PASSWORD)
    sets_up_a_first_app(browser, provider)
    first = clock.now()
    clock.advance(MINUTE)
    adds_an_app(browser, clock, "Tablet")
    assert [event.details()["recovered"] for event in provider.happened("AuthenticatorEnrolled")] == [True, False]
    with provider.house.ground.database.reading() as db:
        told = provider.house.people.subjects.get(db, ana.id)
    assert told is not None
    assert told.recovered_at == first


def test_what_is_typed_wrongly_is_told_and_the_secret_stays(provider: Provider, browser: Browser, clock: TestClock) -> None:
    app = proposed(comes_to_add_another(provider, browser), clock)
    for typed, said in (
        ({"code": app.other_than_right()}, "That code did not match"),
        ({"code": app.code(4 * MINUTE)}, "4 minutes fast"),
        ({"code": " "}, "Type the code"),
        ({"code": app.code(), "label": " \u202e "}, "The app needs a name"),
        ({"code": app.code(), "label": "x" * 65}, "The app needs a name"),
    ):
        page = browser.submit(**typed)
        assert (page.status, said in page.text, proposed(page, clock)) == (422, True, app)
    assert proposed(browser.open(f"{APPS}/new"), clock) == app
    assert "is added" in browser.submit(code=app.code(), label="Pixel").text


def test_a_secret_is_never_taken_from_a_form(provider: Provider, browser: Browser, clock: TestClock) -> None:
    comes_to_add_another(provider, browser)
    planted = provider.house.people.totp.propose("ana", "Tests").secret
    fields = browser.page.forms[-1].fields | {"secret": planted, "code": AuthenticatorApp(planted, clock).code()}
    assert "That code did not match" in browser.post(f"{APPS}/new", fields).text


def test_a_page_sent_again_or_left_for_long_adds_nothing(provider: Provider, browser: Browser, clock: TestClock) -> None:
    app = proposed(comes_to_add_another(provider, browser), clock)
    sent = browser.page.forms[-1].fields | {"code": app.code(), "label": "Pixel"}
    browser.post(f"{APPS}/new", sent)
    clock.advance(STEP)
    assert "was answered before" in browser.post(f"{APPS}/new", sent | {"code": app.code()}).text
    assert len(provider.happened("AuthenticatorEnrolled")) == 1


def test_a_session_that_enrolling_ends_does_not_come_back(provider: Provider, browser: Browser, clock: TestClock) -> None:
    app = proposed(comes_to_add_another(provider, browser), clock)

    def ends_it(db: Connection, event: Event) -> None:
        provider.house.people.sessions.end(db, str(event.session_id), "logout", clock.now())

    provider.house.ground.bus.subscribe(AuthenticatorEnrolled, ends_it)
    assert "You were signed out meanwhile" in browser.submit(code=app.code(), label="Pixel").text
    assert "Phone" in browser.open(APPS).text
    assert "Pixel" not in browser.page.text


def test_five_apps_are_enough(provider: Provider, browser: Browser, clock: TestClock) -> None:
    comes_to_add_another(provider, browser)
    for number in range(4):
        adds_an_app(browser, clock, f"Phone {number}")
    assert "as many apps as we allow" in browser.open(f"{APPS}/new").text
    assert browser.page.url.endswith(APPS)


def test_an_app_is_renamed(provider: Provider, browser: Browser) -> None:
    comes_to_add_another(provider, browser)
    browser.open(browser.open(APPS).link("Rename"))
    assert browser.submit(label="").status == 422
    assert "The app is called “<b>Blue</b>” now" in browser.submit(label="<b>Blue</b>").text
    assert "&lt;b&gt;Blue&lt;/b&gt;" in browser.page.body


def test_giving_up_the_last_app_says_what_goes_with_it_and_ends_everything_else(
    provider: Provider, shop: RelyingParty, clock: TestClock
) -> None:
    kept = signs_in(provider, shop)
    app = sets_up_a_first_app(kept, provider)
    clock.advance(STEP)
    other = signs_in(provider, shop, app)
    mine = shop.redeem(shop.code(kept.open(shop.request())))
    other.open(shop.request(scope="openid offline_access"))
    theirs = shop.redeem(shop.code(other.submit(press="allow")))
    page = kept.open(kept.open(APPS).link("Remove"))
    assert "Remove “Pixel”?" in page.text
    assert "your recovery codes stop working with it" in page.text
    assert "“Pixel” is removed" in kept.submit().text
    assert "Sign in to your account" in other.open(HOME).text
    assert {event.reason for event in provider.happened("FamilyRevoked")} == {"factor_removed"}
    assert shop.refresh(theirs["refresh_token"]).status == 400
    assert shop.refresh(mine["refresh_token"]).status == 200
    assert provider.happened("RecoveryCodesVoided")
    assert "Recovery codes None yet" in kept.open(HOME).text
    signs_in(provider, shop)  # the password alone is enough again


def test_what_ends_with_an_app_ends_in_one_transaction(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    first = signs_in(provider, shop)
    app = sets_up_a_first_app(first, provider)
    clock.advance(STEP)
    second = signs_in(provider, shop, app)

    def breaks(_db: Connection, _event: Event) -> None:
        raise RuntimeError("the power fails")

    first.open(first.open(APPS).link("Remove"))
    provider.house.ground.bus.subscribe(SessionEnded, breaks)
    assert first.submit().status == 500
    assert "1, last used today (Pixel)" in second.open(HOME).text
    assert not provider.happened("FamilyRevoked")


def test_an_app_is_given_up_only_with_the_strongest_proof(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    browser = signs_in(provider, shop)
    app = sets_up_a_first_app(browser, provider)
    remove = browser.open(APPS).link("Remove")
    clock.advance(6 * MINUTE)
    assert "Confirm it’s you" in browser.open(remove).text
    assert "Enter the code from your app" in browser.submit(password=ANA_PASSWORD).text
    assert "Remove “Pixel”?" in browser.submit(code=app.code()).text
    sent = browser.page.forms[-1].fields
    clock.advance(6 * MINUTE)
    assert "Confirm it’s you" in browser.post(remove, sent).text  # the form alone does nothing
    assert not provider.happened("AuthenticatorRemoved")


def test_nobody_touches_what_is_not_theirs(provider: Provider) -> None:
    ana, ben = provider.browser(), provider.browser()
    for browser, name in ((ana, "ana"), (ben, "ben")):
        comes_to_add_another(provider, browser, name)
    ben.open(APPS)
    theirs = [ben.page.link("Rename"), ben.page.link("Remove"), ben.open(BROWSERS).link("Forget")]
    fields = {"csrf_token": ana.page.forms[-1].fields["csrf_token"], "label": "Mine", "forget": "1"}
    for address in (*theirs, f"{APPS}/a_{'x' * 22}/remove", f"{BROWSERS}/b_{'x' * 22}"):
        assert (ana.open(address).status, ana.post(address, fields).status) == (404, 404), address
        assert "There is no page here" in ana.page.text
    for address in (f"{APPS}/%E2%82%AC/remove", f"{APPS}/%0d%0a/name", f"{BROWSERS}/{'y' * 300}", f"{BROWSERS}/%00"):
        assert ana.open(address).status == 404, address
    assert "Phone" in ben.open(APPS).text
    assert not provider.happened("AuthenticatorRemoved") + provider.happened("BrowserForgotten")


@pytest.mark.parametrize("page", ["/apps/new", "/recovery-codes", "/browsers/others"])
def test_a_form_sent_by_a_stranger_leads_to_signing_in(provider: Provider, browser: Browser, page: str) -> None:
    provider.add_customer()
    browser.open(HOME)
    token = browser.page.forms[0].fields["csrf_token"]
    assert "Sign in to your account" in browser.post(f"{HOME}{page}", {"csrf_token": token}).text
    assert browser.post(f"{HOME}{page}", {}).status == 403


def test_recovery_codes_stand_in_for_an_app_and_are_shown_once(
    provider: Provider, shop: RelyingParty, clock: TestClock
) -> None:
    browser = signs_in(provider, shop)
    assert "First add a passkey or an authenticator app" in browser.open(HOME).text
    assert "First add one of these" in browser.open(CODES).text
    app = provider.add_app()
    browser.open(CODES)
    assert "Make ten codes" in browser.submit(code=app.code()).body
    sent = browser.page.forms[-1].fields
    made = shown_codes(browser.submit())
    assert len(set(made)) == 10
    assert all(code in browser.page.link("Save as a text file") for code in made)
    again = browser.post(CODES, sent)  # the page reloaded
    assert ("10 of 10 left" in again.text, shown_codes(again)) == (True, [])
    assert "10 of 10 left" in browser.open(CODES).text
    clock.advance(STEP)
    lost = provider.browser()
    lost.open(shop.request())
    lost.sign_in("ana", ANA_PASSWORD)
    lost.open(lost.page.url.replace("totp", "recovery_code"))
    assert lost.submit(code=made[0]).left
    assert "9 of 10 left" in lost.open(HOME).text
    fresh = shown_codes(browser.submit()) if "Replace my codes" in browser.open(CODES).text else []
    assert len(fresh) == 10
    assert not set(fresh) & set(made)
    signs_in(provider, shop, app)


def test_whoever_runs_out_of_codes_is_warned(provider: Provider, shop: RelyingParty, tmp_path: Path) -> None:
    provider.add_app()
    codes = provider.add_recovery_codes()
    for number, code in enumerate(codes[:7], start=1):
        browser = provider.browser()
        browser.open(shop.request())
        browser.sign_in("ana", ANA_PASSWORD)
        browser.open(browser.page.url.replace("totp", "recovery_code"))
        assert browser.submit(code=code).left
        few = [title for title in delivered(provider, tmp_path) if "recovery code" in title]
        assert few == ([f"3 recovery codes left – {NAMES[str(shop.metadata.brand)]}"] if number == 7 else [])
    assert "Make new ones before you run out" in browser.open(HOME).text
    assert "3 of 10 left" in browser.open(CODES).text


def test_every_change_is_told_to_its_owner(provider: Provider, shop: RelyingParty, clock: TestClock, tmp_path: Path) -> None:
    browser = signs_in(provider, shop)
    app = sets_up_a_first_app(browser, provider)
    clock.advance(STEP)
    signs_in(provider, shop, app)
    browser.open(browser.open(BROWSERS).link("Forget all other browsers"))
    browser.submit()
    browser.open(browser.open(APPS).link("Remove"))
    browser.submit()
    brand = NAMES[str(shop.metadata.brand)]
    changes = (
        "An authenticator app was added",
        "New recovery codes were made",
        "Browsers were forgotten",
        "An authenticator app was removed",
    )
    assert {f"{change} – {brand}" for change in changes} <= set(delivered(provider, tmp_path))


def test_whoever_came_without_a_brand_is_told_by_one_that_knows_them(
    provider: Provider, browser: Browser, tmp_path: Path
) -> None:
    provider.add_customer(numbers={"alphera": "A-1"})
    browser.open(HOME)
    browser.sign_in("ana", ANA_PASSWORD)
    sets_up_a_first_app(browser, provider)
    assert "An authenticator app was added – ALPHERA Financial Services" in delivered(provider, tmp_path)


def test_browsers_are_listed_and_forgotten(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    old = signs_in(provider, shop)
    clock.advance(timedelta(days=1))
    here = signs_in(provider, shop)
    page = here.open(BROWSERS)
    assert page.text.count("this browser") == 1
    assert "First seen yesterday, last yesterday" in page.text
    assert "First seen today, last today" in page.text
    here.open(page.link("Forget all other browsers"))
    assert "All other browsers are forgotten" in here.submit().text
    assert "Forget all other browsers" not in here.page.text
    here.open(here.page.link("Forget"))
    assert here.post(here.page.url, {"csrf_token": here.page.forms[-1].fields["csrf_token"]}).status == 200  # says nothing
    assert "is forgotten" in here.submit(press="forget").text
    assert "We remember no browser of yours" in here.page.text
    guesser = old  # forgotten, so it is in the lane of strangers
    for _ in range(5):
        guesser.open(shop.request(prompt="login"))
        guesser.sign_in("ana", "a wrong password")
    assert "locked" in guesser.page.text


def test_trust_is_taken_back(provider: Provider, at_alphera: RelyingParty, clock: TestClock) -> None:
    app = provider.add_app()
    trusted = signs_in(provider, at_alphera, app, trust="1")
    trusted.open("/logout")
    trusted.submit(press="logout")
    trusted.open(at_alphera.request())
    assert trusted.sign_in("ana", ANA_PASSWORD).left  # no second step
    clock.advance(STEP)
    here = signs_in(provider, at_alphera, app)
    assert "2 remembered, 1 trusted" in here.open(HOME).text
    here.open(here.open(BROWSERS).link("Forget or stop trusting"))
    assert "Trusted until 2 December 2026" in here.page.text
    assert "is no longer trusted" in here.submit(press="distrust").text
    assert "none trusted" in here.open(HOME).text
    page = trusted.open(at_alphera.request())  # its session goes on, and is asked for what was left out
    assert "Enter the code from your app" in page.text
    clock.advance(STEP)
    assert trusted.submit(code=app.code()).left


def test_a_shared_computer_is_none_of_my_browsers(provider: Provider, browser: Browser) -> None:
    provider.add_customer()
    browser.open(BROWSERS)
    assert "We remember no browser of yours" in browser.sign_in("ana", ANA_PASSWORD, shared="1").text
