"""The rooms of one's own account beside what one signs in with: sessions, activity, applications, data, and the way out."""

from idp.admin.desk.codes import CallerCodes
from idp.app.house import House
from idp.app.leaving import logout_frames
from idp.app.telling import closings_of, notices_of
from idp.selfservice.activity_pages import ActivityPages
from idp.selfservice.application_pages import ApplicationPages
from idp.selfservice.closing_pages import ClosingPages
from idp.selfservice.connected import Connected
from idp.selfservice.data import Data
from idp.selfservice.data_pages import DataPages
from idp.selfservice.home import Home
from idp.selfservice.home_pages import HomePages
from idp.selfservice.leaving import Leaving
from idp.selfservice.not_me import Alarm
from idp.selfservice.own import Own
from idp.selfservice.session_pages import SessionPages
from idp.web.routes import Route


def rooms(house: House, own: Own) -> tuple[Route, ...]:
    """Each of them."""
    ground, parties = house.ground, house.parties
    leaving = Leaving(own, logout_frames(house))
    data = Data(ground.database, ground.clock, ground.keyring, house.people.subjects, parties.brands, parties.consents)
    return (
        *SessionPages(own, parties.clients, house.places, leaving).routes(),
        *ActivityPages(own, parties.clients, house.places, ground.keyring, _alarm(house), leaving).routes(),
        *ApplicationPages(own, _connected(house)).routes(),
        *DataPages(own, data).routes(),
        *ClosingPages(own, closings_of(house), leaving).routes(),
    )


def home(house: House, own: Own, offered: frozenset[str]) -> tuple[Route, ...]:
    """The page that leads to all `offered` addresses."""
    keyring = house.ground.keyring
    return HomePages(own, Home(own, _connected(house), keyring, offered, CallerCodes(keyring).shown_to)).routes()


def _connected(house: House) -> Connected:
    ground, parties = house.ground, house.parties
    return Connected(ground.database, ground.clock, ground.bus, parties.brands, parties.clients, parties.consents)


def _alarm(house: House) -> Alarm:
    ground = house.ground
    return Alarm(
        database=ground.database,
        clock=ground.clock,
        bus=ground.bus,
        sessions=house.people.sessions,
        locking=house.locking,
        notices=notices_of(house),
        keyring=ground.keyring,
    )
