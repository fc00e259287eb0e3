"""Whoever writes to the tables without the master key is found out."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import Connection, Table, delete, func, insert, select, update

from idp.core import audit_links as links_of_audit
from idp.core import audit_verify
from idp.core.audit import Trail, audit_entries, audit_links
from idp.core.audit_chain import Head
from idp.core.audit_verify import verify
from idp.core.database import Database
from idp.core.events import SignedIn, SignInFailed
from idp.core.sealing import Keyring
from tests.unit.core.audit_scene import Scene, a_scene

OTHER_VALUES: dict[str, Any] = {
    "occurred_at": lambda value: value + timedelta(microseconds=1),
    "details": lambda value: value | {"more": 1},
    "sealed_fields": lambda value: value[:-1] + bytes([value[-1] ^ 1]),
    "mac": lambda value: ("0" if value[0] != "0" else "1") + value[1:],
    "key_id": lambda value: "0" * 16,
    "id": lambda value: value + 1000,
    "entry_id": lambda value: value + 1000,
    "position": lambda value: value + 1000,
    "head_signed_at": lambda value: None,
}


@pytest.fixture
def scene(database: Database) -> Scene:
    return a_scene(database)


def position_of(db: Connection, number: int) -> int:
    return db.scalars(select(audit_entries.c.id).order_by(audit_entries.c.id)).all()[number]


def test_nothing_to_chain(scene: Scene) -> None:
    assert scene.chain() is None
    assert scene.faults() == []


def test_entries_are_linked_once_in_batches_without_gaps(scene: Scene) -> None:
    scene.write(7)
    positions = []
    while head := scene.chain(limit=3):
        positions.append(head.position)
    assert positions == [3, 6, 7]
    scene.write(1)
    assert (last := scene.chain()) is not None
    assert last.position == 8
    assert scene.faults(last) == []
    with scene.database.reading() as db:
        assert db.scalars(select(audit_links.c.position).order_by(audit_links.c.position)).all() == list(range(1, 9))


def test_each_head_is_one_line_of_the_log(scene: Scene) -> None:
    scene.write()
    with structlog.testing.capture_logs() as lines:
        head = scene.chain()
    assert head is not None
    assert [(line["event"], line["position"], line["head"]) for line in lines] == [("audit_head", 3, head.signed)]


def test_two_workers_at_once_make_one_chain(scene: Scene) -> None:
    scene.write(60)
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: [scene.chain(limit=4) for _ in range(12)], range(3)))
    assert scene.chain() is None
    with scene.database.reading() as db:
        assert (
            db.scalar(select(func.max(audit_links.c.position)))
            == db.scalar(select(func.count()).select_from(audit_links))
            == 60
        )
    assert scene.faults() == []


@pytest.mark.parametrize("tables_url", ["postgresql"], indirect=True)  # SQLite writes in turn
def test_an_entry_that_commits_late_is_linked_too(scene: Scene) -> None:
    with scene.database.transaction() as slow:
        scene.trail.write(slow, SignInFailed())
        scene.write(5)
        scene.chain()
    late = scene.chain()
    assert late is not None
    assert late.position == 6
    assert scene.faults(late) == []


def test_a_chain_longer_than_a_page_is_verified_in_pages(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_verify, "PAGE", 4)
    scene.write(10)
    head = scene.chain()
    scene.write(6)
    assert scene.faults(head) == []
    with scene.tampering() as db:
        db.execute(update(audit_entries).where(audit_entries.c.id == position_of(db, 9)).values(reason="x"))
    assert scene.faults(head) == ["changed"]


def test_a_change_of_any_column_of_an_entry_is_found(scene: Scene) -> None:
    scene.write()
    head = scene.chain()
    found = {column.name: faults_of_change(scene, audit_entries, column.name, head) for column in audit_entries.columns}
    assert found == {name: {"removed"} if name == "id" else {"changed"} for name in found}
    assert scene.faults(head) == []


def test_a_change_of_any_column_of_a_link_is_found(scene: Scene) -> None:
    scene.write()
    head = scene.chain()
    expected = {"position": "removed", "entry_id": "removed", "link": "changed", "head_signed_at": "changed"}
    for column in audit_links.columns:
        assert expected[column.name] in faults_of_change(scene, audit_links, column.name, head)
    assert scene.faults(head) == []


def test_a_change_before_the_worker_came_is_found(scene: Scene) -> None:
    scene.write()
    columns = [column.name for column in audit_entries.columns if column.name != "id"]
    found = {column: faults_of_change(scene, audit_entries, column, None) for column in columns}
    assert found == {column: {"inserted"} for column in columns}


def faults_of_change(scene: Scene, table: Table, column: str, head: Head | None) -> set[str]:
    """What is found while one column of the last row, in which every column has a value, is another."""
    order = next(iter(table.primary_key))
    change: Callable[[Any], Any] = OTHER_VALUES.get(column, lambda value: f"{value or ''}x"[-64:])
    with scene.tampering() as db:
        row = db.execute(select(table).order_by(order.desc()).limit(1)).mappings().one()
        other = change(row[column])
        place = other if column == order.name else row[order.name]
        db.execute(update(table).where(order == row[order.name]).values({column: other}))
    faults = set(scene.faults(head))
    with scene.tampering() as db:
        db.execute(update(table).where(order == place).values({column: row[column]}))
    return faults


def test_an_inserted_entry_is_found_before_and_after_it_is_linked(scene: Scene) -> None:
    scene.write()
    with scene.tampering() as db:
        row = dict(db.execute(select(audit_entries).limit(1)).mappings().one())
        del row["id"]
        db.execute(insert(audit_entries), row | {"mac": "f" * 64, "reason": "never happened"})
    assert scene.faults() == ["inserted"]
    with structlog.testing.capture_logs() as lines:
        head = scene.chain()
    assert "audit_entry_forged" in [line["event"] for line in lines]
    assert scene.faults(head) == ["inserted"]


def test_a_copied_entry_is_found_even_without_the_unique_index(scene: Scene) -> None:
    scene.write()
    head = scene.chain()
    with scene.tampering() as db:
        row = dict(db.execute(select(audit_entries).order_by(audit_entries.c.id).limit(1)).mappings().one())
        db.execute(delete(audit_entries).where(audit_entries.c.id == row["id"]))
        db.execute(insert(audit_entries), row | {"id": row["id"] + 500})
    assert "removed" in scene.faults(head)


@pytest.mark.parametrize("number", [0, 1])
def test_a_removed_entry_is_found(scene: Scene, number: int) -> None:
    scene.write()
    head = scene.chain()
    with scene.tampering() as db:
        db.execute(delete(audit_entries).where(audit_entries.c.id == position_of(db, number)))
    assert scene.faults(head) == ["removed"]


@pytest.mark.parametrize("number", [0, 1])
def test_a_removed_entry_is_found_where_its_link_went_too(scene: Scene, number: int) -> None:
    scene.write()
    head = scene.chain()
    with scene.tampering() as db:
        entry_id = position_of(db, number)
        db.execute(delete(audit_links).where(audit_links.c.entry_id == entry_id))
        db.execute(delete(audit_entries).where(audit_entries.c.id == entry_id))
    assert scene.faults(head) == ["removed"]


def test_a_chain_cut_at_its_end_is_found_by_the_head(scene: Scene) -> None:
    scene.write()
    head = scene.chain()
    with scene.tampering() as db:
        entry_id = position_of(db, 2)
        db.execute(delete(audit_links).where(audit_links.c.entry_id == entry_id))
        db.execute(delete(audit_entries).where(audit_entries.c.id == entry_id))
    assert scene.faults() == []
    assert scene.faults(head) == ["cut"]
    scene.write(5)
    scene.chain()
    assert scene.faults(head) == ["head"]


def test_an_emptied_trail_is_found_by_the_head(scene: Scene) -> None:
    scene.write()
    head = scene.chain()
    with scene.tampering() as db:
        db.execute(delete(audit_links))
        db.execute(delete(audit_entries))
    assert scene.faults(head) == ["cut"]


def test_links_made_anew_by_somebody_else_are_found(scene: Scene) -> None:
    scene.write()
    head = scene.chain()
    foreign = replace(scene, keyring=Keyring(os.urandom(32)))
    with scene.tampering() as db:
        db.execute(delete(audit_links))
    foreign.chain()
    assert set(scene.faults()) == {"changed"}
    assert "head" in scene.faults(head)


@pytest.mark.parametrize("garbage", ["", "x", "é", json.dumps({"position": 1})])
def test_a_head_that_was_not_signed_here_is_a_fault(scene: Scene, garbage: str) -> None:
    scene.write()
    scene.chain()
    assert [fault.kind for fault in verify(scene.database, scene.keyring, garbage)] == ["head"]


def test_an_entry_that_the_worker_passed_by_is_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links_of_audit, "WINDOW", {"sqlite": 0, "postgresql": 0})
    scene.write()
    scene.chain()
    with scene.tampering() as db:
        last = select(func.max(audit_links.c.position)).scalar_subquery()
        db.execute(update(audit_entries).where(audit_entries.c.id == position_of(db, 0)).values(id=-5))
        db.execute(update(audit_links).where(audit_links.c.position == last).values(entry_id=10**6))
    scene.write(1)
    assert "unlinked" in scene.faults()


def test_the_chain_goes_on_over_a_rotation_of_the_master_key(scene: Scene) -> None:
    scene.write()
    first = scene.chain()
    keys = (os.urandom(32), next(iter(scene.keyring._keys.values())))
    scene.keyring = Keyring(*keys)
    scene.trail = Trail(scene.keyring, scene.clock)
    with scene.database.transaction() as db:
        scene.trail.write(db, SignedIn(subject_id="s-1"))
    second = scene.chain()
    assert scene.faults(first) == scene.faults(second) == []


def test_faults_are_counted_only_so_far(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_verify, "MOST_FAULTS", 5)
    scene.write(8)
    scene.chain()
    with scene.tampering() as db:
        db.execute(update(audit_entries).values(reason="x"))
    assert scene.faults() == ["changed"] * 5
