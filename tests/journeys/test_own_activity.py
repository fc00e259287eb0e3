"""Customers read what happened in their account, and say where it was not them."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.recoveries import NEW, asked, newest, reset

ACTIVITY, NOT_ME = "/account/activity", "/account/not-me"
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
SUPPORT = {"stellantis": "help@stellantis.example", "alphera": "help@alphera.example"}


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return provider.add_client(
        "shop", brand=str(request.param), consent="implied", frontchannel_logout_uri="https://shop.example/front"
    )


@pytest.fixture
def post(provider: Provider, tmp_path: Path) -> Post:
    return Post(provider, tmp_path)


def signs_in(provider: Provider, shop: RelyingParty, address: str = "127.0.0.1") -> Browser:
    browser = provider.browser(address)
    browser.open(shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD).left
    return browser


def tries(provider: Provider, shop: RelyingParty, password: str = "a wrong password", browser: Browser | None = None) -> Page:
    """Somebody types Ana's name and `password`."""
    at = browser or provider.browser("203.0.113.9")
    at.open(shop.request(prompt="login"))
    return at.sign_in("ana", password)


def says_not_me(browser: Browser) -> Page:
    browser.open(browser.open(ACTIVITY).link("This wasn’t me"))
    return browser.submit()


def test_what_happened_stands_there_in_words(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    for _ in range(4):
        tries(provider, shop)
    clock.advance(timedelta(days=1))
    browser = provider.browser("198.51.100.7")
    browser.open(shop.request(), headers=FIREFOX)
    browser.sign_in("ana", ANA_PASSWORD)
    page = browser.open(ACTIVITY)
    text = page.text
    assert "A wrong password was typed refused A browser, from the address 203.0.113.9 Shop 4 times, last yesterday" in text
    assert "Signed in with a new browser A browser, from the address 198.51.100.7 Shop today at 09:30" in text
    assert text.index("Signed in with a new browser") < text.index("A wrong password") < text.index("The account was opened")
    assert "Shop" in text


def test_nobody_reads_what_happened_to_others(provider: Provider, shop: RelyingParty) -> None:
    provider.add_customer("ben")
    provider.add_app("ben")
    assert "app" not in signs_in(provider, shop).open(ACTIVITY).text.lower().replace("application", "")


def test_it_is_read_page_by_page(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    browser = signs_in(provider, shop)
    for day in range(1, 46):
        clock.advance(timedelta(days=1))
        signs_in(provider, shop, f"198.51.100.{day}")
    browser = signs_in(provider, shop)
    seen = []
    page = browser.open(ACTIVITY)
    for _ in range(3):
        seen += [day for day in range(1, 46) if f"address 198.51.100.{day} " in f"{page.text} "]
        page = browser.open(page.link("Older")) if page.links("Older") else page
    assert sorted(seen) == list(range(1, 46))
    assert "The account was opened" in page.text
    assert browser.open(page.link("Newer")).status == 200
    for wrong in ("0", "-1", "x", "²", "999", "1'--"):
        assert browser.open(f"{ACTIVITY}?page={wrong}").status == 200
    assert browser.open(f"{ACTIVITY}?page=50").text.count("There is nothing more") == 1


def test_not_me_stops_everything(provider: Provider, shop: RelyingParty, post: Post) -> None:
    intruder = signs_in(provider, shop, "203.0.113.9")
    intruder.open(shop.request(scope="openid offline_access"))
    tokens = shop.redeem(shop.code(intruder.submit(press="allow")))
    owner = signs_in(provider, shop)
    page = says_not_me(owner)
    brand = str(shop.metadata.brand)
    assert "We stopped everything" in page.text
    assert [frame.partition("?")[0] for frame in page.frames] == ["https://shop.example/front"]
    assert page.link("Get back into your account") == f"/recovery?brand={brand}"
    assert (owner.cookie("idp_session"), [event.reason for event in provider.happened("NotMe")]) == (None, ["activity"])
    for browser in (owner, intruder):
        assert "Sign in to your account" in browser.open("/account").text
        assert "locked" in tries(provider, shop, ANA_PASSWORD, browser).text
    assert "locked" in tries(provider, shop, ANA_PASSWORD).text
    assert shop.refresh(tokens["refresh_token"]).status == 400
    to_owner, to_support = post.mails()[-2:]
    assert (to_owner["To"], to_support["To"]) == ("ana@example.test", SUPPORT[brand])
    assert "Customer: ana (s_" in read(to_support)
    assert ANA_PASSWORD not in read(to_support, "html")
    assert "Can’t sign in?" in read(to_owner)


def test_no_time_and_no_mailed_link_opens_it_again(
    provider: Provider, shop: RelyingParty, clock: TestClock, post: Post
) -> None:
    for _ in range(5):
        tries(provider, shop)
    link = next(word for word in read(post.mails()[-1]).split() if "/unlock/" in word)
    with provider.house.ground.database.transaction() as db:
        provider.house.locking.release(db, ana(provider), "support", clock.now())
    says_not_me(signs_in(provider, shop))
    assert "no longer good" in provider.browser().open(link).text
    clock.advance(timedelta(days=400))
    assert "locked" in tries(provider, shop, ANA_PASSWORD).text
    with provider.house.ground.database.transaction() as db:
        assert provider.house.locking.release(db, ana(provider), "support", clock.now())
    assert tries(provider, shop, ANA_PASSWORD).left


def test_a_new_password_leads_back_in_and_nothing_less_does(provider: Provider, shop: RelyingParty, post: Post) -> None:
    says_not_me(signs_in(provider, shop))
    asker = provider.browser("192.0.2.20")
    asked(asker, shop)
    page = asker.open(newest(post)[0])
    assert "open the lock" not in page.text
    asker.post("/recovery/open", page.forms[-1].fields | {"unlock": "1"})
    assert "locked" in tries(provider, shop, ANA_PASSWORD).text
    asked(asker, shop)
    assert "Your password is changed" in reset(provider.browser("192.0.2.21"), newest(post)[0]).text
    assert tries(provider, shop, NEW).left
    assert [event.reason for event in provider.happened("PasswordUnlocked")] == ["recovery"]


def test_it_takes_no_proof_but_a_session_and_a_form_of_ours(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    owner = signs_in(provider, shop)
    clock.advance(timedelta(minutes=10))
    assert "Was it somebody else?" in owner.open(NOT_ME).text
    sent = owner.page.forms[-1].fields
    assert owner.post(NOT_ME, {}).status == 403
    assert provider.browser().post(NOT_ME, sent).status == 403
    stranger = provider.browser()
    assert "Sign in to your account" in stranger.open(NOT_ME).text
    assert "We stopped everything" in owner.post(NOT_ME, sent).text
    assert "Sign in to your account" in owner.post(NOT_ME, sent).text
    assert len(provider.happened("NotMe")) == 1


def ana(provider: Provider) -> str:
    with provider.house.ground.database.reading() as db:
        found = provider.house.people.subjects.find(db, "ana")
    assert found is not None
    return found.id
