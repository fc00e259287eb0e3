"""The same answers whoever was asked for, never more mails than the quota, and input that nobody types by accident."""

from datetime import timedelta
from pathlib import Path

import pytest

from idp.app.house import MOST_PARKED, PARKING_WINDOW
from idp.app.recovery import answering
from tests.builders import TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.recoveries import OVER, asked, letters, newest, opened, reset

Shops = dict[str, RelyingParty]
UNKNOWN = {
    "nobody": "nobody",
    "no such address": "nobody@example.test",
    "disabled": "dora",
    "unverified": "uma",
    "as long as no name": "x" * 300,
    "a header": "ana\r\nBcc: eve@example.test",
    "a header of mail": "ana@example.test\nBcc: eve@example.test",
    "digits of another script": "٣٣٤٤٥٥٦٦",
    "markup": "<b>ana</b>",
    "a domain": "@example.test",
    "blanks within": "a n a",
}


@pytest.fixture
def post(provider: Provider, tmp_path: Path) -> Post:
    return Post(provider, tmp_path)


@pytest.fixture
def others(provider: Provider, shops: Shops) -> None:
    provider.add_customer("uma", email_verified=False)
    dora = provider.add_customer("dora")
    house = provider.house
    with house.ground.database.transaction() as db:
        assert house.people.subjects.disable(db, house.ground.bus, dora.id, provider.clock.now())


def said(page: Page) -> str:
    """The words of a page, but for the reference that each answer has of its own."""
    return page.text.partition("Reference for support")[0]


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("name", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_nobody_learns_whether_there_is_an_account(
    provider: Provider, shops: Shops, browser: Browser, post: Post, name: str
) -> None:
    stranger = provider.browser("192.0.2.9")
    known, unknown = asked(browser, shops["stellantis"], " ANA "), asked(stranger, shops["stellantis"], name)
    assert (known.status, said(known)) == (unknown.status, said(unknown)) == (200, said(known))
    assert abs(len(known.body) - len(unknown.body)) < 16
    (mail,) = letters(post)
    assert (mail["To"], mail["Bcc"]) == ("ana@example.test", None)
    for page in (browser, stranger):
        told = [page.submit(code="AAAA-AAAA") for _ in range(6)]
        assert [one.status for one in told] == [422] * 4 + [429] * 2
        page.page = told[0]
    assert said(browser.page) == said(stranger.page)
    with provider.house.ground.database.reading() as db:
        rows = db.exec_driver_sql("select tries, asked_sealed from recovery_cases").all()
    assert rows == [(5, None)] * 2


@pytest.mark.parametrize("spelled", ["ANA", " ana ", "Ana@Example.TEST", "\uff41\uff4e\uff41"])
def test_every_spelling_means_her(shops: Shops, browser: Browser, post: Post, spelled: str) -> None:
    asked(browser, shops["stellantis"], spelled)
    assert [mail["To"] for mail in letters(post)] == ["ana@example.test"]


@pytest.mark.parametrize("name", ["", "   ", "\t"])
def test_nothing_typed_is_asked_for_again(provider: Provider, shops: Shops, browser: Browser, name: str) -> None:
    page = asked(browser, shops["alphera"], name)
    assert (page.status, "Type your username" in page.text) == (422, True)
    with provider.house.ground.database.reading() as db:
        assert db.exec_driver_sql("select count(*) from recovery_cases").scalar_one() == 0


@pytest.mark.parametrize("fields", [{"name": "a\x00b"}, {"name": "\ud800"}, {}])
def test_what_no_form_sends_is_refused_calmly(shops: Shops, browser: Browser, fields: dict[str, str]) -> None:
    page = browser.open("/recovery")
    token = {"csrf_token": page.forms[0].fields["csrf_token"]}
    try:
        answer = browser.post("/recovery", {**token, **fields})
    except UnicodeEncodeError:
        return  # this driver cannot even send it
    assert answer.status in (400, 422)


def test_three_mails_an_hour_and_the_last_link_stays_good(
    provider: Provider, shops: Shops, browser: Browser, post: Post, clock: TestClock
) -> None:
    for _ in range(6):
        page = asked(browser, shops["stellantis"])
        assert "Look in your mail" in page.text
        newest(post)
    assert len(letters(post)) == 3
    assert [event.reason for event in provider.happened("RecoveryWithheld")] == ["quota"]
    assert "Your password is changed" in reset(provider.browser("192.0.2.20"), newest(post)[0]).text
    clock.advance(timedelta(hours=2))
    asked(browser, shops["stellantis"])
    assert len(letters(post)) == 4


def test_ten_mails_a_day(shops: Shops, browser: Browser, post: Post, clock: TestClock) -> None:
    for _ in range(8):
        for _ in range(2):
            asked(browser, shops["alphera"])
        newest(post)
        clock.advance(timedelta(hours=1, minutes=30))
    assert len(letters(post)) == 10
    clock.advance(timedelta(days=2))
    asked(browser, shops["alphera"])
    assert len(letters(post)) == 11


def test_others_have_quotas_of_their_own(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    provider.add_customer("ben")
    for name in ("ana", "ana", "ana", "ana", "ben"):
        asked(browser, shops["stellantis"], name)
    assert [mail["To"] for mail in letters(post)].count("ben@example.test") == 1


def test_one_source_asks_so_often_and_is_told_to_wait_whatever_it_asks_for(
    provider: Provider, shops: Shops, browser: Browser
) -> None:
    asked(browser, shops["stellantis"])
    form = browser.open("/recovery")
    for number in range(29):
        browser.page = form
        assert browser.submit(name=f"n{number}").status == 200
    for name in ("ana", "nobody"):
        browser.page = form
        assert (browser.submit(name=name).status, "Too many requests" in browser.text()) == (429, True)
    elsewhere = provider.browser("192.0.2.44")
    assert asked(elsewhere, shops["stellantis"]).status == 200


def test_a_made_up_host_is_refused_and_stands_in_no_mail(
    provider: Provider, shops: Shops, browser: Browser, post: Post
) -> None:
    page = asked(browser, shops["stellantis"])
    form = browser.open("/recovery").forms[0].fields | {"name": "ana"}
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}):
        status = browser.post("/recovery", form, follow=False, headers=headers).status
        assert status == (400 if "Host" in headers else 303)
    assert page.status == 200
    for mail in letters(post):
        assert "evil.example" not in mail.as_string()
        assert opened(mail)[0].startswith(f"{provider.issuer}/recovery/link/")


def test_other_peoples_links_open_nothing_of_mine(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    """Ben's link in Ana's browser is Ben's still; Ana's page takes Ben's code for a wrong one."""
    provider.add_customer("ben")
    asked(provider.browser("192.0.2.8"), shops["stellantis"], "ben")
    link, code = newest(post)
    asked(browser, shops["stellantis"])
    assert "did not match" in browser.submit(code=code).text
    assert "b•••" in browser.open(link).text
    assert OVER in browser.open(link[:-1] + ("A" if link[-1] != "A" else "B")).text


def test_two_workers_answer_a_case_once(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    asked(browser, shops["stellantis"])
    first, second = answering(provider.house), answering(provider.house)
    with provider.house.ground.database.reading() as db:
        (waiting,) = first.asked_cases.waiting(db, provider.clock.now(), 10)
    first.answer(10)
    second._answer(waiting)  # which had read it before
    assert len(letters(post)) == 1


def test_where_one_came_from_is_where_one_goes_on(shops: Shops, browser: Browser, post: Post) -> None:
    browser.open("/recovery?brand=alphera")
    browser.submit(name="ana")
    done = reset(browser, newest(post)[0])
    assert done.link("Sign in") == "http://localhost:9002/"
    browser.open("/recovery?brand=no-such-brand")
    assert "ALPHERA" in browser.page.body


@pytest.mark.parametrize("page", ["/recovery", "/recovery/agreement", "/recovery/lost"])
def test_a_source_that_comes_each_time_as_a_new_browser_has_to_wait(provider: Provider, page: str) -> None:
    """Each would leave a row with us for an hour, and asks for no credential."""
    known = provider.browser("192.0.2.66")
    known.open(f"{page}?brand=stellantis")
    for _ in range(MOST_PARKED):  # as that many would
        provider.house.throttle.failed("park", "192.0.2.66", PARKING_WINDOW)
    assert provider.browser("192.0.2.66").open(f"{page}?brand=stellantis").status == 429
    assert known.open(f"{page}?brand=stellantis").status == 200  # is on its way already
    assert provider.browser("192.0.2.66").open(page).status == 200  # leaves nothing
