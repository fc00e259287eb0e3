"""Pages speak the language that the application, the person, their account or their browser asks for, in this order."""

from pathlib import Path

import pytest

from idp.core.catalogues import put_in_place_of
from idp.core.language import LANGUAGES
from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser, Page
from tests.drivers.foreign import Foreign
from tests.drivers.post import Post, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

FRENCH = {"Accept-Language": "fr-CH, fr;q=0.9, en;q=0.5"}
ELSEWHERE = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/\tx")


@pytest.fixture
def shop(provider: Provider) -> RelyingParty:
    provider.add_customer("ana")
    return provider.add_client("shop", brand="alphera", consent="implied")


def spoken(page: Page) -> str:
    """The language of a page, which says the same of itself everywhere."""
    language = page.headers["Content-Language"]
    assert f'<html lang="{language}">' in page.body
    assert {"Accept-Language", "Cookie"} <= set(page.headers["Vary"].split(", "))
    return language


def chooses(browser: Browser, language: str) -> Page:
    form = browser.page.chooser
    assert form is not None
    return browser.post(form.action, form.fields | {"language": language})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_browsers_language(browser: Browser, shop: RelyingParty, language: str) -> None:
    assert spoken(browser.open(shop.request(), headers={"Accept-Language": language})) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_application_is_heard_before_the_browser(browser: Browser, shop: RelyingParty, language: str) -> None:
    page = browser.open(shop.request(ui_locales=f"nl {language} en"), headers=FRENCH)
    assert spoken(page) == language
    # It stays so on every page of the way, errors too.
    assert spoken(browser.submit(username="ana", password="wrong")) == language


@pytest.mark.parametrize("odd", ["x" * 5000, "fr\u0000", "%s%n", "<script>", "fr\r\nX-Evil: 1", "-", "zz"])
def test_a_wish_that_makes_no_sense_is_passed_over(browser: Browser, shop: RelyingParty, odd: str) -> None:
    page = browser.open(shop.request(ui_locales=odd))
    assert page.status in (200, 400)
    assert spoken(page) == "en"


def test_the_locale_on_file_is_heard_before_the_browser(provider: Provider, browser: Browser) -> None:
    provider.add_customer("gina", locale="it-IT")
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    assert spoken(browser.open(shop.request(), headers=FRENCH)) == "fr"
    browser.sign_in("gina", ANA_PASSWORD)
    assert spoken(browser.open("/account/security", headers=FRENCH)) == "it"
    assert spoken(browser.open("/logout", headers=FRENCH)) == "it"


@pytest.mark.parametrize(("locale", "bracketed"), [("it-IT", True), (None, False)])
def test_a_notice_is_in_the_language_on_file(
    provider: Provider, browser: Browser, tmp_path: Path, locale: str | None, bracketed: bool
) -> None:
    """Never in that of the page: whoever is there may be somebody else."""
    provider.add_customer("gina", locale=locale)
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    with put_in_place_of("it", Foreign()):
        browser.open(shop.request(ui_locales="it"), headers={"Accept-Language": "it"})
        browser.sign_in("gina", ANA_PASSWORD)
        (mail,) = Post(provider, tmp_path).mails()
    assert str(mail["Subject"]).startswith("⟦") is bracketed
    assert f'<html lang="{"it" if bracketed else "en"}">' in read(mail, "html")


def test_a_code_is_in_the_language_of_its_page(provider: Provider, browser: Browser, tmp_path: Path) -> None:
    provider.add_customer("gina")
    provider.add_phone("gina")
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    with put_in_place_of("it", Foreign()):
        browser.open(shop.request(ui_locales="it"))
        browser.submit(username="gina", password=ANA_PASSWORD)
        browser.submit(press="send")
        assert Post(provider, tmp_path).texts()[-1].text.startswith("⟦")


def test_whoever_presses_a_language_reads_it_from_then_on(browser: Browser, shop: RelyingParty) -> None:
    at_sign_in = browser.open(shop.request()).url
    assert spoken(chooses(browser, "de")) == "de"
    assert browser.page.url == at_sign_in
    assert spoken(browser.open("/nothing-here", headers=FRENCH)) == "de"
    # An application that asks for something is heard, until it is overruled too; then it is not asked again.
    asked = shop.request(ui_locales="it")
    assert spoken(browser.open(asked)) == "it"
    assert spoken(chooses(browser, "es")) == "es"
    assert spoken(browser.open(shop.request(ui_locales="it"))) == "es"
    assert spoken(browser.open(shop.request(ui_locales="fr"))) == "fr"


@pytest.mark.parametrize("to", ELSEWHERE)
def test_choosing_a_language_leads_nowhere_else(browser: Browser, shop: RelyingParty, to: str) -> None:
    browser.open(shop.request())
    form = browser.page.chooser
    assert form is not None
    page = browser.post(form.action, form.fields | {"language": "fr", "to": to}, follow=False)
    assert page.status == 303
    assert page.headers["Location"] == "/account/security"


def test_a_language_that_is_none_changes_nothing(browser: Browser, shop: RelyingParty) -> None:
    browser.open(shop.request())
    form = browser.page.chooser
    assert form is not None
    browser.post(form.action, form.fields | {"language": "xx", "asked": "yy"})
    assert browser.cookie("idp_language") is None
    for odd in ("xx", "fr.xx.de", "é", "fr;de", "f" * 4000):
        browser.bring("idp_language", odd)
        assert spoken(browser.open(shop.request())) == "en"


def test_a_page_that_came_of_a_form_is_not_asked_for_again(browser: Browser, shop: RelyingParty) -> None:
    browser.open(shop.request())
    page = browser.submit(username="ana", password="wrong")
    assert page.chooser is None


def test_discovery_names_the_languages(provider: Provider) -> None:
    document = provider.app.test_client().get("/.well-known/openid-configuration", base_url=provider.issuer).get_json()
    assert document["ui_locales_supported"] == list(LANGUAGES)
