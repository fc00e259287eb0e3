"""A hundred guesses at once, from two processes, on each database: the count is exact and the lock falls once (S3.1)."""

from sqlalchemy import select

from idp.signin.lockout import Locked
from idp.signin.lockout_tables import password_lanes
from tests.builders import BEGINNING, a_database
from tests.faults.guesser import LOCKOUT, guesser, lane_of
from tests.faults.rivals import rivals

PROCESSES = 2
GUESSES = 100
NAMES = ("ana", "ben", "cleo")


def test_of_a_hundred_guesses_five_count_and_one_locks(tables_url: str) -> None:
    with a_database(tables_url) as database, rivals(PROCESSES, guesser, tables_url, GUESSES // PROCESSES) as guess_at:
        for name in NAMES:
            results = guess_at(name)
            with database.reading() as db:
                lane = lane_of(name)
                row = select(password_lanes.c.failures, password_lanes.c.failures_without_success)
                failures = db.execute(row.where(password_lanes.c.who == lane.who)).one()
                state = LOCKOUT.state(db, lane, BEGINNING)
            assert [sum(column) for column in zip(*results, strict=True)] == [5, 1]
            assert tuple(failures) == (5, 5)
            assert state == Locked("stellantis", None, shut=False)
