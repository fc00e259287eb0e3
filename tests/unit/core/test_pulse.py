"""Workers give signs of life, and those that have long been silent are forgotten."""

from datetime import timedelta

from idp.core.database import Database
from idp.core.pulse import FORGOTTEN_AFTER, Pulse, beat, last_seen, workers
from tests.builders import BEGINNING


def test_each_worker_has_one_row_with_its_last_sign(database: Database) -> None:
    minute = timedelta(minutes=1)
    with database.transaction() as db:
        assert last_seen(db) is None
        for worker, seen in (("a:1", 1), ("b:2", 2), ("a:1", 3)):
            beat(db, Pulse(worker, BEGINNING, BEGINNING + seen * minute, "0.1.0"))
        assert [pulse.worker for pulse in workers(db)] == ["a:1", "b:2"]
        assert last_seen(db) == Pulse("a:1", BEGINNING, BEGINNING + 3 * minute, "0.1.0")
        beat(db, Pulse("c:3", BEGINNING, BEGINNING + 2.5 * minute + FORGOTTEN_AFTER, "0.1.0"))
        assert [pulse.worker for pulse in workers(db)] == ["c:3", "a:1"]
