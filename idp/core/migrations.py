"""Brings the database's tables to what this version needs."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from idp.core.database import Database

# An arbitrary number that no other application of the same PostgreSQL cluster should use.
ADVISORY_LOCK = 7_243_118_905


def upgrade(database: Database, revision: str = "head") -> None:
    """Runs every migration not yet run, up to `revision`, all in one transaction.

    Two at once: the second waits, then finds nothing to do.
    """
    config = _config()
    with database.transaction() as db:
        if db.dialect.name == "postgresql":
            db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
        if revision == "head" and _is_current(db):
            return
        config.attributes["connection"] = db
        command.upgrade(config, revision)


def is_current(database: Database) -> bool:
    """Whether the tables are those this version needs."""
    with database.reading() as db:
        return _is_current(db)


def _is_current(db: Connection) -> bool:
    return MigrationContext.configure(db).get_current_heads() == _newest()


@cache
def _newest() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    inside = Path(__file__).parent.parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(inside if inside.is_dir() else inside.parent.parent / "migrations"))
    return config
