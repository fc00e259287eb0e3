"""Fails where the migrations do not build the tables that the code declares: `python -m tools.migration_drift`."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from idp.core import migrations
from idp.core.database import metadata, open_database


def drift(folder: Path) -> list[Any]:
    """Migrates an empty SQLite database in `folder` and says what would still have to change; empty where nothing would."""
    database = open_database(Flask("drift"), f"sqlite:///{folder}/drift.db", pool_size=1)
    migrations.upgrade(database)
    with database.reading() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True, "compare_server_default": True})
        found = compare_metadata(context, metadata)
    database.close()
    return list(found)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        found = drift(Path(folder))
    if not found:
        print("The migrations build what the code declares.")
        return 0
    print("The migrations do not build what the code declares. Still to change:", file=sys.stderr)
    for change in found:
        print(f"  {change}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
