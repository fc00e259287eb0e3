"""The console of the staff: its rooms, behind their rights."""

from idp.admin.console import KIND, Console
from idp.admin.pages.home import HomePages
from idp.admin.pages.staff import StaffPages
from idp.admin.roles import Roles
from idp.admin.staff import Staff
from idp.admin.unsent import Unsent
from idp.app.console_audit import auditing
from idp.app.console_clients import client_routes
from idp.app.console_desk import desk
from idp.app.console_health import health
from idp.app.console_trying import trying
from idp.app.front import Front
from idp.app.house import House
from idp.app.programs import programs_of
from idp.web.routes import Route


def roles_of(house: House) -> Roles:
    """Who of the staff has which role."""
    return Roles(house.people.subjects, house.ground.bus)


def console(house: House, front: Front) -> tuple[Route, ...]:
    """Everything under /console."""
    entrance, programs = _entrance(house, front), programs_of(house.ground, house.people, house.parties)
    house.people.interactions.revivers[KIND] = entrance.revive
    house.ground.app.extensions["idp.console"] = entrance
    rooms = (
        HomePages(entrance, programs).routes(),
        client_routes(house, entrance),
        StaffPages(entrance, _staff(house), programs).routes(),
        desk(house, entrance),
        health(entrance, house),
        auditing(house, entrance),
        trying(house, entrance),
    )
    return (*entrance.routes(), *(route for room in rooms for route in entrance.guard(room)))


def _staff(house: House) -> Staff:
    return Staff(house.ground.database, house.people.subjects, roles_of(house), house.ground.clock)


def _entrance(house: House, front: Front) -> Console:
    ground, people = house.ground, house.people
    return Console(
        issuer=ground.settings.issuer,
        database=ground.database,
        kv=ground.kv,
        clock=ground.clock,
        brands=house.parties.brands,
        subjects=people.subjects,
        sessions=people.sessions,
        interactions=people.interactions,
        gate=house.gate,
        roles=roles_of(house),
        cookie=front.cookie,
        browser=front.browser,
        pages=front.pages,
        unsent=Unsent(ground.kv, ground.keyring),
    )
