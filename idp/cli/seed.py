"""`idp seed`: what a migrated database needs before the first customer comes."""

import click

from idp.app import House
from idp.app.clients_file import read_clients_file
from idp.cli.opening import open_house
from idp.cli.output import as_json, print_json
from idp.clients.file import merge
from idp.clients.in_force import take
from idp.clients.reloading import load


@click.command(epilog="Example: idp db upgrade && idp seed")
@as_json
def seed(as_json: bool) -> None:
    """Merge clients.yaml into the database, and make the first signing keys. Safe to run again."""
    changed = sow(open_house())
    if as_json:
        print_json({"clients_changed": changed})
    else:
        click.echo(f"Clients changed: {', '.join(changed)}" if changed else "Nothing to change.")


def sow(house: House) -> list[str]:
    """Merges the file's clients and makes missing keys; answers the ids of the clients that changed. Raises `BrokenFile`."""
    ground = house.ground
    file = read_clients_file(ground.settings)
    now = ground.clock.now()
    with ground.database.transaction() as db:
        house.protocol.keys.ensure(db, now)
        if take(db, file.text, now):
            return load(db, ground.bus, house.parties.clients, file, now)
        return merge(db, ground.bus, house.parties.clients, file.clients, now)
