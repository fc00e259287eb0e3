"""`idp client`: the registered client applications."""

from datetime import timedelta
from pathlib import Path
from typing import NoReturn, assert_never

import click

from idp.app import House
from idp.app.registering import administrator, registrar_of
from idp.cli.client_words import SAID_OF_FILE, fault_lines, print_client, row
from idp.cli.failures import refused
from idp.cli.opening import open_house
from idp.cli.output import as_json, print_json, print_table
from idp.clients.metadata import ClientMetadata
from idp.clients.outcomes import (
    Changed,
    Done,
    FromFile,
    NoSecret,
    Overtaken,
    Registered,
    Rotated,
    Taken,
    Unchanged,
    Unknown,
)
from idp.clients.registrar import check
from idp.clients.registry import Listed
from idp.core.yaml_lines import BrokenFile, load

FILE = click.option("--file", "path", required=True, type=click.Path(path_type=Path), help="Its metadata, as YAML or JSON.")


@click.group()
def client() -> None:
    """Registered client applications."""


@client.command("add", epilog="Example: idp client add --file examples/client.yaml")
@FILE
@as_json
def add(path: Path, as_json: bool) -> None:
    """Register a client. A secret, where it needs one, is shown this once."""
    house = open_house()
    meta = _read(house, path)
    with house.ground.database.transaction() as db:
        outcome = registrar_of(house).register(db, meta)
    match outcome:
        case Taken():
            raise refused(f"client {meta.client_id} is registered already, or was once; choose another client_id")
        case Registered(secret=secret):
            _tell(meta.client_id, f"{meta.client_id} registered.", secret, as_json)
        case _:
            assert_never(outcome)


@client.command("edit", epilog="Example: idp client edit example-application --file examples/client.yaml")
@click.argument("client_id")
@FILE
@as_json
def edit(client_id: str, path: Path, as_json: bool) -> None:
    """Make a client what the file says; whatever the file does not name has its default afterwards."""
    house = open_house()
    _find(house, client_id)
    meta = _read(house, path, client_id)
    with house.ground.database.transaction() as db:
        outcome = registrar_of(house).change(db, client_id, meta)
    match outcome:
        case Changed(secret=secret):
            _tell(client_id, f"{client_id} changed.", secret, as_json)
        case Unchanged():
            _tell(client_id, f"{client_id} is so already.", None, as_json)
        case Overtaken():
            raise refused("somebody else changed it at this moment; look at it with `idp client show`, then try again")
        case FromFile() | Unknown():
            _not_ours(outcome, client_id)
        case _:
            assert_never(outcome)


@client.command("list", epilog="Example: idp client list --json")
@as_json
def list_clients(as_json: bool) -> None:
    """List every client."""
    house = open_house()
    with house.ground.database.reading() as db:
        rows = [row(one) for one in house.parties.clients.all(db)]
    if as_json:
        print_json(rows)
    else:
        print_table(rows)


@client.command("show", epilog="Example: idp client show stellantis-portal")
@click.argument("client_id")
@as_json
def show(client_id: str, as_json: bool) -> None:
    """Show all that is known of a client; of its secrets only when they were made, used, and end."""
    house = open_house()
    found = _find(house, client_id)
    with house.ground.database.reading() as db:
        secrets = house.parties.clients.secrets(db, client_id)
    print_client(found, secrets, as_json)


@client.command("rotate-secret", epilog="Example: idp client rotate-secret example-application --overlap-hours 24")
@click.argument("client_id")
@click.option(
    "--overlap-hours", default=168, show_default=True, type=click.IntRange(0, 2160), help="How long the older secret lives on."
)
@as_json
def rotate_secret(client_id: str, overlap_hours: int, as_json: bool) -> None:
    """Make a further secret, shown this once; the older one lives on for the time of the change."""
    house = open_house()
    found = _find(house, client_id)
    with house.ground.database.transaction() as db:
        outcome = registrar_of(house).rotate(db, client_id, timedelta(hours=overlap_hours))
    match outcome:
        case Rotated(secret=secret):
            _tell(client_id, "", secret, as_json)
        case NoSecret():
            method = found.metadata.token_endpoint_auth_method
            raise refused(f"client {client_id} uses {method} and has no secret; it changes its own keys")
        case Unknown() | Overtaken():
            _not_ours(outcome, client_id)
        case _:
            assert_never(outcome)


@client.command("end-secret", epilog="Example: idp client end-secret example-application 0f3a9c21b7d4")
@click.argument("client_id")
@click.argument("secret_id")
def end_secret(client_id: str, secret_id: str) -> None:
    """End one secret now; `idp client show` names them."""
    house = open_house()
    _find(house, client_id)
    with house.ground.database.transaction() as db:
        if registrar_of(house).end_secret(db, client_id, secret_id) == Unknown():
            raise refused(f"{client_id} has no secret {secret_id}; `idp client show {client_id}` names them")
    click.echo(f"The secret {secret_id} of {client_id} works no longer.")


@client.command("disable", epilog="Example: idp client disable example-application")
@click.argument("client_id")
def disable(client_id: str) -> None:
    """Stop a client from acting, within a second everywhere."""
    house = open_house()
    _find(house, client_id)
    with house.ground.database.transaction() as db:
        stopped = registrar_of(house).disable(db, client_id) == Done()
    click.echo(f"{client_id} disabled." if stopped else f"{client_id} was disabled already.")


@client.command("enable", epilog="Example: idp client enable example-application")
@click.argument("client_id")
def enable(client_id: str) -> None:
    """Let a disabled client act again."""
    house = open_house()
    _find(house, client_id)
    with house.ground.database.transaction() as db:
        outcome = registrar_of(house).enable(db, client_id)
    match outcome:
        case Done() | Unchanged():
            click.echo(f"{client_id} enabled." if outcome == Done() else f"{client_id} was enabled already.")
        case FromFile() | Unknown():
            _not_ours(outcome, client_id)
        case _:
            assert_never(outcome)


@client.command("delete", epilog="Example: idp client delete example-application --yes")
@click.argument("client_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(client_id: str, yes: bool) -> None:
    """Remove a client for good, with its secrets, consents and tokens. Its id is never given away again."""
    house = open_house()
    _find(house, client_id)
    with house.ground.database.reading() as db:
        broken = registrar_of(house).broken_by_delete(db, client_id)
    click.echo(
        f"This ends: {broken.families} sets of tokens, {broken.consents} consents; {broken.sessions} sessions were there."
    )
    for audience in broken.owns:
        click.echo(f"Nobody answers for {audience} any more.")
    if not yes and click.prompt(f"Type {client_id} to delete it", default="", show_default=False) != client_id:
        raise refused("nothing was deleted")
    with house.ground.database.transaction() as db:
        outcome = registrar_of(house).delete(db, client_id)
    if outcome != Done():
        _not_ours(outcome, client_id)
    click.echo(f"{client_id} deleted.")


def _read(house: House, path: Path, client_id: str | None = None) -> ClientMetadata:
    try:
        document = load(path)
    except BrokenFile as error:
        raise refused(*error.problems) from error
    given = document.data
    if not isinstance(given, dict):
        raise refused(document.problem((), "must be a block of names and values"))
    if client_id is None and "client_id" not in given:
        raise refused(document.problem((), "client_id: is missing"))
    checked = check(given, administrator(house, client_id))
    if isinstance(checked, ClientMetadata):
        checked = registrar_of(house).sectors.faults(checked.sector_identifier_uri, checked.redirect_uris) or checked
    if isinstance(checked, ClientMetadata):
        return checked
    raise refused(*fault_lines(document, checked))


def _find(house: House, client_id: str) -> Listed:
    with house.ground.database.reading() as db:
        found = house.parties.clients.listed(db, client_id)
    if found is None:
        _not_ours(Unknown(), client_id)
    return found


def _not_ours(outcome: object, client_id: str) -> NoReturn:
    if outcome == FromFile():
        raise refused(f"client {client_id} {SAID_OF_FILE}")
    raise refused(f"there is no client {client_id}; `idp client list` names them")


def _tell(client_id: str, done: str, secret: str | None, as_json: bool) -> None:
    if as_json:
        print_json({"client_id": client_id} | ({"client_secret": secret} if secret else {}))
        return
    if done:
        click.echo(done)
    if secret:
        click.echo(f"Secret (shown this once): {secret}")
