"""What happens to the trail when its tables change."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from idp.core.audit import audit_entries
from idp.core.database import Database, open_database
from idp.core.migrations import upgrade
from tests.unit.core.audit_scene import Scene, a_scene


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database as it was before entries stood together in its indexes."""
    database = open_database(Flask("tests"), database_url, pool_size=4)
    upgrade(database, "0016")
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


def test_every_index_is_still_there(scene: Scene) -> None:
    def indexes() -> set[str | None]:
        with scene.database.reading() as db:
            return {index["name"] for index in inspect(db).get_indexes("audit_entries")} - {"uq_audit_entries_mac"}

    before = indexes()
    upgrade(scene.database)
    assert indexes() == before | {"ix_audit_entries_occurred_at_mac"}
    if scene.database.engine.dialect.name == "sqlite":
        with scene.database.reading() as db:
            assert db.scalars(text("SELECT name FROM sqlite_master WHERE name LIKE '%_before'")).all() == []
