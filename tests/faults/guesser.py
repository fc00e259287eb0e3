"""One of several processes that guess at one lane: `python -m tests.faults.guesser URL GUESSES` says `ready`, waits for a line,
guesses everything at once, and prints how many guesses were counted and how many were told that the lock is theirs."""

import sys

from flask import Flask

from idp.core.database import Database, open_database
from idp.signin.lockout import Lane, Locked, Lockout, Open, Rule
from tests.builders import BEGINNING
from tests.faults.scene import at_once

LOCKOUT = Lockout(b"l" * 32)
LANE: Lane = LOCKOUT.lane("s_ana", "ana")
RULE = Rule(failures_before_lock=5, lock_ends="by_recovery", lock_minutes=15)
CONNECTIONS = 10


def guess(database: Database) -> Open | Locked:
    """One wrong password, in a transaction of its own."""
    with database.transaction() as db:
        return LOCKOUT.failed(db, LANE, RULE, "stellantis", BEGINNING)


def guesses(url: str, times: int) -> tuple[int, int]:
    """How many of `times` guesses were counted, and how many of these locked the lane."""
    database = open_database(Flask("guesser"), url, pool_size=CONNECTIONS)
    database.ping()
    print("ready", flush=True)
    sys.stdin.readline()
    answers = at_once(lambda _: guess(database), times)
    database.close()
    fresh = sum(isinstance(answer, Locked) and answer.fresh for answer in answers)
    return sum(isinstance(answer, Open) for answer in answers) + fresh, fresh


if __name__ == "__main__":
    print(*guesses(sys.argv[1], int(sys.argv[2])))
