"""`idp client`: the registered relying parties."""

from datetime import timedelta
from pathlib import Path

import click
from pydantic import ValidationError

from idp.app import House
from idp.cli.failures import refused
from idp.cli.opening import open_house
from idp.cli.output import as_json, print_json, print_table
from idp.clients.metadata import ClientMetadata
from idp.clients.registry import Registered
from idp.core.yaml_lines import BrokenFile, load, said

SECRET_METHODS = ("client_secret_basic", "client_secret_post")


@click.group()
def client() -> None:
    """Registered client applications."""


@client.command("add", epilog="Example: idp client add --file examples/client.yaml")
@click.option("--file", "path", required=True, type=click.Path(path_type=Path), help="Its metadata, as YAML or JSON.")
@as_json
def add(path: Path, as_json: bool) -> None:
    """Register a client. A secret, where it needs one, is shown this once."""
    meta = _read(path)
    house = open_house()
    if meta.brand is not None and house.parties.brands.get(meta.brand) is None:
        raise refused(f"brand {meta.brand} is not known: {', '.join(brand.id for brand in house.parties.brands.all())}")
    secret = None
    with house.ground.database.transaction() as db:
        if any(known.client.id == meta.client_id for known in house.parties.clients.all(db)):
            raise refused(f"client {meta.client_id} is registered already; choose another client_id")
        house.parties.clients.save(db, house.ground.bus, meta, "registered")
        if meta.token_endpoint_auth_method in SECRET_METHODS and not meta.secret_digests:
            secret = house.parties.clients.add_secret(db, house.ground.bus, meta.client_id, timedelta(0))
    if as_json:
        print_json({"client_id": meta.client_id} | ({"client_secret": secret} if secret else {}))
        return
    click.echo(f"{meta.client_id} registered.")
    if secret:
        click.echo(f"Secret (shown this once): {secret}")


@client.command("list", epilog="Example: idp client list --json")
@as_json
def list_clients(as_json: bool) -> None:
    """List every client."""
    house = open_house()
    with house.ground.database.reading() as db:
        rows = [_row(one) for one in house.parties.clients.all(db)]
    if as_json:
        print_json(rows)
    else:
        print_table(rows)


@client.command("show", epilog="Example: idp client show stellantis-portal")
@click.argument("client_id")
@as_json
def show(client_id: str, as_json: bool) -> None:
    """Show all that is known of a client; of its secrets only when they end."""
    found = _find(open_house(), client_id)
    facts = {
        **found.metadata.model_dump(mode="json", exclude_none=True, exclude={"secret_digests"}),
        "source": found.source,
        "disabled": found.client.disabled,
        "secrets": [{"expires_at": one.expires_at} for one in found.client.secret_digests],
    }
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        click.echo(f"{name}: {', '.join(map(_in_words, value)) if isinstance(value, list) else value}")


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
    method = found.metadata.token_endpoint_auth_method
    if method not in SECRET_METHODS:
        raise refused(f"client {client_id} uses {method} and has no secret; it changes its own keys")
    with house.ground.database.transaction() as db:
        secret = house.parties.clients.add_secret(db, house.ground.bus, client_id, timedelta(hours=overlap_hours))
    if as_json:
        print_json({"client_id": client_id, "client_secret": secret})
    else:
        click.echo(f"Secret (shown this once): {secret}")


@client.command("disable", epilog="Example: idp client disable example-application")
@click.argument("client_id")
def disable(client_id: str) -> None:
    """Stop a client from acting, within a second everywhere."""
    house = open_house()
    _find(house, client_id)
    with house.ground.database.transaction() as db:
        stopped = house.parties.clients.disable(db, house.ground.bus, client_id)
    click.echo(f"{client_id} disabled." if stopped else f"{client_id} was disabled already.")


def _read(path: Path) -> ClientMetadata:
    try:
        document = load(path)
    except BrokenFile as error:
        raise refused(*error.problems) from error
    try:
        return ClientMetadata.model_validate(document.data)
    except ValidationError as error:
        raise refused(*(document.problem(e["loc"], said(e)) for e in error.errors())) from error


def _find(house: House, client_id: str) -> Registered:
    with house.ground.database.reading() as db:
        found = next((one for one in house.parties.clients.all(db) if one.client.id == client_id), None)
    if found is None:
        raise refused(f"there is no client {client_id}; `idp client list` names them")
    return found


def _in_words(one: object) -> str:
    if isinstance(one, dict) and "expires_at" in one:
        return f"until {one['expires_at']:%Y-%m-%d %H:%M}" if one["expires_at"] else "lasting"
    return str(one)


def _row(one: Registered) -> dict[str, object]:
    return {
        "client_id": one.client.id,
        "name": one.client.name,
        "brand": one.client.brand,
        "authentication": one.client.auth_method,
        "source": one.source,
        "state": "disabled" if one.client.disabled else "active",
    }
