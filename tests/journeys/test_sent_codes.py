"""Codes by text and by mail: sent when asked for and not too often, good for five minutes, once, in one sign-in."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post, other_than, read
from tests.drivers.provider import Provider, a_provider
from tests.drivers.relying_party import RelyingParty

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
# Which kinds a brand accepts; the method that tokens name.
ACCEPTED = [("stellantis", "text_code", "sms"), ("alphera", "text_code", "sms"), ("alphera", "mail_code", "otp")]
TARGET = {"text_code": "•••• 118", "mail_code": "a•••@example.test"}


@pytest.fixture
def post(provider: Provider, tmp_path: Path) -> Post:
    return Post(provider, tmp_path)


@pytest.fixture(params=ACCEPTED, ids=[f"{brand} {kind}" for brand, kind, _ in ACCEPTED])
def accepted(request: pytest.FixtureRequest) -> tuple[str, str, str]:
    brand, kind, method = request.param
    return brand, kind, method


@pytest.fixture
def kind(accepted: tuple[str, str, str]) -> str:
    return accepted[1]


@pytest.fixture
def shop(provider: Provider, accepted: tuple[str, str, str]) -> RelyingParty:
    """A shop of the brand, and Ana, who has turned the code on."""
    brand, kind, _ = accepted
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    if kind == "text_code":
        provider.add_phone()
    else:
        provider.add_mail_code()
    return provider.add_client("shop", brand=brand, consent="implied")


def passes_the_password(browser: Browser, shop: RelyingParty, **asked: str) -> Page:
    browser.open(shop.request(**asked))
    return browser.sign_in("ana", ANA_PASSWORD)


def asks_for_a_code(browser: Browser, shop: RelyingParty) -> Page:
    passes_the_password(browser, shop)
    return browser.submit(press="send")


def test_the_code_signs_in_and_tokens_say_so(
    shop: RelyingParty, browser: Browser, post: Post, accepted: tuple[str, str, str]
) -> None:
    _, kind, method = accepted
    assert TARGET[kind] in passes_the_password(browser, shop).text
    page = browser.submit(press="send")
    assert (page.status, TARGET[kind] in page.text) == (200, True)
    code = post.code(kind)
    tokens = shop.redeem(shop.code(browser.submit(code=f" {code[:3]} {code[3:]} ")))
    claims = shop.claims(tokens["id_token"])
    assert (claims["acr"], claims["amr"]) == ("2sv", ["pwd", method])
    assert browser.open(shop.request()).left


def test_looking_at_the_page_sends_nothing(shop: RelyingParty, browser: Browser, post: Post, provider: Provider) -> None:
    page = passes_the_password(browser, shop)
    browser.open(page.url)
    browser.open(page.url, headers={"Sec-Purpose": "prefetch"})
    assert browser.open(f"{page.url}/send").status == 405
    assert (post.texts(), provider.happened("CodeSent")) == ([], [])


def test_what_happened_is_told_without_saying_where_to(
    shop: RelyingParty, browser: Browser, kind: str, provider: Provider
) -> None:
    asks_for_a_code(browser, shop)
    (sent,) = provider.happened("CodeSent")
    assert (sent.outcome, sent.details()) == ("ok", {"kind": kind})


def test_another_code_can_be_had_after_30_then_60_then_120_seconds(
    shop: RelyingParty, browser: Browser, kind: str, post: Post, clock: TestClock, provider: Provider
) -> None:
    page = asks_for_a_code(browser, shop)
    for seconds in (30, 60, 120, 120):
        assert f"another code in {seconds} seconds" in page.text
        first = post.code(kind)
        clock.advance(seconds * SECOND - SECOND)
        assert "another code in 1 second ." in browser.submit(press="send").text  # pressed too early, it sends nothing
        assert post.code(kind) == first
        clock.advance(SECOND)
        assert "another code in" not in browser.open(page.url).text
        page = browser.submit(press="send")
    assert len(provider.happened("CodeSent")) == 5


def test_the_newest_code_counts_alone(shop: RelyingParty, browser: Browser, kind: str, post: Post, clock: TestClock) -> None:
    asks_for_a_code(browser, shop)
    older = post.code(kind)
    clock.advance(30 * SECOND)
    browser.submit(press="send")
    newer = post.code(kind)
    assert older != newer
    assert "did not match" in browser.submit(code=older).text
    assert browser.submit(code=newer).left


def test_a_code_counts_for_five_minutes(
    shop: RelyingParty, browser: Browser, kind: str, post: Post, clock: TestClock, provider: Provider
) -> None:
    in_time, late = browser, provider.browser()
    asks_for_a_code(late, shop)
    code = post.code(kind)
    clock.advance(SECOND)
    asks_for_a_code(in_time, shop)
    clock.advance(5 * MINUTE - SECOND)
    page = late.submit(code=code)
    assert (page.status, "too old" in page.text) == (422, True)
    assert in_time.submit(code=post.code(kind)).left
    late.submit(press="send")
    assert late.submit(code=post.code(kind)).left


def test_a_code_counts_only_in_the_sign_in_it_was_sent_for(
    shop: RelyingParty, browser: Browser, kind: str, post: Post, provider: Provider
) -> None:
    other = provider.browser()
    asks_for_a_code(browser, shop)
    ours = post.code(kind)
    asks_for_a_code(other, shop)
    theirs = post.code(kind)
    assert "did not match" in other.submit(code=ours).text
    assert "did not match" in browser.submit(code=theirs).text
    assert browser.submit(code=ours).left
    assert other.submit(code=theirs).left


def test_a_code_counts_once(shop: RelyingParty, browser: Browser, kind: str, post: Post) -> None:
    page = asks_for_a_code(browser, shop)
    fields = next(form for form in page.forms if "code" in form.fields).fields | {"code": post.code(kind)}
    assert browser.post(page.url, fields).left
    replayed = browser.post(page.url, fields)
    assert "already" in replayed.text or "finished" in replayed.text


@pytest.mark.parametrize("typed", ["", "   ", "１２３４５６"])
def test_whatever_else_is_typed_the_step_stays_open(
    shop: RelyingParty, browser: Browser, kind: str, post: Post, typed: str
) -> None:
    asks_for_a_code(browser, shop)
    assert browser.submit(code=typed).status == 422
    assert browser.submit(code=post.code(kind)).left


def test_a_code_that_was_never_asked_for_is_wrong(shop: RelyingParty, browser: Browser, kind: str) -> None:
    page = passes_the_password(browser, shop)
    fields = page.forms[0].fields | {"code": "123456"}
    assert browser.post(page.url, fields).status == 422
    assert browser.submit(press="send").status == 200


def test_wrong_codes_pause_it_and_a_new_code_brings_no_new_tries(
    shop: RelyingParty, browser: Browser, kind: str, post: Post, clock: TestClock
) -> None:
    asks_for_a_code(browser, shop)
    for left in ("4 more tries", "3 more tries", "2 more tries", "1 more try", "the last try"):
        assert left in browser.submit(code=other_than(post.code(kind))).text
    clock.advance(30 * SECOND)
    browser.submit(press="send")
    page = browser.submit(code=post.code(kind))
    assert (page.status, "Codes are paused" in page.text) == (429, True)


def test_five_codes_an_hour_and_then_no_more(
    shop: RelyingParty, provider: Provider, kind: str, post: Post, clock: TestClock
) -> None:
    for _ in range(5):
        asks_for_a_code(provider.browser(), shop)
    refused = provider.browser()
    page = asks_for_a_code(refused, shop)
    assert (page.status, "No more codes for now" in page.text) == (429, True)
    assert len(provider.happened("CodeSent")) == 5
    (withheld,) = provider.happened("CodeWithheld")
    assert (withheld.outcome, withheld.details()) == ("refused", {"kind": kind})
    clock.advance(2 * HOUR)
    assert asks_for_a_code(provider.browser(), shop).status == 200


def test_ten_codes_a_day_and_then_no_more(shop: RelyingParty, provider: Provider, clock: TestClock) -> None:
    for _ in range(10):
        assert asks_for_a_code(provider.browser(), shop).status == 200
        clock.advance(HOUR)
    page = asks_for_a_code(provider.browser(), shop)
    assert (page.status, "hours" in page.text) == (429, True)
    clock.advance(int(page.headers["Retry-After"]) * SECOND)
    assert asks_for_a_code(provider.browser(), shop).status == 200


def test_who_cannot_use_it_chooses_another_way(shop: RelyingParty, browser: Browser, provider: Provider) -> None:
    app = provider.add_app()
    passes_the_password(browser, shop)
    browser.open(browser.page.link("I can’t use this"))
    browser.open(browser.page.link("authenticator app"))
    assert browser.submit(code=app.code()).left


@pytest.mark.parametrize("page", ["", "/send"])
def test_a_later_page_begins_at_the_first(
    shop: RelyingParty, browser: Browser, kind: str, provider: Provider, page: str
) -> None:
    browser.open(shop.request())
    begun = browser.page.url
    fields = {"csrf_token": browser.page.forms[0].fields["csrf_token"], "code": "123456"}
    assert "Sign in to Shop" in browser.post(f"{begun}/{kind}{page}", fields).text
    assert provider.happened("CodeSent") == []


def test_another_browser_cannot_have_it_sent(shop: RelyingParty, browser: Browser, provider: Provider) -> None:
    page, other = passes_the_password(browser, shop), provider.browser()
    other.open(shop.request())
    fields = {"csrf_token": other.page.forms[0].fields["csrf_token"]}
    assert "no longer open" in other.post(f"{page.url}/send", fields).text
    assert provider.happened("CodeSent") == []


def test_who_is_trusted_is_asked_no_more_where_the_brand_allows(
    shop: RelyingParty, browser: Browser, kind: str, post: Post, accepted: tuple[str, str, str]
) -> None:
    page = asks_for_a_code(browser, shop)
    if accepted[0] == "stellantis":
        assert "Trust this browser" not in page.text
        return
    assert browser.submit(code=post.code(kind), trust="1").left
    browser.open("/logout")
    browser.submit(press="logout")
    browser.open(shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD).left


def test_a_code_that_arrives_too_late_is_not_delivered(
    shop: RelyingParty, browser: Browser, post: Post, clock: TestClock
) -> None:
    asks_for_a_code(browser, shop)
    clock.advance(5 * MINUTE)
    assert post.texts() == []
    assert not [mail for mail in post.mails() if mail["Subject"].startswith("Your code")]


def test_a_mailed_code_is_in_the_brands_name(provider: Provider, browser: Browser, post: Post) -> None:
    provider.add_customer()
    provider.add_mail_code()
    shop = provider.add_client("shop", brand="alphera", consent="implied")
    asks_for_a_code(browser, shop)
    (mail,) = post.mails()
    assert (mail["To"], "ALPHERA Financial Services" in mail["From"]) == ("ana@example.test", True)
    for kind in ("plain", "html"):
        words = read(mail, kind)
        assert post.code("mail_code") in words
        assert "on 2 November 2026 at 09:30 (GMT)" in words
        assert "If it was not you" in words
    assert post.code("mail_code") not in mail["Subject"]


def test_a_texted_code_is_bound_to_our_address(provider: Provider, browser: Browser, post: Post) -> None:
    provider.add_customer()
    provider.add_phone()
    asks_for_a_code(browser, provider.add_client("shop", brand="alphera", consent="implied"))
    (text,) = post.texts()
    assert text.to == "+447700900118"
    assert text.text.startswith(f"{text.code} is your ALPHERA Financial Services code.")
    assert text.text.splitlines()[-1] == f"@localhost #{text.code}"
    assert len(text.text) <= 160


def test_a_brand_that_takes_no_mailed_code_does_not_ask_for_it(provider: Provider, browser: Browser) -> None:
    provider.add_customer()
    provider.add_mail_code()
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    assert passes_the_password(browser, shop).left


def test_a_mailed_code_is_not_asked_for_once_the_address_is_unconfirmed(provider: Provider, browser: Browser) -> None:
    provider.add_customer(email_verified=False)
    provider.add_mail_code()
    shop = provider.add_client("shop", brand="alphera", consent="implied")
    assert passes_the_password(browser, shop).left


@pytest.mark.parametrize("brand", ["stellantis", "alphera"])
@pytest.mark.parametrize(
    ("contact", "kind"),
    [
        ({}, "mail_code"),
        ({"email_verified": False, "claims": {"phone_number": "+447700900118", "phone_number_verified": True}}, "text_code"),
    ],
)
def test_a_confirmed_contact_vouches_for_who_must_enrol(
    provider: Provider, browser: Browser, post: Post, brand: str, contact: dict[str, object], kind: str
) -> None:
    provider.add_customer(**contact)  # type: ignore[arg-type]
    shop = provider.add_client("shop", brand=brand, consent="implied")
    page = passes_the_password(browser, shop, acr_values="mfa")
    assert TARGET[kind] in page.text
    browser.submit(press="send")
    assert browser.submit(code=post.code(kind)).url.endswith("/enrol")


@pytest.mark.parametrize(
    "claims",
    [
        {"phone_number": "+447700900118", "phone_number_verified": False},
        {"phone_number": "+441632960077", "phone_number_verified": True},
        {"phone_number": "not a number", "phone_number_verified": True},
        {"phone_number": 447700900118, "phone_number_verified": True},
        {"phone_number_verified": True},
    ],
)
def test_no_code_goes_to_what_was_not_confirmed_or_is_no_mobile(
    provider: Provider, browser: Browser, claims: dict[str, object]
) -> None:
    provider.add_customer(email_verified=False, claims=claims)
    shop = provider.add_client("shop", brand="alphera", consent="implied")
    assert passes_the_password(browser, shop, acr_values="mfa").url.endswith("/unmet")


def test_without_a_gateway_texts_are_not_promised(tmp_path: Path, clock: TestClock) -> None:
    with a_provider(tmp_path, clock, text_url="") as provider:
        provider.add_customer()
        provider.add_phone()
        browser = provider.browser()
        page = asks_for_a_code(browser, provider.add_client("shop", brand="alphera", consent="implied"))
        assert (page.status, "We cannot send you a code" in page.text) == (503, True)
        assert "Choose another way" in browser.open(page.link("Choose another way")).text
        (withheld,) = provider.happened("CodeWithheld")
        assert (withheld.reason, provider.happened("CodeSent")) == ("unreachable", [])
