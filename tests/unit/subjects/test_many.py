"""Many subjects at once: whoever is taken is named, the others are there, and racing importers share nobody."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import delete, event, select, update

from idp.core.audit import Trail, audit_entries
from idp.core.database import Database
from idp.core.events import Bus, Event
from idp.core.sealing import Keyring
from idp.subjects.imports import Mark, advance, begin, begun
from idp.subjects.many import Newcomer, create_many
from idp.subjects.model import subject_brands, subjects
from idp.subjects.subjects import NewSubject, Subjects, Taken
from tests.builders import BEGINNING, NAMES, TestClock


def newcomer(place: int, name: str, number: str | None = None) -> Newcomer:
    numbers = {"stellantis": number or f"ST-{name}"}
    return Newcomer(place, NewSubject(name, f"{name}@example.test", numbers=numbers), b"verifier")


def test_whoever_is_taken_is_named_and_the_rest_is_there(database: Database) -> None:
    with database.transaction() as db:
        assert create_many(db, Bus(), NAMES, [newcomer(1, "eve")], "imported", BEGINNING) == {}
    coming = [newcomer(1, "EVE"), newcomer(2, "fay", "ST-eve"), newcomer(3, "gil")]
    coming.append(Newcomer(4, NewSubject("hal", "EVE@example.test"), None))
    with database.transaction() as db:
        found = create_many(db, Bus(), NAMES, coming, "imported", BEGINNING)
    assert found == {1: Taken("username"), 2: Taken("customer_number"), 4: Taken("email")}
    with database.reading() as db:
        gil = Subjects(NAMES).find(db, "Gil")
        assert gil is not None
        assert Subjects(NAMES).customer_number(db, gil.id, "stellantis") == "ST-gil"
        assert Subjects(NAMES).find(db, "fay") is None
        assert Subjects(NAMES).find(db, "hal") is None


def test_many_take_the_same_statements_as_few(database: Database) -> None:
    """To a database across a network each is a round trip, and of as many parameters as rows no good plan is kept."""
    bus, trail = Bus(), Trail(Keyring(os.urandom(32)), TestClock())
    bus.subscribe(Event, trail.write, trail.write_all)
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))

    def statements(names: range) -> list[str]:
        sent.clear()
        with database.transaction() as db:
            assert create_many(db, bus, NAMES, [newcomer(n, f"c{n}") for n in names], "imported", BEGINNING) == {}
        return [one for one in sent if "SAVEPOINT" not in one]  # those are numbered

    assert statements(range(2)) == statements(range(100, 140))
    with database.reading() as db:
        assert len(db.execute(select(audit_entries)).all()) == 2 * 42


def test_the_name_of_a_closed_account_is_nobodys_again(database: Database) -> None:
    with database.transaction() as db:
        create_many(db, Bus(), NAMES, [newcomer(1, "eve")], "imported", BEGINNING)
        keys = {"username_key": NAMES.key("eve"), "email_key": NAMES.key("eve@example.test")}
        db.execute(update(subjects).values(keys))
        db.execute(delete(subject_brands))
    coming = [newcomer(1, "Eve"), Newcomer(2, NewSubject("fay", "eve@example.test"), None)]
    with database.transaction() as db:
        found = create_many(db, Bus(), NAMES, coming, "imported", BEGINNING)
    assert found == {1: Taken("username"), 2: Taken("email")}


def test_racing_importers_share_nobody(database: Database) -> None:
    def bring(importer: int) -> int:
        added = 0
        for batch in range(5):
            names = range(batch * 20, batch * 20 + 20)
            coming = [newcomer(n, f"c{n}" if n % 2 else f"i{importer}c{n}", f"ST-{n}" if n % 3 == 0 else None) for n in names]
            with database.transaction() as db:
                added += len(coming) - len(create_many(db, Bus(), NAMES, coming, "imported", BEGINNING))
        return added

    with ThreadPoolExecutor(3) as importers:
        added = sum(importers.map(bring, range(3)))
    with database.reading() as db:
        stored = db.execute(select(subjects.c.username, subject_brands.c.customer_number).join(subject_brands)).all()
    assert len(stored) == added
    assert len({number for _, number in stored}) == added


def test_of_two_that_import_one_file_one_goes_on(database: Database) -> None:
    later = BEGINNING + timedelta(seconds=1)
    with database.transaction() as db:
        begin(db, "d", BEGINNING)
        assert begun(db, "other") is None
        assert advance(db, "d", Mark(), Mark(500, 499, 1), later)
        assert not advance(db, "d", Mark(), Mark(500, 499, 1), later)
        assert begun(db, "d") == Mark(500, 499, 1)
        assert advance(db, "d", Mark(500, 499, 1), Mark(500, 499, 1, finished=True), later)
        assert not advance(db, "d", Mark(500, 499, 1), Mark(900, 0, 0), later)
        begin(db, "d", later)
        assert begun(db, "d") == Mark()
