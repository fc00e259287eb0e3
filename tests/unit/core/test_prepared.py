from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Boolean, Column, Integer, LargeBinary, MetaData, String, Table, bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from idp.core.database import Database, Json, UTCDateTime
from idp.core.prepared import Prepared, insertion
from tests.builders import a_database

NOW = datetime(2026, 11, 2, 9, 30, 0, 123456, tzinfo=UTC)
things = Table(
    "prepared_things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("word", String(20), unique=True),
    Column("at", UTCDateTime),
    Column("more", Json),
    Column("yes", Boolean),
    Column("raw", LargeBinary),
)
FULL = {"id": 1, "word": "é%s:x", "at": NOW, "more": {"a": [1, "ü"]}, "yes": True, "raw": b"\x00\xff"}


@pytest.fixture
def database(tables_url: str) -> Iterator[Database]:
    with a_database(tables_url) as opened:
        things.metadata.create_all(opened.engine)
        with opened.transaction() as db:
            db.execute(insert(things).values(FULL))
            db.execute(insert(things).values(id=2))
            if db.dialect.name == "postgresql":
                db.execute(text("SELECT setval('prepared_things_id_seq', 2)"))
        yield opened


def test_it_reads_what_sqlalchemy_reads(database: Database) -> None:
    statement = select(things).where(things.c.id == bindparam("id"), things.c.word.is_distinct_from("100% :no"))
    prepared = Prepared(statement)
    with database.reading() as db:
        for number in (1, 2, 1):
            assert prepared.one(db, {"id": number}) == tuple(db.execute(statement, {"id": number}).one())
        assert prepared.one(db, {"id": 3}) is None


def test_it_sends_what_sqlalchemy_sends(database: Database) -> None:
    at = bindparam("at", type_=things.c.at.type)
    prepared = Prepared(select(things.c.id).where(things.c.at == at, things.c.at <= at, things.c.yes == bindparam("yes")))
    with database.reading() as db:
        assert prepared.one(db, {"yes": True, "at": NOW}) == (1,)
        assert prepared.one(db, {"yes": False, "at": NOW}) is None


def test_it_is_part_of_the_callers_transaction(database: Database) -> None:
    prepared = Prepared(
        update(things)
        .where(things.c.id == bindparam("which"))
        .values(word=bindparam("new"))
        .returning(things.c.word, things.c.at)
    )
    with database.engine.connect() as db, db.begin() as undone:
        assert prepared.one(db, {"which": 1, "new": "changed"}) == ("changed", NOW)
        undone.rollback()
    with database.transaction() as db:
        assert db.scalar(select(things.c.word).where(things.c.id == 1)) == FULL["word"]
        assert prepared.one(db, {"which": 1, "new": "kept"}) is not None
    with database.reading() as db:
        assert db.scalar(select(things.c.word).where(things.c.id == 1)) == "kept"


def test_its_errors_are_those_of_sqlalchemy(database: Database) -> None:
    """So that whoever opened the transaction answers 503 where the database does not."""
    clash = Prepared(update(things).where(things.c.id == bindparam("which")).values(word=FULL["word"]).returning(things.c.id))
    with pytest.raises(IntegrityError), database.transaction() as db:
        clash.one(db, {"which": 2})
    missing = Prepared(select(Table("not_there", MetaData(), Column("id", Integer)).c.id))
    with pytest.raises((OperationalError, ProgrammingError)), database.engine.connect() as db:
        missing.one(db, {})


def test_it_inserts_what_it_is_given(database: Database) -> None:
    prepared = insertion(things, "word", "at", "more", "yes", "raw")
    with database.transaction() as db:
        prepared.run(db, {name: value for name, value in FULL.items() if name != "id"} | {"word": "another"})
        prepared.run(db, {"word": None, "at": None, "more": {}, "yes": None, "raw": None})
    with database.reading() as db:
        rows = [tuple(row)[1:] for row in db.execute(select(things).where(things.c.id > 2).order_by(things.c.id))]
    assert rows == [("another", NOW, {"a": [1, "ü"]}, True, b"\x00\xff"), (None, None, {}, None, None)]
