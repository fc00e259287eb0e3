"""A customer's own passkeys: added after a fresh proof, named, removed; what ends with one, and what nobody else can touch."""

from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import STEP, AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.ceremony import ceremony_of, uses
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.drivers.soft_authenticator import SoftAuthenticator

LIST = "/account/security/passkeys"
SIX_MINUTES = timedelta(minutes=6)


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return provider.add_client("shop", brand=str(request.param), consent="implied")


@pytest.fixture
def app(provider: Provider, shop: RelyingParty) -> AuthenticatorApp:
    return provider.add_app()


@pytest.fixture
def ana(provider: Provider, shop: RelyingParty, app: AuthenticatorApp) -> Browser:
    """Signed in with her app, in the dress of the shop's brand."""
    browser = passes_the_password(provider, shop)
    assert browser.submit(code=app.code()).left
    return browser


def passes_the_password(provider: Provider, shop: RelyingParty) -> Browser:
    browser = provider.browser()
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    return browser


def with_passkey(provider: Provider, shop: RelyingParty, device: SoftAuthenticator) -> Browser:
    browser = provider.browser()
    browser.open(shop.request())
    assert uses(browser, device).left
    return browser


def adds(browser: Browser, device: SoftAuthenticator, label: str = "My phone") -> str:
    browser.open(f"{LIST}/new")
    return uses(browser, device, label=label).text


def makes_a_first(browser: Browser, provider: Provider, device: SoftAuthenticator) -> None:
    """Ana, who has a password alone, comes to add a passkey, and a code to her contact vouches for her."""
    browser.open(f"{LIST}/new")
    provider.contact_vouches(browser)
    browser.open(browser.page.link("Make a passkey"))
    browser.open(uses(browser, device).link("Continue to your account"))


def test_one_is_added_and_signs_in(
    provider: Provider, shop: RelyingParty, ana: Browser, app: AuthenticatorApp, clock: TestClock
) -> None:
    clock.advance(STEP)
    other, device = passes_the_password(provider, shop), provider.authenticator(eligible=True, backed_up=True)
    assert other.submit(code=app.code()).left
    assert "You have none yet" in ana.open(LIST).text
    page = adds(ana, device)
    assert all(said in page for said in ("“My phone” is added", "synced", "Added today, not used yet"))
    assert "My phone" in other.open(LIST).text
    assert provider.happened("SessionEnded") == []  # a factor added ends nothing
    with_passkey(provider, shop, device)
    assert "last used today" in ana.open(LIST).text
    (enrolled,) = provider.happened("AuthenticatorEnrolled")
    assert (enrolled.brand, enrolled.details()["recovered"]) == (shop.metadata.brand, False)  # the app vouched


def test_a_first_one_is_made_on_the_way(provider: Provider, shop: RelyingParty) -> None:
    ana = passes_the_password(provider, shop)
    makes_a_first(ana, provider, provider.authenticator())
    assert "Passkeys 1, not used yet (A browser)" in ana.text()
    (enrolled,) = provider.happened("AuthenticatorEnrolled")
    assert (enrolled.brand, enrolled.details()["recovered"]) == (shop.metadata.brand, True)  # a contact vouched


def test_whoever_adds_one_proved_who_they_are_a_moment_ago(
    ana: Browser, app: AuthenticatorApp, provider: Provider, clock: TestClock
) -> None:
    ana.open(f"{LIST}/new")
    ceremony, device = ceremony_of(ana), provider.authenticator()
    clock.advance(SIX_MINUTES)
    assert ana.fetch(f"{LIST}/new/options", ceremony.form.fields).status_code == 410
    assert "Confirm it’s you" in ceremony.send(ceremony.answered(device)).text
    ana.submit(password=ANA_PASSWORD)
    ana.submit(code=app.code())
    assert "Add a passkey" in ana.text()
    assert provider.happened("AuthenticatorEnrolled") == []
    assert "is added" in uses(ana, device).text


def test_without_a_name_it_is_called_after_the_browser(ana: Browser, provider: Provider) -> None:
    assert "“A browser” is added" in adds(ana, provider.authenticator(), label=" \t ")


@pytest.mark.parametrize(("label", "shown"), [("<b>Fob</b>", "<b>Fob</b>"), ("Ana’s 🔑", "Ana’s 🔑")])
def test_it_is_named_anew(ana: Browser, provider: Provider, label: str, shown: str) -> None:
    adds(ana, provider.authenticator())
    ana.open(ana.page.link("Rename"))
    assert f"“{shown}”" in ana.submit(label=label).text
    assert "<b>Fob" not in ana.page.body


@pytest.mark.parametrize("label", ["", "   ", "x" * 65, "two\nlines"])
def test_a_name_that_cannot_be_shown_is_refused(ana: Browser, provider: Provider, label: str) -> None:
    adds(ana, provider.authenticator())
    ana.open(ana.page.link("Rename"))
    page = ana.submit(label=label)
    assert (page.status, "needs a name" in page.text) == (422, True)
    assert "My phone" in ana.open(LIST).text


def test_removed_it_opens_nothing_and_every_other_session_ends(provider: Provider, shop: RelyingParty) -> None:
    ana, device = passes_the_password(provider, shop), provider.authenticator()
    makes_a_first(ana, provider, device)
    other = with_passkey(provider, shop, device)
    body = ana.open(LIST).body
    credential = body.partition('data-accepted="')[2].partition('"')[0]
    assert len(credential) > 20
    ana.open(ana.page.link("Remove"))
    assert "no other passkey and no authenticator app" in ana.text()
    removal = ana.page.forms[-1]
    page = ana.post(removal.action, removal.fields)
    assert "“A browser” is removed" in page.text
    assert ('data-rp="localhost" data-handle="' in page.body, 'data-accepted=""' in page.body) == (True, True)
    assert "Sign in" in other.open(LIST).text
    assert "You have none yet" in ana.open(LIST).text
    stranger = provider.browser()
    stranger.open(shop.request())
    assert "We don’t know that passkey" in uses(stranger, device).text
    assert ana.post(removal.action, removal.fields).status == 404  # a replayed page removes nothing


def test_nobody_reaches_the_passkey_of_somebody_else(provider: Provider, shop: RelyingParty, ana: Browser) -> None:
    provider.add_customer("ben")
    device = provider.add_passkey("ben")
    with provider.house.ground.database.reading() as db:
        ben = provider.house.people.subjects.find(db, "ben")
        assert ben is not None
        ((theirs, _),) = provider.house.people.passkeys.enrolled(db, ben.id)
    ana.open(f"{LIST}/new")
    fields = ana.page.forms[-1].fields
    for act in ("name", "remove"):
        assert ana.open(f"{LIST}/{theirs.id}/{act}").status == 404
        assert ana.post(f"{LIST}/{theirs.id}/{act}", {**fields, "label": "Mine"}).status == 404
    with_passkey(provider, shop, device)


def test_an_answer_adds_one_once_and_empty_ones_none(ana: Browser, provider: Provider) -> None:
    ana.open(f"{LIST}/new")
    ceremony = ceremony_of(ana)
    page = ceremony.send("")
    assert (page.status, "No passkey arrived" in page.text) == (422, True)
    answer = ceremony.answered(provider.authenticator())
    assert "is added" in ceremony.send(answer, label="Once").text
    assert "took too long" in ceremony.send(answer, label="Twice").text
    assert "Twice" not in ana.open(LIST).text


def test_the_owner_is_told_by_mail(ana: Browser, provider: Provider) -> None:
    adds(ana, provider.authenticator())
    with provider.house.ground.database.reading() as db:
        waiting = db.exec_driver_sql("select count(*) from outbox where kind = 'mail'").scalar_one()
    assert waiting >= 1


def test_passkey_managers_find_the_pages(provider: Provider) -> None:
    answer = provider.app.test_client().get("/.well-known/passkey-endpoints", base_url=provider.issuer)
    found = {"enroll": f"{provider.issuer}{LIST}/new", "manage": f"{provider.issuer}{LIST}"}
    assert (answer.status_code, answer.content_type, answer.get_json()) == (200, "application/json", found)
    for address in found.values():
        assert provider.browser().open(address).status == 200
