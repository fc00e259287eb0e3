"""Can't sign in: one mail with a link and a code leads to a new password, and to nobody else's account."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from idp.app.recovery import answering
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.post import Post, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.locks import tried
from tests.journeys.recoveries import BRANDS, NEW, OVER, asked, letters, newest, opened, reset, wrong

Shops = dict[str, RelyingParty]


@pytest.fixture
def post(provider: Provider, tmp_path: Path) -> Post:
    return Post(provider, tmp_path)


@pytest.mark.parametrize("brand", BRANDS)
def test_the_link_works_in_any_browser_and_leads_to_a_new_password(
    provider: Provider, shops: Shops, browser: Browser, post: Post, brand: str
) -> None:
    asked(browser, shops[brand])
    assert "Look in your mail" in browser.text()
    link, _ = newest(post)
    phone = provider.browser("192.0.2.20")
    assert "a•••" in phone.open(link).text
    phone.submit(press="password")
    assert "Choose a new password" in phone.text()
    assert "Your password is changed" in phone.submit(password=NEW).text
    assert "do not belong together" in tried(browser, shops[brand], "ana", password=ANA_PASSWORD).text
    assert tried(browser, shops[brand], "ana", password=NEW).left
    assert [event.reason for event in provider.happened("PasswordChanged")] == ["reset"]
    assert any("Your password was changed" in mail["Subject"] for mail in post.mails())


@pytest.mark.parametrize("brand", BRANDS)
def test_the_code_counts_where_the_recovery_began_and_leads_back_to_the_sign_in(
    provider: Provider, shops: Shops, browser: Browser, post: Post, brand: str
) -> None:
    sent = asked(browser, shops[brand])
    _, code = newest(post)
    elsewhere = provider.browser("192.0.2.21")
    elsewhere.open("/recovery")
    elsewhere.page = elsewhere.open(sent.url)
    assert elsewhere.submit(code=code).status in (422, 429)
    browser.submit(code=code.lower().replace("-", " "))
    browser.submit(press="password")
    page = browser.submit(password=NEW)
    browser.open(page.link("Sign in"))
    assert "Sign in to" in browser.text()
    assert browser.sign_in("ana", NEW).left


def test_scanners_of_mail_use_nothing_up(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    asked(browser, shops["alphera"])
    link, _ = newest(post)
    for number in range(3):
        scanner = provider.browser(f"192.0.2.{30 + number}")
        assert "Choose a new password" in scanner.open(link).text
    head = provider.app.test_client().head(urlsplit(link).path, base_url=provider.issuer)
    assert head.status_code == 303
    assert "Your password is changed" in reset(provider.browser("192.0.2.20"), link).text


def test_the_newest_mail_alone_counts(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    first_page = asked(browser, shops["stellantis"])
    first, first_code = newest(post)
    asked(browser, shops["stellantis"])
    second, second_code = newest(post)
    assert OVER in browser.open(first).text
    browser.page = browser.open(first_page.url)
    assert "did not match" in browser.submit(code=first_code).text
    assert "did not match" in browser.submit(code=second_code).text  # it belongs to the later page
    assert "Your password is changed" in reset(browser, second).text


def test_five_tries_then_the_code_is_no_use_and_the_link_still_is(
    provider: Provider, shops: Shops, browser: Browser, post: Post
) -> None:
    asked(browser, shops["stellantis"])
    link, code = newest(post)
    pages = [browser.submit(code=wrong(code)) for _ in range(4)]
    assert [page.status for page in pages] == [422] * 4
    assert [f"{left} more tr" in page.text for left, page in zip((4, 3, 2, 1), pages, strict=True)] == [True] * 4
    last_form = browser.page
    assert (browser.submit(code=wrong(code)).status, "one try too many" in browser.text()) == (429, True)
    browser.page = last_form
    assert browser.submit(code=code).status == 429
    assert "Your password is changed" in reset(browser, link).text


def test_an_empty_code_is_no_try(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    asked(browser, shops["stellantis"])
    _, code = newest(post)
    for empty in ("", "  ", "\t"):
        assert "Type the code" in browser.submit(code=empty).text
    assert "Choose a new password" in browser.submit(code=code).text


@pytest.mark.parametrize(("minutes", "good"), [(14, True), (15, False)])
def test_link_and_code_last_a_quarter_of_an_hour(
    shops: Shops, browser: Browser, post: Post, clock: TestClock, minutes: int, good: bool
) -> None:
    page = asked(browser, shops["stellantis"])
    link, code = newest(post)
    clock.advance(timedelta(minutes=minutes))
    assert (OVER in browser.open(link).text) == (not good)
    browser.page = page
    assert ("did not match" in browser.submit(code=code).text) == (not good)


def test_a_page_that_stood_open_too_long_changes_nothing(
    provider: Provider, shops: Shops, browser: Browser, post: Post, clock: TestClock
) -> None:
    asked(browser, shops["stellantis"])
    link, _ = newest(post)
    browser.open(link)
    browser.submit(press="password")
    clock.advance(timedelta(minutes=15))
    assert OVER in browser.submit(password=NEW).text
    assert provider.happened("PasswordChanged") == []


def test_what_was_finished_is_closed_to_the_same_pages(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    asked(browser, shops["stellantis"])
    link, code = newest(post)
    code_form, arrived = browser.page, browser.open(link)
    choose = browser.submit(press="password")
    browser.submit(password=NEW)
    browser.page = choose
    assert "You have already answered here" in browser.submit(password="another walnut glacier 42").text
    browser.page = arrived
    assert OVER in browser.submit(press="password").text
    assert OVER in browser.open(link).text
    browser.page = code_form
    assert "did not match" in browser.submit(code=code).text
    assert len(provider.happened("PasswordChanged")) == 1


def test_two_ways_through_one_link_reset_once(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    asked(browser, shops["stellantis"])
    link, _ = newest(post)
    phone, laptop = provider.browser("192.0.2.20"), provider.browser("192.0.2.21")
    for one in (phone, laptop):
        one.open(link)
        one.submit(press="password")
    assert "Your password is changed" in phone.submit(password=NEW).text
    assert OVER in laptop.submit(password="another walnut glacier 42").text
    assert tried(browser, shops["stellantis"], "ana", password=NEW).left


def test_other_browsers_cannot_go_on_from_its_addresses(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    asked(browser, shops["stellantis"])
    link, _ = newest(post)
    arrived, stranger = browser.open(link), provider.browser("192.0.2.9")
    assert OVER in stranger.open(arrived.url).text
    choose = browser.submit(press="password")
    assert "no longer open" in stranger.open(choose.url).text
    token = stranger.open("/recovery").forms[0].fields["csrf_token"]
    assert "no longer open" in stranger.post(choose.url, {"csrf_token": token, "password": NEW}).text
    assert provider.happened("PasswordChanged") == []


@pytest.mark.parametrize("fields", [{}, {"at": ""}, {"at": "made-up"}, {"at": "é" * 300}])
def test_an_answer_to_nothing_leads_nowhere(
    provider: Provider, shops: Shops, browser: Browser, post: Post, fields: dict[str, str]
) -> None:
    asked(browser, shops["stellantis"])
    page = browser.open(newest(post)[0])
    token = {"csrf_token": page.forms[0].fields["csrf_token"]}
    assert OVER in browser.post("/recovery/open", {**token, **fields, "password": "1"}).text
    assert OVER in browser.open("/recovery/link/made-up").text
    assert browser.open("/recovery/done?what=password").url.endswith("/recovery")


def test_a_weak_password_is_explained_and_uses_nothing_up(shops: Shops, browser: Browser, post: Post) -> None:
    asked(browser, shops["alphera"])
    browser.open(newest(post)[0])
    browser.submit(press="password")
    for weak, said in (("", "Type your new password"), ("ana1", "too short"), ("password password", "easy to guess")):
        page = browser.submit(password=weak)
        assert (page.status, said in page.text) == (422, True), weak
    assert "Your password is changed" in browser.submit(password=NEW).text


def test_a_way_ends_with_the_address_it_was_mailed_to(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    page = asked(browser, shops["stellantis"])
    link, code = newest(post)
    with provider.house.ground.database.transaction() as db:
        db.exec_driver_sql("update subjects set email = 'new@example.test', email_key = 'new@example.test'")
    assert OVER in browser.open(link).text
    browser.page = page
    assert OVER in browser.submit(code=code).text


def test_a_way_ends_with_the_account_or_with_a_newer_password(
    provider: Provider, shops: Shops, browser: Browser, post: Post
) -> None:
    house, now = provider.house, provider.clock.now()
    ben = provider.add_customer("ben")
    asked(browser, shops["stellantis"])
    asked(provider.browser("192.0.2.8"), shops["stellantis"], "ben")
    links = {mail["To"]: opened(mail)[0] for mail in letters(post)}
    verifier = house.new_passwords.verifier("somebody was quicker 17")
    with house.ground.database.transaction() as db:
        assert house.people.subjects.disable(db, house.ground.bus, ben.id, now)
        ana = house.people.subjects.find(db, "ana")
        assert ana is not None
        house.new_passwords.replace(db, ana.id, verifier, now, reason="changed", brand=None)
    for link in links.values():
        assert OVER in browser.open(link).text
    assert len(links) == 2


def test_a_mail_that_could_not_leave_in_time_never_does(
    provider: Provider, shops: Shops, browser: Browser, post: Post, clock: TestClock
) -> None:
    asked(browser, shops["stellantis"])
    answering(provider.house).answer(10)
    clock.advance(timedelta(minutes=15))
    assert letters(post) == []


def test_what_waits_longer_than_a_link_lives_is_forgotten(
    provider: Provider, shops: Shops, browser: Browser, post: Post, clock: TestClock
) -> None:
    asked(browser, shops["stellantis"])
    clock.advance(timedelta(minutes=15))
    assert letters(post) == []
    with provider.house.ground.database.reading() as db:
        assert db.exec_driver_sql("select asked_sealed, subject_id from recovery_cases").all() == [(None, None)]


@pytest.mark.parametrize("brand", BRANDS)
def test_the_mail_says_where_it_was_asked_for_and_is_in_the_dress_of_the_brand(
    provider: Provider, shops: Shops, browser: Browser, post: Post, brand: str
) -> None:
    asked(browser, shops[brand])
    (mail,) = letters(post)
    assert brand in mail["From"].lower()
    for kind in ("plain", "html"):
        text = read(mail, kind)
        assert "Your username: ana" in text
        assert "(A browser)" in text
        assert "Both count until" in text
    assert "src=" not in read(mail, "html")
