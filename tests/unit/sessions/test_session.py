import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.core.database import Database
from idp.core.events import Bus, SessionEnded, SubjectDisabled
from idp.sessions.context import Context
from idp.sessions.model import sessions as table
from idp.sessions.session import Session, Sessions, Started
from idp.sessions.visits import clients_visited, visit
from idp.subjects.subjects import Subject, Subjects
from tests.builders import NAMES, TestClock, Witness

MINUTE = timedelta(minutes=1)


class Desk:
    """Starts and ends sessions as a flow does: each act in its own transaction."""

    def __init__(self, database: Database, sessions: Sessions, clock: TestClock) -> None:
        self.database = database
        self.sessions = sessions
        self.clock = clock

    def start(
        self, subject: Subject, *, replaces: Session | None = None, shared: bool = False, browser: str = "browser"
    ) -> Started:
        now = self.clock.now()
        with self.database.transaction() as db:
            return self.sessions.start(
                db,
                subject_id=subject.id,
                context=Context("pwd", ("pwd",), now, ("password",)),
                brand="stellantis",
                shared=shared,
                browser=browser,
                replaces=replaces,
                now=now,
            )

    def end(self, session: Session, reason: str = "logout") -> bool:
        with self.database.transaction() as db:
            return self.sessions.end(db, session.id, reason, self.clock.now())

    def touch(self, session: Session) -> None:
        with self.database.transaction() as db:
            self.sessions.touch(db, session, self.clock.now())


@pytest.fixture
def desk(database: Database, sessions: Sessions, clock: TestClock) -> Desk:
    return Desk(database, sessions, clock)


def test_a_session_is_found_by_its_handle_and_nothing_else(desk: Desk, sessions: Sessions, ana: Subject) -> None:
    started = desk.start(ana)
    assert sessions.find(started.handle) == started.session
    for other in (None, "", started.session.id, started.handle + "x", "\ud800", "x" * 100_000):
        assert sessions.find(other) is None


def test_the_handle_itself_is_not_stored(desk: Desk, database: Database, ana: Subject) -> None:
    started = desk.start(ana)
    with database.reading() as db:
        row = db.execute(select(table)).one()
    assert started.handle not in str(row)


@pytest.mark.parametrize(("shared", "minutes"), [(False, 15), (True, 10)])
def test_an_unused_session_is_over(
    desk: Desk, sessions: Sessions, clock: TestClock, ana: Subject, shared: bool, minutes: int
) -> None:
    started = desk.start(ana, shared=shared)
    clock.advance(timedelta(minutes=minutes) - timedelta(seconds=1))
    assert sessions.find(started.handle) is not None
    clock.advance(timedelta(seconds=1))
    assert sessions.find(started.handle) is None


@pytest.mark.parametrize(("shared", "hours"), [(False, 8), (True, 1)])
def test_a_busy_session_is_over_when_its_longest_time_is(
    desk: Desk, sessions: Sessions, clock: TestClock, ana: Subject, shared: bool, hours: int
) -> None:
    started = desk.start(ana, shared=shared)
    for _ in range(hours * 12 - 1):
        clock.advance(timedelta(minutes=5))
        found = sessions.find(started.handle)
        assert found is not None
        desk.touch(found)
    clock.advance(timedelta(minutes=5))
    assert sessions.find(started.handle) is None


def test_activity_is_written_at_most_once_a_minute(desk: Desk, sessions: Sessions, clock: TestClock, ana: Subject) -> None:
    started = desk.start(ana)
    clock.advance(timedelta(seconds=59))
    desk.touch(started.session)
    assert sessions.find(started.handle) == started.session
    clock.advance(timedelta(seconds=1))
    desk.touch(started.session)
    found = sessions.find(started.handle)
    assert found is not None
    assert found.last_seen_at == clock.now()


def test_an_idle_session_is_not_brought_back_by_a_late_touch(
    desk: Desk, sessions: Sessions, clock: TestClock, ana: Subject
) -> None:
    started = desk.start(ana)
    clock.advance(15 * MINUTE)
    desk.touch(started.session)
    assert sessions.find(started.handle) is None


def test_signing_in_again_keeps_the_session_and_changes_the_handle(
    desk: Desk, sessions: Sessions, clock: TestClock, witness: Witness, ana: Subject
) -> None:
    first = desk.start(ana)
    clock.advance(5 * MINUTE)
    again = desk.start(ana, replaces=first.session)
    assert again.session.id == first.session.id
    assert again.handle != first.handle
    assert again.session.context.auth_time == clock.now()
    assert again.session.expires_at > first.session.expires_at
    assert sessions.find(first.handle) is None
    assert sessions.find(again.handle) == again.session
    assert witness.events == []


def test_a_shared_computer_stays_one(desk: Desk, ana: Subject) -> None:
    first = desk.start(ana, shared=True)
    assert desk.start(ana, replaces=first.session).session.shared


def test_another_subject_ends_the_old_session(
    desk: Desk, sessions: Sessions, witness: Witness, ana: Subject, ben: Subject
) -> None:
    first = desk.start(ana)
    second = desk.start(ben, replaces=first.session)
    assert second.session.id != first.session.id
    assert sessions.find(first.handle) is None
    (ended,) = witness.events
    assert (ended.session_id, ended.subject_id, ended.reason) == (first.session.id, ana.id, "another_subject")


def test_a_session_that_ended_meanwhile_is_not_revived(desk: Desk, sessions: Sessions, ana: Subject) -> None:
    first = desk.start(ana)
    desk.end(first.session)
    again = desk.start(ana, replaces=first.session)
    assert again.session.id != first.session.id
    assert sessions.find(again.handle) is not None


def test_a_new_device_is_one_this_subject_never_used(desk: Desk, ana: Subject, ben: Subject) -> None:
    assert desk.start(ana, browser="one").new_device
    assert not desk.start(ana, browser="one").new_device
    assert desk.start(ana, browser="two").new_device
    assert desk.start(ben, browser="one").new_device


def test_ten_enders_end_a_session_once(desk: Desk, witness: Witness, ana: Subject) -> None:
    started = desk.start(ana)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: desk.end(started.session), range(10)))
    assert sorted(answers) == [False] * 9 + [True]
    (ended,) = witness.events
    assert isinstance(ended, SessionEnded)
    assert (ended.reason, ended.brand) == ("logout", "stellantis")


def test_all_sessions_of_a_subject_end_but_the_one_kept(
    desk: Desk, sessions: Sessions, database: Database, clock: TestClock, witness: Witness, ana: Subject, ben: Subject
) -> None:
    kept, *others = [desk.start(ana, browser=str(n)) for n in range(3)]
    foreign = desk.start(ben)
    with database.transaction() as db:
        assert sessions.end_all(db, ana.id, "password_changed", clock.now(), keep=kept.session.id) == 2
        assert sessions.end_all(db, ana.id, "password_changed", clock.now(), keep=kept.session.id) == 0
    assert sessions.find(kept.handle) is not None
    assert sessions.find(foreign.handle) is not None
    assert all(sessions.find(other.handle) is None for other in others)
    assert {e.session_id for e in witness.events} == {other.session.id for other in others}


def test_the_sweep_ends_what_is_over_and_says_why(
    desk: Desk, sessions: Sessions, clock: TestClock, witness: Witness, ana: Subject
) -> None:
    idle = desk.start(ana)
    clock.advance(10 * MINUTE)
    alive = desk.start(ana)
    clock.advance(5 * MINUTE)
    assert sessions.sweep(clock.now()) == 1
    assert [(e.session_id, e.reason) for e in witness.events] == [(idle.session.id, "idle")]
    assert sessions.sweep(clock.now()) == 0
    clock.advance(timedelta(hours=8))
    assert sessions.sweep(clock.now()) == 1
    assert (witness.events[1].session_id, witness.events[1].reason) == (alive.session.id, "expired")


def test_the_sweep_takes_no_more_than_its_limit(
    desk: Desk, sessions: Sessions, clock: TestClock, witness: Witness, ana: Subject
) -> None:
    for _ in range(5):
        desk.start(ana)
    clock.advance(15 * MINUTE)
    assert [sessions.sweep(clock.now(), limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert len(witness.events) == 5


def test_a_disabled_subject_has_no_session(
    desk: Desk, sessions: Sessions, database: Database, bus: Bus, clock: TestClock, witness: Witness, ana: Subject
) -> None:
    started = desk.start(ana)
    with database.transaction() as db:
        Subjects(NAMES).disable(db, bus, ana.id, clock.now())
    assert sessions.find(started.handle) is None
    with database.reading() as db:
        assert sessions.get(db, started.session.id, clock.now()) is None
    assert witness.named("SessionEnded") == []


def test_subscribed_the_store_ends_the_sessions_of_a_disabled_subject(
    desk: Desk, sessions: Sessions, database: Database, bus: Bus, clock: TestClock, witness: Witness, ana: Subject
) -> None:
    bus.subscribe(SubjectDisabled, sessions.ending("disabled"))
    started = desk.start(ana)
    with database.transaction() as db:
        Subjects(NAMES).disable(db, bus, ana.id, clock.now())
    (ended,) = witness.named("SessionEnded")
    assert (ended.session_id, ended.reason) == (started.session.id, "disabled")


def test_clients_visited_are_remembered_once_each(
    desk: Desk, sessions: Sessions, database: Database, clock: TestClock, ana: Subject
) -> None:
    started = desk.start(ana)
    with database.transaction() as db:
        for client in ("stellantis-portal", "alphera-portal", "stellantis-portal"):
            visit(db, started.session.id, client, clock.now())
            clock.advance(MINUTE)
        assert clients_visited(db, started.session.id) == ("stellantis-portal", "alphera-portal")
        assert clients_visited(db, "e_unknown") == ()


def test_what_ends_sessions_meanwhile_finds_the_renewed_one_too(
    desk: Desk, sessions: Sessions, ana: Subject, clock: TestClock
) -> None:
    first, begun = desk.start(ana).session, threading.Event()

    def end_all() -> int:
        begun.set()
        with desk.database.transaction() as db:
            return sessions.end_all(db, ana.id, "not_me", clock.now())

    with ThreadPoolExecutor(1) as beside:
        with desk.database.transaction() as db:
            held = sessions.hold(db, first.id, clock.now())
            ending = beside.submit(end_all)
            begun.wait(timeout=30)
            with pytest.raises(TimeoutError):
                ending.result(timeout=0.3)  # it waits for who holds the session
            renewed = sessions.start(
                db,
                subject_id=ana.id,
                context=first.context,
                brand="stellantis",
                shared=False,
                browser="browser",
                replaces=held,
                now=clock.now(),
            )
        assert ending.result(timeout=30) == 1
    assert sessions.find(renewed.handle) is None
