"""`idp client token`: the initial access tokens with which clients register themselves (RFC 7591)."""

from datetime import timedelta

import click

from idp.app.registration import initial_access_of
from idp.cli.failures import refused
from idp.cli.opening import open_house
from idp.cli.output import as_json, print_json, print_table
from idp.clients.initial_access import LONGEST_DAYS, MOST_USES, Terms


@click.group("token", invoke_without_command=True, epilog="Example: idp client token --brand stellantis --uses 1 --days 7")
@click.option("--brand", help="The brand of the clients that register with it; without it they belong to none.")
@click.option("--uses", default=1, show_default=True, type=click.IntRange(1, MOST_USES), help="How many clients.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, LONGEST_DAYS), help="How long it lasts.")
@click.option("--pkce-optional", is_flag=True, help="Confidential clients that register with it may do without PKCE.")
@as_json
@click.pass_context
def token(ctx: click.Context, brand: str | None, uses: int, days: int, pkce_optional: bool, as_json: bool) -> None:
    """Make an initial access token, shown this once; or list and revoke them."""
    if ctx.invoked_subcommand is not None:
        return
    house = open_house()
    if brand is not None and house.parties.brands.get(brand) is None:
        raise refused(f"brand {brand} is not known: {', '.join(one.id for one in house.parties.brands.all())}")
    terms = Terms(brand, uses, timedelta(days=days), pkce_optional)
    with house.ground.database.transaction() as db:
        made, text = initial_access_of(house).make(db, terms, house.ground.clock.now())
    if as_json:
        print_json({"id": made.id, "initial_access_token": text, "expires_at": made.expires_at})
        return
    click.echo(f"{made.id}: {uses} client{'s' if uses != 1 else ''}, until {made.expires_at:%Y-%m-%d %H:%M} UTC.")
    click.echo(f"Initial access token (shown this once): {text}")


@token.command("list", epilog="Example: idp client token list --json")
@as_json
def list_tokens(as_json: bool) -> None:
    """List every initial access token; never the token itself."""
    house = open_house()
    now = house.ground.clock.now()
    with house.ground.database.reading() as db:
        rows = [
            {
                "id": one.id,
                "brand": one.brand,
                "state": one.state(now),
                "used": f"{one.used} of {one.most_uses}",
                "made_by": one.made_by,
                "made_at": one.made_at,
                "expires_at": one.expires_at,
            }
            for one in initial_access_of(house).all(db)
        ]
    if as_json:
        print_json(rows)
    else:
        print_table(rows)


@token.command("revoke", epilog="Example: idp client token revoke i_Zk3bq0Xw9sYt")
@click.argument("token_id")
def revoke(token_id: str) -> None:
    """End a token. Clients that registered with it stay."""
    house = open_house()
    tokens = initial_access_of(house)
    with house.ground.database.transaction() as db:
        if tokens.get(db, token_id) is None:
            raise refused(f"there is no token {token_id}; `idp client token list` names them")
        ended = tokens.revoke(db, token_id, house.ground.clock.now())
    click.echo(f"{token_id} {'revoked' if ended else 'was revoked already'}.")
