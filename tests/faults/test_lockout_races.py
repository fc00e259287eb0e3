"""A hundred guesses at once, from two processes, on each database: the count is exact and the lock falls once (S3.1)."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select

from idp.signin.lockout import Locked
from idp.signin.lockout_tables import password_lanes
from tests.builders import BEGINNING, a_database
from tests.faults.guesser import LOCKOUT, lane_of
from tests.faults.scene import at_once

PROCESSES = 2
GUESSES = 100
NAMES = ("ana", "ben", "cleo")


@contextmanager
def guessing(url: str) -> Iterator[Callable[[str], list[list[int]]]]:
    """What the guessers print that are let loose on one name together."""
    command = [sys.executable, "-m", "tests.faults.guesser", url, str(GUESSES // PROCESSES)]
    pipe = subprocess.PIPE
    guessers = [subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) for _ in range(PROCESSES)]

    def said(number: int) -> str:
        out = guessers[number].stdout
        assert out is not None
        return out.readline()

    def race(name: str) -> list[list[int]]:
        for guesser in guessers:
            assert guesser.stdin is not None
            guesser.stdin.write(f"{name}\n")
        # Written above and sent here, so that all begin at one moment.
        at_once(lambda number: guessers[number].stdin.flush(), PROCESSES)  # type: ignore[union-attr]
        return [[int(word) for word in said(number).split()] for number in range(PROCESSES)]

    assert [said(number) for number in range(PROCESSES)] == ["ready\n"] * PROCESSES
    yield race
    for guesser in guessers:
        guesser.communicate()


def test_of_a_hundred_guesses_five_count_and_one_locks(database_url: str) -> None:
    with a_database(database_url) as database, guessing(database_url) as race:
        for name in NAMES:
            results = race(name)
            with database.reading() as db:
                lane = lane_of(name)
                row = select(password_lanes.c.failures, password_lanes.c.failures_without_success)
                failures = db.execute(row.where(password_lanes.c.who == lane.who)).one()
                state = LOCKOUT.state(db, lane, BEGINNING)
            assert [sum(column) for column in zip(*results, strict=True)] == [5, 1]
            assert tuple(failures) == (5, 5)
            assert state == Locked("stellantis", None, shut=False)
