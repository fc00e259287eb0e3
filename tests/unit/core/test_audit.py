"""The trail says who did what, and forgets a person without forgetting what happened."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from idp.core.audit import Entry, Trail, audit_entries, audit_links, tail, trail_keys
from idp.core.audit_chain import chain
from idp.core.audit_rows import is_sound
from idp.core.database import Database
from idp.core.events import Event, SignedIn, SignInFailed
from idp.core.handles import digest
from idp.core.origin import Origin, call_from
from idp.core.protocol_events import CodeIssued, KeyRotated
from idp.core.sealing import Keyring
from tests.builders import TestClock

OLD, NEW = os.urandom(32), os.urandom(32)
ORIGIN = Origin(address="203.0.113.9", device="Firefox on Linux", request_id="r-1", actor="agent-7")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChanged(Event):
    """An event with personal fields, and with details that JSON has no word for."""

    email: str = ""
    until: datetime | None = None
    kinds: tuple[str, ...] = ()


@dataclass(slots=True)
class Scene:
    database: Database
    clock: TestClock
    keyring: Keyring
    trail: Trail

    def record(self, *events: Event) -> None:
        with self.database.transaction() as db:
            for event in events:
                self.trail.write(db, event)

    def entries(self, limit: int = 50, after_id: int | None = None) -> list[Entry]:
        with self.database.reading() as db:
            return tail(db, self.keyring, limit, after_id)

    def forget(self, subject_id: str) -> None:
        with self.database.transaction() as db:
            self.trail.forget(db, subject_id)


@pytest.fixture
def scene(database: Database) -> Iterator[Scene]:
    clock, keyring = TestClock(), Keyring(NEW)
    call_from(ORIGIN)
    yield Scene(database, clock, keyring, Trail(keyring, clock))
    call_from(Origin())


def test_an_entry_says_everything(scene: Scene) -> None:
    scene.record(
        SignedIn(
            subject_id="s-1",
            client_id="c-1",
            brand="stellantis",
            session_id="session",
            acr="1",
            amr=("pwd", "otp"),
            new_device=True,
        )
    )
    (entry,) = scene.entries()
    assert entry == Entry(
        id=entry.id,
        occurred_at=scene.clock.now(),
        event="SignedIn",
        outcome="ok",
        reason="",
        actor="agent-7",
        subject_id="s-1",
        client_id="c-1",
        brand="stellantis",
        session_digest=digest("session"),
        acr="1",
        amr=("pwd", "otp"),
        details={"new_device": True},
        personal={"address": "203.0.113.9", "device": "Firefox on Linux", "request_id": "r-1"},
    )


def test_details_of_any_kind_are_kept_and_personal_ones_are_sealed(scene: Scene) -> None:
    scene.record(AddressChanged(subject_id="s-1", email="ana@example.test", until=scene.clock.now(), kinds=("mail",)))
    (entry,) = scene.entries()
    assert entry.details == {"until": "2026-11-02T09:30:00.000000+00:00", "kinds": ["mail"]}
    assert entry.personal["email"] == "ana@example.test"
    with scene.database.reading() as db:
        stored = repr(db.execute(select(audit_entries)).all())
    for personal in ("ana@example.test", "203.0.113.9", "Firefox", "r-1"):
        assert personal not in stored


def test_an_entry_without_a_subject_keeps_its_origin_sealed_too(scene: Scene) -> None:
    scene.record(SignInFailed(outcome="refused", reason="not_recognised", name_digest="d"), KeyRotated(alg="ES256", kid="k"))
    first, second = scene.entries()
    assert (first.outcome, first.reason, first.details) == ("refused", "not_recognised", {"name_digest": "d"})
    assert first.personal == second.personal == {"address": "203.0.113.9", "device": "Firefox on Linux", "request_id": "r-1"}


def test_what_is_rolled_back_never_happened(scene: Scene) -> None:
    with scene.database.engine.connect() as db:
        scene.trail.write(db, SignedIn(subject_id="s-1"))
        db.rollback()
    assert scene.entries() == []
    scene.record(SignedIn(subject_id="s-1"))
    assert scene.entries()[0].personal["address"] == "203.0.113.9"


def test_a_forgotten_subject_leaves_rows_without_a_person(scene: Scene) -> None:
    scene.record(SignedIn(subject_id="s-1"), SignedIn(subject_id="s-2"))
    scene.clock.advance(timedelta(hours=1))
    scene.record(SignedIn(subject_id="s-1"))  # by now the key is remembered in the process
    scene.forget("s-1")
    scene.record(SignedIn(subject_id="s-1"))
    scene.clock.advance(timedelta(hours=1))
    scene.record(SignedIn(subject_id="s-1"))
    persons = [(entry.subject_id, bool(entry.personal)) for entry in scene.entries()]
    assert persons == [("s-1", False), ("s-2", True), ("s-1", False), ("s-1", False), ("s-1", False)]


def test_many_at_once_are_written_as_one_after_the_other(scene: Scene) -> None:
    scene.record(SignedIn(subject_id="known"))
    scene.forget("gone")
    events = (
        SignedIn(subject_id="new", brand="stellantis"),
        KeyRotated(alg="ES256", kid="k"),
        AddressChanged(subject_id="new", email="new@example.test"),
        SignedIn(subject_id="known"),
        SignedIn(subject_id="gone"),
    )
    with scene.database.transaction() as db:
        scene.trail.write_all(db, events)
        scene.trail.write_all(db, ())
    scene.record(*events)
    entries = [replace(entry, id=0) for entry in scene.entries()]
    assert entries[1:6] == entries[6:]
    assert [(entry.event, entry.subject_id) for entry in entries[1:6]] == [(event.name, event.subject_id) for event in events]
    with scene.database.reading() as db:
        assert all(is_sound(scene.keyring, row) for row in db.execute(select(audit_entries)).mappings())


def test_a_subject_may_be_forgotten_before_anything_is_known_and_twice(scene: Scene) -> None:
    scene.forget("s-1")
    scene.forget("s-1")
    scene.record(SignedIn(subject_id="s-1"))
    assert scene.entries()[0].personal == {}


def test_a_worker_that_still_remembers_the_key_writes_nothing_readable(scene: Scene) -> None:
    other = Trail(scene.keyring, scene.clock)
    scene.record(SignedIn(subject_id="s-1"))
    scene.clock.advance(timedelta(hours=1))
    for _ in range(2):
        with scene.database.transaction() as db:
            other.write(db, SignedIn(subject_id="s-1"))
    scene.forget("s-1")
    with scene.database.transaction() as db:
        other.write(db, SignedIn(subject_id="s-1"))
    assert [entry.personal for entry in scene.entries()] == [{}] * 4


def test_fields_sealed_for_one_subject_do_not_open_for_another(scene: Scene) -> None:
    scene.record(SignedIn(subject_id="s-1"), SignedIn(subject_id="s-2"))
    with scene.database.transaction() as db:
        keys = {row.subject_id: row.sealed_key for row in db.execute(select(trail_keys))}
        for mine, other in (("s-1", "s-2"), ("s-2", "s-1")):
            db.execute(trail_keys.update().where(trail_keys.c.subject_id == mine).values(sealed_key=keys[other]))
    assert [entry.personal for entry in scene.entries()] == [{}, {}]


def test_the_trail_is_readable_after_the_master_key_rotated(scene: Scene) -> None:
    scene.record(SignedIn(subject_id="s-1"), SignInFailed())
    scene.keyring = Keyring(os.urandom(32), NEW)
    scene.trail = Trail(scene.keyring, scene.clock)
    scene.record(SignedIn(subject_id="s-1"), SignInFailed())
    assert all(entry.personal["address"] == "203.0.113.9" for entry in scene.entries())


def test_tail_reads_the_end_or_goes_on_from_an_entry(scene: Scene) -> None:
    scene.record(*(CodeIssued(subject_id="s-1", scope=str(number)) for number in range(5)))
    last = scene.entries(limit=2)
    assert [entry.details["scope"] for entry in last] == ["3", "4"]
    first = last[0].id - 3
    assert [entry.details["scope"] for entry in scene.entries(limit=2, after_id=first)] == ["1", "2"]
    assert scene.entries(after_id=last[-1].id) == []


CHANGES = {
    "update": "UPDATE audit_entries SET reason = 'x'",
    "update nothing": "UPDATE audit_entries SET reason = reason",
    "delete": "DELETE FROM audit_entries",
    "update link": "UPDATE audit_links SET link = 'x'",
    "delete link": "DELETE FROM audit_links",
}
SQLITE_CHANGES = {
    "replace": "REPLACE INTO audit_entries SELECT * FROM audit_entries",
    "replace link": "INSERT OR REPLACE INTO audit_links SELECT * FROM audit_links",
}
POSTGRESQL_CHANGES = {"truncate": "TRUNCATE audit_entries", "truncate link": "TRUNCATE audit_links"}


def test_nothing_written_can_be_changed(scene: Scene) -> None:
    scene.record(SignedIn(subject_id="s-1"))
    chain(scene.database, scene.keyring, scene.clock)
    own = SQLITE_CHANGES if scene.database.engine.dialect.name == "sqlite" else POSTGRESQL_CHANGES
    for statement in (CHANGES | own).values():
        with pytest.raises(IntegrityError, match="append-only"), scene.database.transaction() as db:
            db.execute(text(statement))
    with scene.database.reading() as db:
        assert len(db.execute(select(audit_entries)).all()) == len(db.execute(select(audit_links)).all()) == 1


def test_a_copied_row_is_refused(scene: Scene) -> None:
    scene.record(SignedIn(subject_id="s-1"))
    with scene.database.reading() as db:
        row = db.execute(select(audit_entries)).mappings().one()
    copy = {name: value for name, value in row.items() if name != "id"}
    with pytest.raises(IntegrityError), scene.database.transaction() as db:
        db.execute(audit_entries.insert(), copy)
