"""One of several processes that guess at lanes: `python -m tests.faults.guesser URL GUESSES` says `ready`; for each line, the
name to guess at, it guesses everything at once and prints how many guesses were counted and how many were told that the lock
is theirs."""

import sys

from flask import Flask

from idp.core.database import Database, open_database
from idp.signin.lockout import Lane, Locked, Lockout, Open, Rule
from tests.builders import BEGINNING
from tests.faults.scene import at_once

LOCKOUT = Lockout(b"l" * 32)
RULE = Rule(failures_before_lock=5, lock_ends="by_recovery", lock_minutes=15)
CONNECTIONS = 10


def lane_of(name: str) -> Lane:
    return LOCKOUT.lane(f"s_{name}", name)


def guess(database: Database, lane: Lane) -> Open | Locked:
    """One wrong password, in a transaction of its own."""
    with database.transaction() as db:
        return LOCKOUT.failed(db, lane, RULE, "stellantis", BEGINNING)


def guesses(database: Database, lane: Lane, times: int) -> tuple[int, int]:
    """How many of `times` guesses were counted, and how many of these locked the lane."""
    answers = at_once(lambda _: guess(database, lane), times)
    fresh = sum(isinstance(answer, Locked) and answer.fresh for answer in answers)
    return sum(isinstance(answer, Open) for answer in answers) + fresh, fresh


def main(url: str, times: int) -> None:
    database = open_database(Flask("guesser"), url, pool_size=CONNECTIONS)
    database.ping()
    print("ready", flush=True)
    for name in sys.stdin:
        print(*guesses(database, lane_of(name.strip()), times), flush=True)
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
