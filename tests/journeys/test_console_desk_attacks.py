"""The support desk under attack: a dishonest agent, a caller with half the answers, a thief on the phone (S3.12)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from idp.subjects.model import subjects
from tests.builders import ANA_PASSWORD
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.desk import NUMBER, PROVEN, SPACED, Desk
from tests.drivers.lost import PHONE
from tests.drivers.post import CODE, read
from tests.journeys.locks import tried
from tests.journeys.test_console_desk_acts import a_shop, anas, sees
from tests.journeys.test_console_desk_reset import LIST, asked, decides

one_brand = pytest.mark.parametrize("desk", ["stellantis"], indirect=True)
strict_brand = pytest.mark.parametrize("desk", ["alphera"], indirect=True)


def links(desk: Desk, brand: str, number: str) -> None:
    house = desk.provider.house
    with house.ground.database.transaction() as db:
        house.people.subjects.link(db, house.ground.bus, desk.ana.id, brand, number)


@one_brand
def test_an_agent_who_must_prove_themselves_anew_comes_back_to_the_call(desk: Desk) -> None:
    desk.proves()
    here, stale = desk.page.url, desk.page
    for _ in range(2):
        desk.clock.advance(timedelta(minutes=8))
        desk.sam.browser.open("/console")
    desk.sam.browser.page = stale
    desk.does("end_sessions")
    assert desk.provider.happened("SupportActed") == []
    page = desk.sam.prove()
    assert (page.status, page.url, PROVEN in page.text) == (200, here, True)


@one_brand
def test_a_laxer_brand_is_no_way_around_a_stricter_one(desk: Desk) -> None:
    links(desk, "alphera", "AL-77")
    desk.takes_the_call()
    # Enough at this brand; but what is done is done to the account, which is the other's too.
    page = desk.asks()
    assert ("4 of 4" in page.text, PROVEN in page.text) == (True, False)
    assert "right answers, and a code that they read to you" in page.text
    desk.sends_a_code()
    assert PROVEN in desk.hears(desk.code()).text


@strict_brand
def test_an_agent_learns_of_no_other_brands_customers(desk: Desk) -> None:
    links(desk, "stellantis", "ST-99")
    desk.provider.take_role("support", "sam", "alphera")
    desk.provider.give_role("support", "sam", "stellantis")
    # Ana is this agent's customer, but not by the number that she has elsewhere.
    assert "Nobody is called that" in desk.searches(NUMBER).text
    assert "A. F." in desk.searches("ST-99").text
    assert "Alphera" not in desk.page.text + desk.sam.open(desk.record).text


@one_brand
def test_who_looks_at_a_customer_without_a_call_stands_in_the_trail(desk: Desk) -> None:
    for _ in range(2):
        desk.sam.open(desk.record)
    assert [event.subject_id for event in desk.provider.happened("CustomerSeen")] == [desk.ana.id]
    assert len([row for row in desk.said() if "'CustomerSeen'" in row and "'staff:s_" in row]) == 1


@one_brand
def test_fifteen_tries_a_month_for_a_customer(desk: Desk) -> None:
    desk.clock.advance(timedelta(days=1))  # into a window of thirty days; those tries count less that lie in the one before
    for _ in range(3):
        desk.takes_the_call()
        for _ in range(5):
            desk.asks(right=1)
        desk.clock.advance(timedelta(days=2, hours=1))
    desk.takes_the_call()
    page = desk.asks()
    assert (page.status, "No more tries for now" in page.text, len(desk.api.asked)) == (429, True, 15)


@one_brand
def test_nobody_helps_themselves_by_a_second_account(desk: Desk) -> None:
    taken = {"email": "Sam+private@Example.test", "claims": PHONE}
    for column, value in taken.items():
        desk.provider.add_customer(f"private-{column}", numbers={desk.brand: f"P-{column}"}, **{column: value})
    with desk.provider.house.ground.database.transaction() as db:
        db.execute(update(subjects).where(subjects.c.username == "sam").values(claims=PHONE))
    for column in taken:
        page = desk.searches(f"P-{column}")
        assert "You cannot help yourself here" in desk.sam.open(page.link("Open")).text, column


@strict_brand
def test_a_thief_who_has_the_password_alone_gets_no_reset_by_the_code_in_the_account(desk: Desk) -> None:
    desk.provider.add_phone()
    thief = desk.provider.browser("203.0.113.66")
    # Without a brand codes by text are no second step, so that the password alone shows the account.
    sees(desk, thief)
    desk.takes_the_call()
    desk.asks()
    desk.sends_a_code("account")
    code = SPACED.findall(thief.open("/account").text)
    assert code
    assert PROVEN in desk.hears(" ".join(code[0])).text
    assert "A code in their account is not enough for this" in desk.does("factor_reset").text
    assert desk.provider.happened("SupportActed") == []
    # Whoever reads what goes to Ana herself may be her.
    desk.clock.advance(timedelta(seconds=31))
    desk.sends_a_code()
    desk.hears(desk.code())
    assert "A second agent has to decide" in desk.does("factor_reset").text


def proves_the_app(desk: Desk, browser: Browser, app: AuthenticatorApp) -> None:
    tried(browser, a_shop(desk), "ana", password=ANA_PASSWORD)
    browser.submit(code=app.code())


def says_not_me(_desk: Desk, browser: Browser, _app: AuthenticatorApp) -> None:
    browser.open("/account/not-me")
    browser.submit()


def changes_the_phone(desk: Desk, browser: Browser, app: AuthenticatorApp) -> None:
    browser.open("/account/details/phone")
    if any("code" in form.fields for form in browser.page.forms):
        browser.submit(code=app.code())
    browser.submit(contact="07700 900119")
    browser.submit(code=desk.post.code("text_code"))


@one_brand
@pytest.mark.parametrize(
    ("objects", "reason"),
    [(proves_the_app, "not_lost"), (says_not_me, "not_me"), (changes_the_phone, "contact_changed")],
)
def test_no_reset_is_allowed_that_the_customer_objects_to(
    desk: Desk, objects: Callable[[Desk, Browser, AuthenticatorApp], None], reason: str
) -> None:
    app, browser = desk.provider.add_app("ana"), anas(desk)
    proves_the_app(desk, browser, app)
    desk.clock.advance(timedelta(minutes=1))
    desk.proves()
    desk.does("factor_reset")
    here, kim = desk.sam.open(LIST).link("See"), desk.colleague("kim")
    kim.open(here)
    objects(desk, browser if reason != "not_lost" else desk.provider.browser("192.0.2.10"), app)
    assert "Decided already" in kim.browser.submit(press="approve").text
    assert [(event.outcome, event.reason) for event in desk.provider.happened("FactorResetDecided")] == [("refused", reason)]
    assert desk.provider.happened("FactorResetStarted") == []


@one_brand
def test_what_a_dismissed_agent_asked_for_is_allowed_by_nobody(desk: Desk) -> None:
    here, kim = asked(desk), desk.colleague("kim")
    desk.provider.take_role("support", "sam", desk.brand)
    assert desk.sam.browser.open(desk.record).status == 404
    assert "is at this desk no more" in decides(kim, here, "approve").text
    assert desk.provider.happened("FactorResetStarted") == []
    assert "It was refused" in decides(kim, here, "decline").text


@one_brand
def test_two_accounts_of_one_agent_are_no_two_agents(desk: Desk) -> None:
    here, kim = asked(desk), desk.colleague("kim")
    with desk.provider.house.ground.database.transaction() as db:
        db.execute(update(subjects).where(subjects.c.username == "kim").values(email="sam+kim@example.test"))
    assert "You share a mailbox" in decides(kim, here, "approve").text
    assert desk.provider.happened("FactorResetStarted") == []


@one_brand
def test_a_thief_who_changed_a_contact_is_not_who_we_hear_or_tell(desk: Desk) -> None:
    thief = anas(desk)
    sees(desk, thief)
    mailed, texted = (lambda: read(desk.post.mails()[-1])), (lambda: desk.post.texts()[-1].text)
    # One contact that she has vouches, and then the new one confirms.
    for kind, new, told in (("email", "thief@example.org", mailed), ("phone", "07700 900666", texted)):
        thief.open(f"/account/details/{kind}")
        thief.submit(contact=new)
        for reads in (mailed, told):
            thief.submit(code=CODE.findall(reads())[0])
    desk.takes_the_call()
    assert not [name for form in desk.page.forms for name in form.buttons if name in ("mail_code", "text_code")]
    desk.asks()
    desk.does("end_sessions")
    assert {mail["To"] for mail in desk.post.mails() if "You were signed out everywhere" in mail["Subject"]} == {
        "ana@example.test",
        "thief@example.org",
    }
    desk.clock.advance(timedelta(days=7))
    desk.takes_the_call()
    assert any("mail_code" in form.buttons for form in desk.page.forms)
