"""A hundred guesses at once, from two processes, on each database: the count is exact and the lock falls once (S3.1)."""

import subprocess
import sys
from collections import Counter

import pytest
from sqlalchemy import select

from idp.signin.lockout import Locked
from idp.signin.lockout_tables import password_lanes
from tests.builders import BEGINNING, a_database
from tests.faults.guesser import LANE, LOCKOUT
from tests.faults.scene import Scene, at_once

PROCESSES = 2
GUESSES = 100
ROUNDS = 3


def race(url: str) -> list[list[int]]:
    """What the guessers printed that were let loose on one lane together."""
    command = [sys.executable, "-m", "tests.faults.guesser", url, str(GUESSES // PROCESSES)]
    pipe = subprocess.PIPE
    guessers = [subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) for _ in range(PROCESSES)]
    for guesser in guessers:
        assert guesser.stdout is not None
        assert guesser.stdout.readline() == "ready\n"
    outputs = at_once(lambda number: guessers[number].communicate("go\n")[0], PROCESSES)
    return [[int(word) for word in output.split()] for output in outputs]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_a_hundred_guesses_five_count_and_one_locks(database_url: str, _round: int) -> None:
    with a_database(database_url) as database:
        results = race(database_url)
        with database.reading() as db:
            failures = db.execute(select(password_lanes.c.failures, password_lanes.c.failures_without_success)).one()
            state = LOCKOUT.state(db, LANE, BEGINNING)
    assert [sum(column) for column in zip(*results, strict=True)] == [5, 1]
    assert tuple(failures) == (5, 5)
    assert state == Locked("stellantis", None, shut=False)


@pytest.mark.parametrize("name", ["ana", "nobody"])
def test_of_a_hundred_wrong_passwords_sent_at_once_five_count(scene: Scene, name: str) -> None:
    """Through both served workers, for a customer and for a name that does not exist."""
    before = told(scene)
    browsers = [scene.stack.browser() for _ in range(GUESSES)]
    for browser in browsers:
        browser.open(scene.shop.request())
    pages = at_once(lambda number: browsers[number].sign_in(name, f"not the password {number}"), GUESSES)
    # Who finds no room to hash is told to come back, and was not counted.
    assert {page.status for page in pages} <= {422, 503}
    assert told(scene) - before == Counter({"wrong_password": 5, "PasswordLocked": 1})
    assert {lane.failures for lane in scene.stack.rows("password_lanes")} == {5}


def told(scene: Scene) -> Counter[str]:
    """What the trail holds: wrong passwords that were judged, and locks that fell."""
    rows = scene.stack.rows("audit_entries")
    failed = [row.reason for row in rows if row.event == "SignInFailed" and row.reason == "wrong_password"]
    return Counter([*failed, *(row.event for row in rows if row.event == "PasswordLocked")])
