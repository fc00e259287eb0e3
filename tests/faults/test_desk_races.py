"""Of agents who do the same at the same moment one does it, on each database (S3.1)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from idp.admin.desk import cases
from idp.admin.desk.tables import caller_codes, reset_requests, support_acts, support_cases
from idp.app.erasing import forget
from tests.builders import TestClock
from tests.drivers.browser import Browser
from tests.drivers.desk import REASON, Desk, a_desk
from tests.drivers.staff import StaffMember
from tests.faults.scene import at_once

TIMES = 5
LIST = "/console/customers/approvals"


@pytest.fixture
def desk(migrated_url: str, clock: TestClock, tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path, clock, "stellantis", database_url=migrated_url) as running:
        running.provider.add_app("ana")
        yield running


def windows(desk: Desk, agent: StaffMember) -> list[Browser]:
    """Several windows of an agent's browser, all at the same page."""
    twins = [desk.provider.browser() for _ in range(TIMES)]
    for twin in twins:
        for cookie in ("idp_browser", "idp_session"):
            twin.bring(cookie, agent.browser.cookie(cookie) or "")
        twin.page = agent.browser.page
    return twins


def kept(desk: Desk, event: str) -> int:
    """How often it stands in the trail: what was undone does not."""
    return sum(f"'{event}'" in row for row in desk.said())


def test_two_agents_allow_a_reset_at_once_and_it_begins_once(desk: Desk) -> None:
    desk.proves()
    assert "has to decide now" in desk.does("factor_reset").text
    here = desk.sam.open(LIST).link("See")
    agents = [desk.colleague(name) for name in ("kim", "lee")]
    both = [window for agent in agents if agent.open(here) for window in windows(desk, agent)]
    # They are staff on either database: each of them was given the role once.
    assert (kept(desk, "RoleGranted"), kept(desk, "StaffChanged")) == (3, 3)
    pages = at_once(lambda number: both[number].submit(press="approve"), len(both))
    assert (kept(desk, "FactorResetDecided"), kept(desk, "FactorResetStarted")) == (1, 1)
    assert sum("The wait has begun" in page.text for page in pages) >= 1
    assert desk.told("Your second step is about to be removed") == 1


@pytest.mark.parametrize("_round", range(2))
def test_allowing_and_refusing_at_once_does_one_of_them(desk: Desk, _round: int) -> None:
    desk.proves()
    desk.does("factor_reset")
    here = desk.sam.open(LIST).link("See")
    agents = [desk.colleague(name) for name in ("kim", "lee")]
    both = [window for agent in agents if agent.open(here) for window in windows(desk, agent)]
    at_once(lambda number: both[number].submit(press="approve" if number % 2 else "decline"), len(both))
    begun, refused = kept(desk, "FactorResetStarted"), desk.told("Your second step stays")
    assert (kept(desk, "FactorResetDecided"), begun + refused) == (1, 1)


def test_an_act_is_done_and_told_once(desk: Desk) -> None:
    desk.proves()
    twins = windows(desk, desk.sam)
    at_once(lambda number: twins[number].submit(press="end_sessions", reason=REASON), TIMES)
    assert (kept(desk, "SupportActed"), desk.told("You were signed out everywhere")) == (1, 1)


def test_a_code_is_tried_as_often_as_it_may_be(desk: Desk) -> None:
    desk.takes_the_call()
    desk.sends_a_code()
    code = desk.code()
    twins = windows(desk, desk.sam) + windows(desk, desk.sam)
    at_once(lambda number: twins[number].submit(code=f"{number:06}"), len(twins))
    # Five tries were wrong, whichever: the right code comes too late.
    assert "That is not the code" in desk.hears(code).text


def test_a_right_code_counts_once(desk: Desk) -> None:
    desk.takes_the_call()
    desk.sends_a_code()
    code, twins = desk.code(), windows(desk, desk.sam)
    pages = at_once(lambda number: twins[number].submit(code=code), TIMES)
    assert sum("That is not the code" in page.text for page in pages) == TIMES - 1


def test_what_is_kept_of_calls_goes_with_the_account_and_with_time(desk: Desk) -> None:
    desk.proves()
    desk.sends_a_code()
    desk.does("factor_reset")
    tables = (support_cases, support_acts, caller_codes, reset_requests)
    ground = desk.provider.house.ground

    def rows() -> list[int]:
        with ground.database.reading() as db:
            return [len(db.execute(select(table)).all()) for table in tables]

    assert rows() == [1, 1, 1, 1]
    with ground.database.transaction() as db:
        # As when the account is closed; undone, to see the same come of time.
        undone = db.begin_nested()
        forget(db, desk.ana.id)
        assert [len(db.execute(select(table)).all()) for table in tables] == [0, 0, 0, 0]
        undone.rollback()
        assert cases.purge(db, desk.clock.now() + timedelta(days=90), 10) == 0
        assert cases.purge(db, desk.clock.now() + timedelta(days=91), 10) == 1
    assert rows() == [0, 0, 0, 0]
