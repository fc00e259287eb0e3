"""Searching the trail, on both databases: terms, pages, and references under keys of before."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from idp.core.audit import Entry, Trail, audit_entries
from idp.core.audit_search import Place, Sought, count, one, page, stream
from idp.core.database import Database
from idp.core.event import Event
from idp.core.origin import Origin, call_from
from idp.core.protocol_events import CodeIssued
from idp.core.sealing import Keyring
from tests.unit.core.audit_scene import Scene, a_scene


@pytest.fixture
def scene(database: Database) -> Scene:
    return a_scene(database)


def record(scene: Scene, *events: Event, reference: str = "", actor: str = "") -> None:
    call_from(Origin(request_id=reference, actor=actor))
    with scene.database.transaction() as db:
        for event in events:
            scene.trail.write(db, event)
    call_from(Origin())


def found(scene: Scene, sought: Sought, limit: int = 100, behind: Place | None = None) -> list[Entry]:
    with scene.database.reading() as db:
        return page(db, scene.keyring, sought, limit, behind)


def scopes(entries: list[Entry]) -> list[str]:
    return [entry.details["scope"] for entry in entries]


def test_pages_have_no_gap_and_no_repetition_within_a_moment(scene: Scene) -> None:
    for number in range(10):
        if number % 4 == 0:
            scene.clock.advance(timedelta(microseconds=1))
        record(scene, CodeIssued(scope=str(number)))
    seen: list[Entry] = []
    behind = None
    while some := found(scene, Sought(), 3, behind):
        seen += some
        behind = Place(some[-1].occurred_at, some[-1].id)
    assert scopes(seen) == [str(number) for number in range(9, -1, -1)]
    assert scopes(list(stream(scene.database, scene.keyring, Sought(), 7))) == scopes(seen)[:7]


def test_a_stream_reads_on_page_by_page(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.core.audit_search.AT_ONCE", 4)
    record(scene, *(CodeIssued(scope=str(number)) for number in range(10)))
    streamed = stream(scene.database, scene.keyring, Sought(), 9)
    first = next(streamed)
    record(scene, CodeIssued(scope="later"))
    assert scopes([first, *streamed]) == ["9", "8", "7", "6", "5", "4", "3", "2", "1"]


def test_readers_of_some_brands_find_nothing_else(scene: Scene) -> None:
    record(scene, *(CodeIssued(brand=brand, scope=brand or "none") for brand in ("a", "b", "c", None)))
    cases = {("a",): ["a"], ("a", "c"): ["c", "a"], (): [], ("",): []}
    for brands, expected in cases.items():
        assert scopes(found(scene, Sought(brands=frozenset(brands)))) == expected
        assert scopes(found(scene, Sought(brand="b", brands=frozenset(brands)))) == []
    assert len(found(scene, Sought())) == 4
    newest = found(scene, Sought())[0]
    with scene.database.reading() as db:
        assert one(db, scene.keyring, newest.id, None) is not None
        assert one(db, scene.keyring, newest.id, frozenset({"a", "b", "c"})) is None


def test_a_reference_is_found_after_the_master_key_rotated(scene: Scene) -> None:
    record(scene, CodeIssued(scope="before"), reference="ref-1")
    scene.keyring = Keyring(os.urandom(32), *scene.keyring._keys.values())
    scene.trail = Trail(scene.keyring, scene.clock)
    record(scene, CodeIssued(scope="after"), reference="ref-1")
    record(scene, CodeIssued(scope="other"), reference="ref-2")
    assert scopes(found(scene, Sought(reference="ref-1"))) == ["after", "before"]
    with scene.database.reading() as db:
        stored = db.scalars(select(audit_entries.c.reference_digest)).all()
    assert len(set(stored)) == 3
    assert not any("ref" in digest for digest in stored)


def test_entries_of_before_have_no_digest_and_prove_themselves(scene: Scene) -> None:
    """Without a reference the HMAC covers what it always did; a digest that is taken away or added is found."""
    record(scene, CodeIssued(scope="before"))
    record(scene, CodeIssued(scope="now"), reference="ref-1")
    head = scene.chain()
    assert scene.faults(head) == []
    now, before = found(scene, Sought())
    for entry, digest in ((now, None), (before, "0" * 32)):
        this = audit_entries.c.id == entry.id
        with scene.tampering() as db:
            kept = db.scalar(select(audit_entries.c.reference_digest).where(this))
            db.execute(update(audit_entries).where(this).values(reference_digest=digest))
        assert [(fault.kind, fault.entry_id) for fault in scene.found(head)] == [("changed", entry.id)]
        with scene.database.transaction() as db:
            db.execute(update(audit_entries).where(this).values(reference_digest=kept))


def test_counting_stops_where_it_is_told_to(scene: Scene) -> None:
    record(scene, *[CodeIssued()] * 5, actor="staff:x")
    with scene.database.reading() as db:
        assert [count(db, scene.keyring, Sought(actor="staff:x"), most) for most in (3, 5, 9)] == [3, 5, 5]
        assert count(db, scene.keyring, Sought(actor="staff:"), 9) == 0


def test_the_place_in_the_chain_is_told(scene: Scene) -> None:
    record(scene, *[CodeIssued()] * 4)
    newest = found(scene, Sought())[0]
    with scene.database.reading() as db:
        known = one(db, scene.keyring, newest.id, None)
    assert known is not None
    assert (known.sound, known.sealed) == (True, None)
    scene.chain(limit=3)
    scene.chain()
    with scene.database.reading() as db:
        places = [one(db, scene.keyring, entry.id, None) for entry in reversed(found(scene, Sought()))]
    sealed = [known.sealed for known in places if known and known.sealed]
    assert [(place.position, place.head, place.signed_at) for place in sealed] == [
        (position, head, scene.clock.now()) for position, head in ((1, 3), (2, 3), (3, 3), (4, 4))
    ]
