"""`idp db`: the tables."""

import click

from idp.cli.opening import open_ground, require_database
from idp.core.migrations import is_current, upgrade


@click.group()
def db() -> None:
    """The database's tables."""


@db.command("upgrade", epilog="Example: idp db upgrade")
def upgrade_tables() -> None:
    """Bring the tables to what this version needs. Safe to run again, and by several at once."""
    ground = open_ground()
    require_database(ground)
    if is_current(ground.database):
        click.echo("The tables are up to date.")
        return
    upgrade(ground.database)
    click.echo("The tables were upgraded.")
