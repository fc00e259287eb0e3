"""`idp role`: who of the staff may do what. The first administrator can be made on the host only."""

import click

from idp.admin.rights import Post, Role
from idp.admin.roles import LastAdministrator
from idp.app.console import roles_of
from idp.app.house import House
from idp.app.telling import tell
from idp.cli.failures import refused
from idp.cli.opening import open_house
from idp.cli.output import as_json, print_json, print_table

ROLE = click.Choice([role.value for role in Role])


@click.group()
def role() -> None:
    """Roles of the staff: administrator, support, auditor."""


@role.command("grant", epilog="Example: idp role grant ana administrator")
@click.argument("name")
@click.argument("role", type=ROLE)
@click.option("--brand", help="For one brand alone; without it for all.")
def grant(name: str, role: str, brand: str | None) -> None:
    """Give somebody a role, by username or e-mail. From now on they sign in with two factors."""
    house = open_house()
    tell(house)
    post = _post(house, role, brand)
    with house.ground.database.transaction() as db:
        found = house.people.subjects.find(db, name)
        if found is None:
            raise refused("nobody signs in by that name")
        given = roles_of(house).grant(db, found.id, post, house.ground.clock.now())
    click.echo(f"{found.username} is {_said(post)} {'from now on' if given else 'already'}.")


@role.command("revoke", epilog="Example: idp role revoke ana support --brand alphera")
@click.argument("name")
@click.argument("role", type=ROLE)
@click.option("--brand", help="The role for that brand; without it the role for all.")
def revoke(name: str, role: str, brand: str | None) -> None:
    """Take a role from somebody. The last administrator stays."""
    house = open_house()
    tell(house)
    post = _post(house, role, brand)
    try:
        with house.ground.database.transaction() as db:
            found = house.people.subjects.find(db, name)
            if found is None:
                raise refused("nobody signs in by that name")
            taken = roles_of(house).revoke(db, found.id, post, house.ground.clock.now())
    except LastAdministrator:
        raise refused(f"{name} is the last administrator; make somebody else one first") from None
    click.echo(f"{found.username} is {'no longer' if taken else 'not'} {_said(post)}.")


@role.command("list", epilog="Example: idp role list --json")
@as_json
def list_roles(as_json: bool) -> None:
    """List everybody who has a role."""
    house = open_house()
    with house.ground.database.reading() as db:
        rows = [
            {"username": subject.username, "role": post.role.value, "brand": post.brand}
            for subject_id, posts in roles_of(house).all(db).items()
            if (subject := house.people.subjects.get(db, subject_id)) is not None
            for post in sorted(posts, key=lambda post: (post.role, post.brand or ""))
        ]
    if as_json:
        print_json(rows)
    else:
        print_table(rows)


def _post(house: House, role: str, brand: str | None) -> Post:
    if brand is not None and house.parties.brands.get(brand) is None:
        raise refused(f"brand {brand} is not known: {', '.join(one.id for one in house.parties.brands.all())}")
    return Post(Role(role), brand)


def _said(post: Post) -> str:
    return f"{post.role.value} for {post.brand or 'all brands'}"
