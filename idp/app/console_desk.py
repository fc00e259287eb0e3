"""The support desk of the console: finding customers, calls, and what two agents decide."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from idp.admin.console import Console
from idp.admin.desk.asking import Asking
from idp.admin.desk.calls import Calls
from idp.admin.desk.codes import CallerCodes
from idp.admin.desk.codes_out import CodesOut
from idp.admin.desk.customers import Customers
from idp.admin.desk.helping import Helping
from idp.admin.desk.letters import DeskLetters
from idp.admin.desk.requests import ResetRequests
from idp.admin.desk.standing import Standing
from idp.admin.desk.timeline import Timeline
from idp.admin.pages.approvals import ApprovalPages
from idp.admin.pages.calls import CallPages
from idp.admin.pages.customers import CustomerPages
from idp.admin.roles import Roles
from idp.admin.staff_routes import StaffRoute
from idp.app import lost, sending
from idp.app.house import House
from idp.app.telling import notices_of
from idp.core.account_events import EmailChanged, PhoneChanged
from idp.recovery.lost_objections import OBJECTIONS
from idp.selfservice import contact_undos
from idp.selfservice.activity import ONLY_BY_REASON, WORDS
from idp.selfservice.contact_changes import CODES
from idp.signin.contacts import Contacts


def desk(house: House, console: Console) -> Iterator[StaffRoute]:
    """Everything under /console/customers."""
    ground, people, parties = house.ground, house.people, house.parties
    calls = _calls(house)
    requests, contacts = _requests(house, calls), Contacts(people.text_code)
    letters = requests.letters
    customers = Customers(
        database=ground.database,
        clock=ground.clock,
        bus=ground.bus,
        subjects=people.subjects,
        brands=parties.brands,
        agreements=house.protocol.agreement_checks,
        throttle=house.throttle,
        key=ground.keyring.derive("customer search"),
    )
    codes = CodesOut(
        calls=calls,
        codes=CallerCodes(ground.keyring),
        contacts=contacts,
        quotas=sending.quotas(house),
        letters=letters,
        throttle=house.throttle,
        channels=sending.messages(house).channels,
        unsettled=_unsettled,
    )
    helping = Helping(calls, house.locking, people.sessions, house.asked_cases, requests, letters)
    standing = Standing(ground.clock, house.locking, lost.resets(house), contacts)
    timeline = Timeline(ground.keyring, WORDS, ONLY_BY_REASON)
    yield from CustomerPages(console, customers, calls, requests, standing, timeline).routes()
    asking = Asking(calls, house.protocol.agreement_checks, house.throttle)
    yield from CallPages(console, calls, asking, codes, helping).routes()
    yield from ApprovalPages(console, requests).routes()


def listen(house: House) -> None:
    """Whoever proves what was said to be lost, takes somebody else to be at it, or changes a contact, has a reset refused."""
    requests = _requests(house, _calls(house))
    for event in (*OBJECTIONS, EmailChanged, PhoneChanged):
        house.ground.bus.subscribe(event, requests.when_objected)


def _calls(house: House) -> Calls:
    ground = house.ground
    return Calls(ground.database, ground.clock, ground.bus, house.people.subjects, house.parties.brands)


def _requests(house: House, calls: Calls) -> ResetRequests:
    ground = house.ground
    letters = DeskLetters(notices_of(house), ground.keyring, ground.clock, contact_undos.mailboxes)
    return ResetRequests(calls, lost.resets(house), letters, Roles(house.people.subjects, ground.bus))


def _unsettled(db: Connection, subject_id: str, now: datetime) -> frozenset[str]:
    return frozenset(CODES[kind] for kind in contact_undos.changed(db, subject_id, now))
