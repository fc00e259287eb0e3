"""A customer reads every page of the portal in their language, and is led to the provider in it."""

import html
import re
from collections.abc import Iterator

import pytest
import requests

from portals import language as spoken
from portals.language import LANGUAGES, NAMES, TAGS, catalogue, choose
from portals.words import OTHER, WORDS
from tests.drivers.foreign import Foreign, untranslated
from tests.unit.portals.conftest import Browser, Portal
from tests.unit.portals.fake_provider import FakeProvider

FOREIGN = tuple(language for language in LANGUAGES if language != "en")
ELSEWHERE = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/\tx", "/é")
AGREEMENT = "/agreements/PCP-4471902"
PATHS = ("/overview", AGREEMENT, f"{AGREEMENT}/payments", f"{AGREEMENT}/documents", f"{AGREEMENT}/pay", "/details")
PUBLIC = ("/", "/support", "/signed-out", "/nothing-here", "/callback?state=x", f"{AGREEMENT}9")
# By customer number: a lease, a fleet, nothing at all.
OTHERS = {"ST-310552": ("/overview", "/agreements/PCH-2208316"), "ST-900077": ("/overview",), None: ("/overview",)}
SPOKEN_ATTRIBUTE = re.compile(r'\b(?:aria-label|alt|data-label|title)="([^"]*)"')
DATES = re.compile(r"\b(?:gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic)[a-z]*\b")


def accepts(browser: Browser, language: str) -> None:
    browser.headers["Accept-Language"] = f"{language}, xx;q=0.9, *;q=0.1"


def said_in(page: requests.Response) -> str:
    """The language of a page, which says the same of itself everywhere."""
    tag = page.headers["Content-Language"]
    assert f'<html lang="{tag}">' in page.text
    assert {"Accept-Language", "Cookie"} <= set(page.headers["Vary"].split(", "))
    return tag


def chooses(browser: Browser, language: str, to: str = "/support", **headers: str) -> requests.Response:
    form = {"language": language, "to": to}
    return browser.post(f"{browser.portal.url}/language", data=form, headers=headers, timeout=10, allow_redirects=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_in_the_language_of_the_browser(browser: Browser, provider: FakeProvider, language: str) -> None:
    accepts(browser, language)
    tag = TAGS.get(language, language)
    assert {said_in(browser.open(path)) for path in PUBLIC} == {tag}
    browser.sign_in()
    assert {said_in(browser.open(path)) for path in PATHS} == {tag}
    assert provider.requests[0]["ui_locales"] == language


@pytest.mark.parametrize("language", FOREIGN)
def test_words_money_and_days_are_those_of_the_language(browser: Browser, language: str) -> None:
    accepts(browser, language)
    page = html.unescape(browser.sign_in(f"{AGREEMENT}/documents").text)
    for words in ("Documents on file", "Your signed agreement", "Personal contract purchase", "Need help?"):
        assert words not in page
        assert catalogue(language).gettext(words) in page


def words_of(page: requests.Response) -> str:
    """What is shown and what is read out."""
    body = page.text.partition("<body>")[2]
    shown = re.sub(r"<[^<>]*>", " ", body.replace("</html>", ""))
    return html.unescape(
        " ".join([shown, page.text.partition("<title>")[2].partition("</title>")[0], *SPOKEN_ATTRIBUTE.findall(body)])
    )


@pytest.fixture
def in_brackets(monkeypatch: pytest.MonkeyPatch, browser: Browser) -> Iterator[Browser]:
    """A browser that reads Italian, of which every word stands in brackets."""
    monkeypatch.setattr(spoken, "catalogue", lambda language: Foreign())
    accepts(browser, "it")
    return browser


def test_no_word_of_any_page_is_forgotten(in_brackets: Browser, provider: FakeProvider) -> None:
    brand = in_brackets.portal.settings.brand
    own = [*NAMES.values(), brand.name, brand.short_name, brand.legal, brand.support.email, "Ana Ferreira", "localhost"]
    own += ["Peugeot", "208 GT", "Citroën", "ë-C4 Max", "KY24 VNR", "LR73 HWO", "Ben Okafor", "Mill Lane", "Bath", "BA1 5LR"]
    pages = [in_brackets.open(path) for path in PUBLIC]
    in_brackets.sign_in()
    pages += [in_brackets.open(path) for path in PATHS]
    form = re.findall(r'name="(csrf_token|draft)" value="([^"]*)"', pages[-2].text.partition("<main")[2])
    for amount in ("nothing", "99999", "75"):
        pages.append(
            in_brackets.post(f"{in_brackets.portal.url}{AGREEMENT}/pay", data={**dict(form), "amount": amount}, timeout=10)
        )
    pages += [in_brackets.open(f"{AGREEMENT}/payments"), in_brackets.post(f"{in_brackets.portal.url}/logout", timeout=10)]
    for customer, paths in OTHERS.items():
        in_brackets.cookies.clear()
        provider.customer_number = customer
        in_brackets.sign_in()
        pages += [in_brackets.open(path) for path in paths]
    vehicles = re.compile(r'<a href="/agreements/[^>]*>([^<]*)</a>|class="plate">([^<]*)<|[A-Z]{2,3}-\d+|P-[0-9A-F]{10}')
    for page in pages:
        names = [name for found in vehicles.finditer(page.text) for name in (found[1], found[2], found[0]) if name]
        assert untranslated(DATES.sub("", words_of(page)), [*own, *map(html.unescape, names)]) == [], page.url


def test_no_problem_is_left_in_english() -> None:
    for words in (OTHER, *WORDS.values()):
        for text in (words.title, words.happened, words.meaning, words.label):
            assert all(catalogue(language).gettext(text) != text for language in FOREIGN), text


def test_the_language_on_file_is_heard_before_the_browser(browser: Browser, provider: FakeProvider) -> None:
    provider.id_token_changes = {"locale": "fr-CA"}
    accepts(browser, "de")
    assert said_in(browser.open("/")) == "de"
    assert said_in(browser.sign_in()) == "fr"
    assert provider.requests[0]["claims"] == '{"id_token": {"locale": null}}'


@pytest.mark.parametrize("locale", ["tlh", "", 7, ["fr"], None, "../fr"])
def test_a_language_on_file_that_we_do_not_have_is_passed_over(
    browser: Browser, provider: FakeProvider, locale: object
) -> None:
    provider.id_token_changes = {"locale": locale}
    accepts(browser, "de")
    assert said_in(browser.sign_in()) == "de"


def test_what_was_chosen_is_remembered_and_goes_along(browser: Browser, provider: FakeProvider) -> None:
    provider.id_token_changes = {"locale": "it"}
    accepts(browser, "de")
    answer = chooses(browser, "fr")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/support")
    kept = answer.headers["Set-Cookie"]
    assert "stellantis_portal_language=fr" in kept
    assert all(part in kept for part in ("Max-Age=31536000", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert said_in(browser.sign_in()) == "fr"
    browser.open("/activate")
    form = dict(re.findall(r'name="(csrf_token|draft)" value="([^"]*)"', browser.open(f"{AGREEMENT}/pay").text))
    receipt = browser.post(f"{browser.portal.url}{AGREEMENT}/pay", data=form | {"amount": "150,00"}, timeout=10)
    assert "150,00\u00a0£" in receipt.text
    first, created, stepped_up = provider.requests
    assert (created["prompt"], stepped_up["acr_values"]) == ("create", "mfa")
    assert {asked["ui_locales"] for asked in (first, created, stepped_up)} == {"fr"}


def test_the_choice_stands_at_the_foot_and_leads_back(browser: Browser) -> None:
    page = browser.open("/support?from=here").text
    assert 'name="to" value="/support?from=here"' in page
    assert re.findall(r'name="language" value="(\w+)"', page) == list(LANGUAGES)
    assert page.count('aria-current="true"') == 1
    # An answer of the provider cannot be asked for again.
    assert 'name="language"' not in browser.open("/callback?state=x&code=secret").text


@pytest.mark.parametrize("to", ELSEWHERE)
def test_a_choice_leads_nowhere_else(browser: Browser, to: str) -> None:
    assert chooses(browser, "fr", to).headers["Location"] == "/"


@pytest.mark.parametrize("chosen", ["xx", "", "fr\r\nX-Evil: 1", "../fr", "fr" * 400])
def test_a_language_that_we_do_not_have_is_not_remembered(browser: Browser, chosen: str) -> None:
    assert "Set-Cookie" not in chooses(browser, chosen).headers
    browser.cookies.set("stellantis_portal_language", re.sub(r"\s", "", chosen))
    assert said_in(browser.open("/")) == "en-GB"


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_nobody_else_chooses(browser: Browser, headers: dict[str, str]) -> None:
    answer = chooses(browser, "fr", **headers)
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (403, None)
    assert "The language was not changed" in answer.text


def test_two_readers_do_not_hear_each_other(portal: Portal) -> None:
    for language in (*LANGUAGES, *reversed(LANGUAGES)):
        answer = requests.get(f"{portal.url}/", headers={"Accept-Language": language}, timeout=10)
        assert said_in(answer) == TAGS.get(language, language)
    refused = requests.get(f"{portal.url}/", headers={"Host": "evil.example", "Accept-Language": "fr"}, timeout=10)
    assert refused.status_code == 400


def test_the_first_we_have_is_chosen() -> None:
    assert choose(["", "zh-Hant", "de_AT", "fr"]) == "de"
    assert choose([]) == "en"
