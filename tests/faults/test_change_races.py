"""A change on a page of one's own and the end of its session, at one moment on two connections (S1, what ends)."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from idp.core.database import Database, open_database
from idp.core.errors import Refused
from idp.core.events import Bus
from idp.selfservice.changing import changing
from idp.sessions.context import Context
from idp.sessions.limits import Limits
from idp.sessions.session import Session, Sessions
from idp.subjects.subjects import Subject
from tests.builders import BEGINNING, TestClock, a_database, a_hasher, a_subject
from tests.faults.scene import AT_ONCE, at_once

HOURS = timedelta(hours=8)
LIMITS = Limits(idle=HOURS, absolute=HOURS, shared_idle=HOURS, shared_absolute=HOURS, staff_idle=HOURS)
PATIENCE_SECONDS, A_MOMENT = 30, 0.3


@dataclass
class Scene:
    """Ana, and two ways to her database that know nothing of each other."""

    database: Database
    beside: Database
    sessions: Sessions
    ana: Subject

    def begins(self) -> Session:
        context = Context("mfa", ("pwd", "otp"), BEGINNING, ("password", "totp"))
        with self.database.transaction() as db:
            return self.sessions.start(
                db,
                subject_id=self.ana.id,
                context=context,
                brand=None,
                shared=False,
                browser="browser",
                replaces=None,
                now=BEGINNING,
            ).session


@pytest.fixture
def scene(tables_url: str, tmp_path: Path) -> Iterator[Scene]:
    with a_database(tables_url) as database:
        beside = open_database(Flask("beside"), tables_url, pool_size=AT_ONCE)
        ana = a_subject(database, a_hasher(tmp_path))
        yield Scene(database, beside, Sessions(database, Bus(), TestClock(), LIMITS), ana)
        beside.close()


def test_a_session_that_ends_first_takes_the_change_with_it(scene: Scene) -> None:
    session, about_to = scene.begins(), threading.Event()

    def change() -> None:
        about_to.set()
        with changing(scene.beside, scene.sessions, session, BEGINNING):
            raise AssertionError("it was changed in a session that has ended")

    with ThreadPoolExecutor(1) as other:
        with scene.database.transaction() as db:
            assert scene.sessions.end_all(db, scene.ana.id, "not_me", BEGINNING) == 1
            changed = other.submit(change)
            about_to.wait(PATIENCE_SECONDS)
            with pytest.raises(TimeoutError):
                changed.result(A_MOMENT)  # it waits for what becomes of the session
        with pytest.raises(Refused):
            changed.result(PATIENCE_SECONDS)


def test_a_change_that_was_begun_is_waited_for(scene: Scene) -> None:
    session, about_to, order = scene.begins(), threading.Event(), list[str]()

    def end() -> None:
        about_to.set()
        with scene.beside.transaction() as db:
            assert scene.sessions.end(db, session.id, "logout", BEGINNING)
            order.append("ended")

    with ThreadPoolExecutor(1) as other:
        with changing(scene.database, scene.sessions, session, BEGINNING) as db:
            ended = other.submit(end)
            about_to.wait(PATIENCE_SECONDS)
            with pytest.raises(TimeoutError):
                ended.result(A_MOMENT)
            assert scene.sessions.get(db, session.id, BEGINNING) == session
            order.append("changed")
        ended.result(PATIENCE_SECONDS)
    assert order == ["changed", "ended"]


def test_of_ten_browsers_that_end_all_others_one_does(scene: Scene) -> None:
    """As each does that gives up a factor. They hold each other's sessions in one order, and none for ever."""
    mine = [scene.begins() for _ in range(AT_ONCE)]

    def give_up(number: int) -> int:
        try:
            with changing(scene.beside, scene.sessions, mine[number], BEGINNING) as db:
                return scene.sessions.end_all(db, scene.ana.id, "factor_removed", BEGINNING, keep=mine[number].id)
        except Refused:
            return 0

    assert sorted(at_once(give_up)) == [0] * (AT_ONCE - 1) + [AT_ONCE - 1]
