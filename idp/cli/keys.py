"""`idp keys`: the signing keys."""

from datetime import datetime

import click

from idp.cli.opening import open_house
from idp.cli.output import as_json, print_json, print_table
from idp.oidc.tokens.keys import KeyInfo


@click.group()
def keys() -> None:
    """The keys that sign tokens."""


@keys.command("list", epilog="Example: idp keys list --json")
@as_json
def list_keys(as_json: bool) -> None:
    """List every key there ever was, the oldest of an algorithm first."""
    house = open_house()
    now = house.ground.clock.now()
    with house.ground.database.reading() as db:
        rows = [_row(info, now) for info in house.protocol.keys.all(db)]
    if as_json:
        print_json(rows)
    else:
        print_table(rows)


@keys.command("rotate", epilog="Example: idp keys rotate")
@as_json
def rotate(as_json: bool) -> None:
    """Publish the next key of every algorithm; it signs an hour later. Where one waits already, that one is named."""
    house = open_house()
    with house.ground.database.transaction() as db:
        published = house.protocol.keys.rotate(db, house.ground.bus, house.ground.clock.now())
    if as_json:
        print_json({"published": published})
    else:
        click.echo("\n".join(published))


def _row(info: KeyInfo, now: datetime) -> dict[str, object]:
    return {
        "kid": info.kid,
        "alg": info.alg,
        "state": _state(info, now),
        "created_at": info.created_at,
        "signs_from": info.signs_from,
        "retires_at": info.retires_at,
        "gone_at": info.gone_at,
    }


def _state(info: KeyInfo, now: datetime) -> str:
    if info.signs_from > now:
        return "next"
    if info.gone_at is not None and info.gone_at <= now:
        return "gone"
    return "retired" if info.retires_at is not None and info.retires_at <= now else "signing"
