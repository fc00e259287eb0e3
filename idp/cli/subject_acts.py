"""What an operator does to somebody's account, by `idp subject`: whoever it is done to is told by mail."""

from collections.abc import Callable

import click
from sqlalchemy import Connection

from idp.admin.api.letters import DISABLED, ENABLED, STAFF, STAFF_NO_MORE, UNLOCKED
from idp.app import House
from idp.app.telling import letters_of
from idp.cli.failures import refused
from idp.cli.opening import open_house
from idp.subjects.subjects import Subject

Act = Callable[[House, Connection, Subject], bool]


@click.command("unlock", epilog="Example: idp subject unlock --username ana")
@click.option("--username", required=True, help="The username, or the e-mail address.")
def unlock(username: str) -> None:
    """Open sign-in by password again after a lock, and forget the failures counted."""
    found, released = _done(username, UNLOCKED, _unlock)
    click.echo(f"{found.username} is unlocked." if released else f"{found.username} was not locked.")


@click.command("staff", epilog="Example: idp subject staff ana")
@click.argument("name")
@click.option("--off", is_flag=True, help="No longer.")
def staff(name: str, off: bool) -> None:
    """Make somebody one of the staff, who must always sign in with two factors."""
    found, changed = _done(name, STAFF_NO_MORE if off else STAFF, _no_staff if off else _staff)
    state = "not staff" if off else "staff"
    click.echo(f"{found.username} is {state} {'from now on' if changed else 'already'}.")


@click.command("disable", epilog="Example: idp subject disable ana")
@click.argument("name")
def disable(name: str) -> None:
    """Stop somebody: they cannot sign in, and their sessions and tokens end."""
    found, stopped = _done(name, DISABLED, _disable)
    click.echo(f"{found.username} is stopped{'.' if stopped else ' already.'}")


@click.command("enable", epilog="Example: idp subject enable ana")
@click.argument("name")
def enable(name: str) -> None:
    """Let somebody who was stopped sign in again."""
    found, started = _done(name, ENABLED, _enable)
    click.echo(f"{found.username} may sign in again." if started else f"{found.username} was not stopped.")


def _done(name: str, told: str, act: Act) -> tuple[Subject, bool]:
    """Who is called `name`, and whether `act` changed anything; they are told so, in the same transaction."""
    house = open_house()
    letters = letters_of(house)
    with house.ground.database.transaction() as db:
        found = house.people.subjects.find(db, name)
        if found is None:
            raise refused("nobody signs in by that name")
        changed = act(house, db, found)
        if changed:
            letters.done(db, found.id, None, told)
    return found, changed


def _unlock(house: House, db: Connection, found: Subject) -> bool:
    return house.locking.release(db, found.id, "support", house.ground.clock.now())


def _staff(house: House, db: Connection, found: Subject) -> bool:
    return house.people.subjects.set_staff(db, house.ground.bus, found.id, True, house.ground.clock.now())


def _no_staff(house: House, db: Connection, found: Subject) -> bool:
    return house.people.subjects.set_staff(db, house.ground.bus, found.id, False, house.ground.clock.now())


def _disable(house: House, db: Connection, found: Subject) -> bool:
    return house.people.subjects.disable(db, house.ground.bus, found.id, house.ground.clock.now())


def _enable(house: House, db: Connection, found: Subject) -> bool:
    return house.people.subjects.enable(db, house.ground.bus, found.id, house.ground.clock.now())
