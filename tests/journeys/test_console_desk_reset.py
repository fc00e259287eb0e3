"""A lost second step after a call: one agent asks, a second decides, and then it waits and is told like any other (S3.12)."""

from datetime import timedelta

import pytest

from idp.app import lost
from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Page
from tests.drivers.desk import PROVEN, Desk
from tests.drivers.lost import Loss
from tests.drivers.staff import StaffMember
from tests.journeys.locks import tried
from tests.journeys.recoveries import NEW

OTHER = {"stellantis": "alphera", "alphera": "stellantis"}
LIST = "/console/customers/approvals"


def asked(desk: Desk) -> str:
    """Ana lost her app, and Sam asks for a reset: where a second agent decides."""
    desk.provider.add_app("ana")
    desk.proves()
    assert "A second agent has to decide" in desk.does("factor_reset").text
    return desk.sam.open(LIST).link("See")


def decides(agent: StaffMember, here: str, answer: str) -> Page:
    agent.open(here)
    return agent.browser.submit(press=answer)


def the_loss(desk: Desk) -> Loss:
    shop = desk.provider.add_client("shop", brand=desk.brand, consent="implied")
    return Loss(desk.provider, shop, desk.post, desk.provider.browser("192.0.2.9"), desk.clock)


def test_two_agents_and_a_wait_remove_what_was_lost(desk: Desk) -> None:
    loss, here, kim = the_loss(desk), asked(desk), desk.colleague("kim")
    assert desk.told("Removing your second step was asked for") == 1
    assert loss.outcomes("FactorResetStarted") == []
    page = kim.open(here)
    assert "Sam Staff" in page.text
    assert "Answered right" in page.text
    assert "The wait has begun" in kim.browser.submit(press="approve").text
    assert "Nothing waits" in kim.browser.page.text
    (started,) = desk.provider.happened("FactorResetStarted")
    assert started.details()["kinds"] == "support"
    assert loss.told("Two of our agents agreed") == (1, 0)
    assert loss.told("second step can be removed after") == (0, 1)
    loss.waits(12)
    loss.waits(11.9)
    assert loss.told("You can now remove") == (0, 0)
    loss.waits(0.2)
    loss.comes_back()
    # The link came by mail, so a mailed code is not asked; the password she knows is enough.
    assert "By e-mail" not in loss.browser.text()
    loss.gives("password")
    assert "is removed" in loss.browser.submit().text
    assert tried(loss.browser, loss.shop, "ana", password=ANA_PASSWORD).left
    assert loss.outcomes("Recovered") == ["second_factor"]


def test_who_forgot_the_password_too_proves_by_text_and_chooses_a_new_one(desk: Desk) -> None:
    loss, here = the_loss(desk), asked(desk)
    decides(desk.colleague("kim"), here, "approve")
    loss.waits(12)
    loss.waits(12)
    loss.comes_back()
    loss.gives("text_code")
    assert "is removed" in loss.browser.submit(password=NEW).text
    assert tried(loss.browser, loss.shop, "ana", password=NEW).left


@pytest.mark.parametrize("how", ["link", "app"])
def test_the_customer_stops_it(desk: Desk, how: str) -> None:
    loss = the_loss(desk)
    app = desk.provider.add_app("ana")
    desk.proves()
    desk.does("factor_reset")
    decides(desk.colleague("kim"), desk.sam.open(LIST).link("See"), "approve")
    if how == "link":
        loss.browser.open(loss.link("stop"))
        loss.browser.submit()
    else:
        tried(loss.browser, loss.shop, "ana", password=ANA_PASSWORD)
        desk.clock.advance(timedelta(minutes=1))
        loss.browser.submit(code=app.code())
    assert loss.outcomes("FactorResetCancelled") == ["link" if how == "link" else "not_lost"]
    assert loss.told("Your second step stays") == (1, 0)


def test_who_asked_cannot_allow_it_but_take_it_back(desk: Desk) -> None:
    here = asked(desk)
    page = desk.sam.open(here)
    assert not any("approve" in form.buttons for form in page.forms)
    token = next(form.fields for form in page.forms if "take_back" in form.buttons)
    assert "You asked for this yourself" in desk.sam.browser.post(here, token | {"approve": "1"}).text
    assert desk.provider.happened("FactorResetDecided") == []
    desk.sam.browser.open(here)
    assert "It was refused" in desk.sam.browser.submit(press="take_back").text
    assert desk.told("Your second step stays") == 1
    assert desk.provider.happened("FactorResetStarted") == []


def test_a_refusal_changes_nothing_and_is_told(desk: Desk) -> None:
    here, kim = asked(desk), desk.colleague("kim")
    assert "It was refused" in decides(kim, here, "decline").text
    assert desk.told("Your second step stays") == 1
    assert (kim.open(here).status, "Decided already" in kim.browser.page.text) == (404, True)
    assert [event.outcome for event in desk.provider.happened("FactorResetDecided")] == ["refused"]


def test_an_agent_of_another_brand_and_made_up_requests(desk: Desk) -> None:
    here, kim = asked(desk), desk.colleague("kim", OTHER[desk.brand])
    assert "Nothing waits" in kim.open(LIST).text
    token = {"csrf_token": kim.open("/console/customers").forms[0].fields["csrf_token"]}
    for made_up in (here, f"{LIST}/q_{'x' * 22}", f"{LIST}/%00", f"{LIST}/{'9' * 3000}"):
        assert kim.browser.open(made_up).status == 404
        assert kim.browser.post(made_up, token | {"approve": "1"}).status == 404
    assert desk.provider.happened("FactorResetDecided") == []


def test_it_waits_for_a_decision_no_longer_than_a_day(desk: Desk) -> None:
    here, kim = asked(desk), desk.colleague("kim")
    desk.clock.advance(timedelta(days=1))
    assert "Decided already" in kim.open(here).text
    desk.proves()
    assert "A second agent has to decide" in desk.does("factor_reset").text


def test_what_cannot_come_to_an_end_is_not_begun(desk: Desk) -> None:
    desk.proves()
    assert "no second step that could be removed" in desk.does("factor_reset").text
    desk.provider.add_app("ana")
    assert "A second agent has to decide" in desk.does("factor_reset").text
    desk.takes_the_call()
    desk.asks()
    if desk.brand == "alphera":
        desk.sends_a_code()
        desk.hears(desk.code())
    assert PROVEN in desk.page.text
    assert "One waits for a second agent already" in desk.does("factor_reset").text


def test_who_became_staff_or_began_one_themselves_meanwhile(desk: Desk) -> None:
    loss, here, kim = the_loss(desk), asked(desk), desk.colleague("kim")
    loss.has_begun("password", "mail_code")
    assert "A reset runs already" in decides(kim, here, "approve").text
    house = desk.provider.house
    with house.ground.database.transaction() as db:
        reset = lost.resets(house).running(db, desk.ana.id)
        assert reset is not None
        lost.resets(house).cancel(db, reset, "link")
    desk.provider.make_staff("ana")
    assert "Support does not help staff" in decides(kim, here, "approve").text
    # What came to nothing is not decided, in the table and in the trail.
    assert "A. F." in kim.open(LIST).text
    assert [row for row in desk.said() if "FactorResetDecided" in row] == []
