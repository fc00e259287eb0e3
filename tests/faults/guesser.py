"""One of several processes that guess at lanes: all its guesses at a name at once."""

from collections.abc import Callable

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


def guesser(url: str, times: int) -> Callable[[str], tuple[int, int]]:
    """How many of `times` guesses at a name were counted, and how many of these locked its lane."""
    database = open_database(Flask("guesser"), url, pool_size=CONNECTIONS)
    database.ping()

    def guesses(name: str) -> tuple[int, int]:
        answers = at_once(lambda _: guess(database, lane_of(name)), times)
        fresh = sum(isinstance(answer, Locked) and answer.fresh for answer in answers)
        return sum(isinstance(answer, Open) for answer in answers) + fresh, fresh

    return guesses
