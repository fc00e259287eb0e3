"""What happens to the trail when its tables change."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from idp.core.audit import audit_entries
from idp.core.database import Database, open_database
from idp.core.migrations import upgrade
from tests.builders import a_database
from tests.unit.core.audit_scene import Scene, a_scene


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database as it was before entries stood together in its indexes."""
    database = open_database(Flask("tests"), database_url, pool_size=4)
    upgrade(database, "0016")
    if database_url.startswith("sqlite"):
        with database.transaction() as db:
            db.execute(text("DROP TRIGGER IF EXISTS audit_entries_keeps_form"))  # 0010 makes the guards of today
    yield database
    database.close()


@pytest.fixture
def scene(database: Database) -> Scene:
    return a_scene(database)


def ids(scene: Scene) -> list[int]:
    with scene.database.reading() as db:
        return list(db.scalars(select(audit_entries.c.id).order_by(audit_entries.c.id)))


def test_entries_from_before_stay_whole_and_go_on(scene: Scene) -> None:
    scene.write(5)
    head, before = scene.chain(), ids(scene)
    scene.write(2)
    upgrade(scene.database)
    assert scene.faults(head) == []
    assert ids(scene)[:5] == before
    scene.write(1)
    assert scene.faults(scene.chain()) == []
    assert ids(scene)[-1] == before[-1] + 3


def test_an_id_that_was_given_is_not_given_again(scene: Scene) -> None:
    scene.write(3)
    last = ids(scene)[-1]
    with scene.tampering() as db:
        db.execute(audit_entries.delete())
    upgrade(scene.database)
    scene.write(1)
    assert ids(scene) == [last + 1]


def test_they_are_kept_as_before(scene: Scene) -> None:
    scene.write(2)
    upgrade(scene.database)
    with pytest.raises(DBAPIError, match="append-only"), scene.database.transaction() as db:
        db.execute(update(audit_entries).values(reason="never"))
    with pytest.raises(DBAPIError, match="append-only"), scene.database.transaction() as db:
        db.execute(audit_entries.delete())
    with scene.database.reading() as db:
        entry = dict(db.execute(select(audit_entries).limit(1)).mappings().one())
    with pytest.raises(DBAPIError, match=r"(?i)unique"), scene.database.transaction() as db:
        db.execute(insert(audit_entries), entry | {"id": entry["id"] + 500})


def test_nothing_but_the_index_changes(scene: Scene) -> None:
    before = described(scene.database)
    upgrade(scene.database)
    after = described(scene.database)
    assert after.pop("ix_audit_entries_occurred_at_mac")
    assert not any("uq_audit_entries_mac" in name + text for name, text in after.items())
    before.pop("uq_audit_entries_mac", None)
    if scene.database.engine.dialect.name == "sqlite":
        assert "keeps_form" in after.pop("audit_entries_keeps_form")
        before["audit_entries"] = before["audit_entries"].replace(", CONSTRAINT uq_audit_entries_mac UNIQUE (mac)", "")
    assert after == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("form", ["replace({0}, ' ', 'T')", "{0} || '+00:00'", "replace({0}, '.', ',')", "CAST({0} AS BLOB)"])
def test_a_copy_whose_time_is_written_otherwise_is_refused(scene: Scene, form: str) -> None:
    scene.write(1)
    upgrade(scene.database)
    names = [column.name for column in audit_entries.columns if column.name not in {"id", "occurred_at"}]
    values = ", ".join([form.format("occurred_at"), *names])
    copy = f"INSERT INTO audit_entries (occurred_at, {', '.join(names)}) SELECT {values} FROM audit_entries"  # noqa: S608
    with pytest.raises(DBAPIError, match="not written as we write it"), scene.database.transaction() as db:
        db.execute(text(copy))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_tables_made_at_once_guard_the_same(scene: Scene, tmp_path: Path) -> None:
    upgrade(scene.database)
    with a_database(f"sqlite:///{tmp_path}/whole.db") as made:
        assert triggers(scene.database) == triggers(made)


def described(database: Database) -> dict[str, str]:
    """Whatever the database has, by name."""
    with database.reading() as db:
        if database.engine.dialect.name == "sqlite":
            found = db.execute(text("SELECT name, coalesce(sql, tbl_name) FROM sqlite_master")).all()
            known = {name: " ".join(sql.split()) for name, sql in found}
            return {name: sql for name, sql in known.items() if not name.startswith("sqlite_")}
        indexes = db.execute(text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"))
        guards = db.execute(
            text("SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'audit_entries'::regclass")
        )
        return {row[0]: row[1] for row in (*indexes, *guards)}


def triggers(database: Database) -> dict[str, str]:
    with database.reading() as db:
        found = db.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit%'")).all()
    return {name: " ".join(sql.split()) for name, sql in found}
