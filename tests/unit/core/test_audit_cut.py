"""Old entries go up to a signed head, and whatever else goes, comes back or is put in is found and named."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from idp.core.audit import audit_entries, audit_links, tail
from idp.core.audit_cut import Cut, NotWhole
from idp.core.audit_links import Anchor, sign_cut
from idp.core.audit_tables import audit_cuts
from idp.core.database import Database
from idp.core.sealing import Keyring
from tests.unit.core.audit_scene import Scene, a_scene

DAY = timedelta(days=1)


@pytest.fixture
def scene(database: Database) -> Scene:
    """Two days of three entries each, each day under a head of its own."""
    scene = a_scene(database)
    for _ in range(2):
        scene.write()
        scene.chain()
        scene.clock.advance(DAY)
    return scene


def second_day(scene: Scene) -> datetime:
    return scene.clock.now() - DAY


def positions(scene: Scene) -> list[int]:
    with scene.database.reading() as db:
        return list(db.scalars(select(audit_links.c.position).order_by(audit_links.c.position)))


def test_a_cut_ends_at_the_last_signed_head_before_the_day(scene: Scene) -> None:
    assert scene.cut(second_day(scene) + timedelta(hours=1)) == Cut(6, 6)
    assert positions(scene) == []
    assert scene.faults() == []


def test_what_is_younger_stays_and_proves_itself(scene: Scene) -> None:
    assert scene.cut(second_day(scene)) == Cut(3, 3)
    assert scene.cut(second_day(scene)) is None
    assert positions(scene) == [4, 5, 6]
    assert scene.faults() == []
    head = scene.chain()
    assert head is not None
    assert head.position == 7
    assert scene.faults(head) == []
    with scene.database.reading() as db:
        told = tail(db, scene.keyring)[-1]
    assert (told.event, told.reason) == ("AuditCut", "operator")
    assert told.details == {"before": "2026-11-03T09:30:00Z", "position": 3, "entries": 3, "faults": 0}


def test_the_chain_goes_on_where_all_of_it_was_cut(scene: Scene) -> None:
    assert isinstance(scene.cut(scene.clock.now()), Cut)
    head = scene.chain()
    assert head is not None
    assert head.position == 7
    assert scene.faults(head) == []


def test_a_head_of_the_log_from_before_the_cut_still_counts(scene: Scene) -> None:
    scene.write(1)
    head = scene.chain()
    assert head is not None
    scene.cut(second_day(scene))
    assert scene.faults(head) == []
    scene.clock.advance(DAY)
    scene.cut(scene.clock.now())
    assert scene.faults(head) == []


def test_a_long_trail_is_cut_in_stretches(scene: Scene) -> None:
    scene.write(8)
    while scene.chain(limit=1) is not None:
        pass
    scene.clock.advance(DAY)
    done = []
    while isinstance(cut := scene.cut(scene.clock.now() - DAY / 2), Cut):
        done.append(cut.entries)
        assert scene.faults() == []
    assert done == [7, 3, 3, 1]


def test_what_somebody_still_needs_is_not_cut(scene: Scene) -> None:
    assert scene.scissors(needed=2).cut(scene.clock.now(), "retention") is None
    assert scene.scissors(needed=5).cut(scene.clock.now(), "retention") == Cut(3, 3)


def test_what_does_not_prove_itself_is_not_cut(scene: Scene) -> None:
    with scene.tampering() as db:
        db.execute(update(audit_entries).where(audit_entries.c.id == ids(db)[1]).values(reason="x"))
    refused = scene.cut(second_day(scene))
    assert isinstance(refused, NotWhole)
    assert [(fault.kind, fault.position) for fault in refused.faults] == [("changed", 2)]
    assert positions(scene) == [1, 2, 3, 4, 5, 6]
    assert scene.cut(second_day(scene), broken=True) == Cut(3, 3)
    assert scene.faults() == []
    with scene.database.reading() as db:
        assert tail(db, scene.keyring)[-1].details["faults"] == 1


def test_cutting_and_chaining_at_once_leave_one_chain(scene: Scene) -> None:
    scene.write(20)

    def work(number: int) -> None:
        for _ in range(10):
            if number % 2:
                scene.chain(limit=2)
            else:
                scene.cut(scene.clock.now() + DAY)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    while scene.chain() is not None:
        pass
    assert scene.faults() == []
    left = positions(scene)
    assert left == list(range(left[0], left[0] + len(left)))


def test_nobody_deletes_what_was_not_cut_nor_a_cut(scene: Scene) -> None:
    scene.cut(second_day(scene))
    for table in (audit_entries, audit_links, audit_cuts):
        for statement in (delete(table), update(table).values({next(iter(table.primary_key)).name: 99})):
            with pytest.raises(IntegrityError, match="append-only"), scene.database.transaction() as db:
                db.execute(statement)
    if scene.database.engine.dialect.name == "postgresql":
        with pytest.raises(IntegrityError, match="append-only"), scene.database.transaction() as db:
            db.execute(text("TRUNCATE audit_cuts"))


def ids(db: Connection) -> list[int]:
    return list(db.scalars(select(audit_entries.c.id).order_by(audit_entries.c.id)))


def forge_a_cut(db: Connection, scene: Scene, position: int) -> None:
    """As somebody who can write to the tables and has no key of ours."""
    link = db.scalar(select(audit_links.c.link).where(audit_links.c.position == position)) or ""
    signed = sign_cut(Keyring(bytes(32)), Anchor(position, link, position), scene.clock.now())
    db.execute(insert(audit_cuts), {"position": position, "signed": signed, "cut_at": scene.clock.now()})


def test_a_cut_of_somebody_else_opens_the_tables_and_is_found(scene: Scene) -> None:
    with scene.database.transaction() as db:
        forge_a_cut(db, scene, 2)
        linked = select(audit_links.c.entry_id).where(audit_links.c.position <= 2)
        first, second, *_ = ids(db)
        db.execute(delete(audit_entries).where(audit_entries.c.id.in_(linked)))
        db.execute(delete(audit_links).where(audit_links.c.position <= 2))
    found = {(fault.kind, fault.position, fault.entry_id) for fault in scene.found()}
    assert found == {("cut", 2, None), ("removed", 1, first), ("removed", 2, second)}


def test_a_cut_moved_on_is_found(scene: Scene) -> None:
    scene.cut(second_day(scene))
    with scene.tampering() as db:
        db.execute(update(audit_cuts).values(position=4))
        db.execute(delete(audit_entries).where(audit_entries.c.id == ids(db)[0]))
        db.execute(delete(audit_links).where(audit_links.c.position == 4))
    assert {fault.kind for fault in scene.found()} == {"cut", "removed"}


def test_what_was_cut_and_put_back_is_found(scene: Scene) -> None:
    with scene.database.reading() as db:
        entry = dict(db.execute(select(audit_entries).order_by(audit_entries.c.id).limit(1)).mappings().one())
        link = dict(db.execute(select(audit_links).where(audit_links.c.position == 1)).mappings().one())
    scene.cut(second_day(scene))
    with scene.database.transaction() as db:
        db.execute(insert(audit_entries), entry)
    assert [(fault.kind, fault.entry_id) for fault in scene.found()] == [("inserted", entry["id"])]
    scene.chain()  # takes it into the chain no more
    assert [(fault.kind, fault.entry_id) for fault in scene.found()] == [("inserted", entry["id"])]
    with scene.database.transaction() as db:
        db.execute(insert(audit_links), link)
    assert [(fault.kind, fault.entry_id) for fault in scene.found()] == [("inserted", entry["id"])]


def _change(db: Connection, entry_id: int) -> None:
    db.execute(update(audit_entries).where(audit_entries.c.id == entry_id).values(outcome="ok!"))


def _find_by_another_reference(db: Connection, entry_id: int) -> None:
    db.execute(update(audit_entries).where(audit_entries.c.id == entry_id).values(reference_digest="0" * 32))


def _remove(db: Connection, entry_id: int) -> None:
    db.execute(delete(audit_entries).where(audit_entries.c.id == entry_id))


def _remove_with_its_link(db: Connection, entry_id: int) -> None:
    db.execute(delete(audit_links).where(audit_links.c.entry_id == entry_id))
    _remove(db, entry_id)


def _change_the_link(db: Connection, entry_id: int) -> None:
    db.execute(update(audit_links).where(audit_links.c.entry_id == entry_id).values(link="00.00"))


def _insert_unsigned(db: Connection, entry_id: int) -> None:
    row = dict(db.execute(select(audit_entries).where(audit_entries.c.id == entry_id)).mappings().one())
    newest = db.scalar(select(func.max(audit_entries.c.id))) or 0
    db.execute(insert(audit_entries), row | {"id": newest + 1, "mac": "e" * 64})


@pytest.mark.parametrize(
    ("tamper", "kind"),
    [
        (_change, "changed"),
        (_find_by_another_reference, "changed"),
        (_remove, "removed"),
        (_remove_with_its_link, "removed"),
        (_change_the_link, "changed"),
        (_insert_unsigned, "inserted"),
    ],
)
def test_each_tampering_behind_a_cut_is_named(scene: Scene, tamper: Callable[[Connection, int], Any], kind: str) -> None:
    scene.cut(second_day(scene))
    scene.chain()
    with scene.tampering() as db:
        fifth = ids(db)[1]
        newest = ids(db)[-1]
        tamper(db, fifth)
    named = newest + 1 if kind == "inserted" else fifth
    assert (kind, named) in {(fault.kind, fault.entry_id) for fault in scene.found()}
