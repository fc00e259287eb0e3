"""Versions are those of what really runs."""

import platform
import sqlite3

import sqlalchemy

from idp.core.clock import SystemClock
from idp.core.database import Database
from idp.core.kv import open_kv
from idp.core.versions import of_database, of_programs, product_version


def test_programs_tell_their_versions() -> None:
    told = dict(of_programs())
    assert (told["Python"], told["SQLAlchemy"]) == (platform.python_version(), sqlalchemy.__version__)
    assert told["This product"] == product_version()


def test_the_database_tells_its_version(database: Database) -> None:
    with database.reading() as db:
        name, version = of_database(db)
    if database.engine.dialect.name == "sqlite":
        assert (name, version) == ("SQLite", sqlite3.sqlite_version)
    else:
        assert (name, version.split(".")[0].isdecimal()) == ("PostgreSQL", True)


def test_the_kv_tells_its_version(kv_url: str) -> None:
    name, version = open_kv(kv_url, SystemClock()).version()
    assert name in {"SQLite as KV", "Redis"}
    assert version.split(".")[0].isdecimal()
