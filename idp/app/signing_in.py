"""The pages of a sign-in, and of the mail about a lock."""

from idp.app import passkeys, sending
from idp.app.front import Front
from idp.app.house import House
from idp.app.people import People
from idp.sessions.device_cookie import DeviceCookie
from idp.signin.app_enrolment import AppEnrolment
from idp.signin.arrival import Arrivals
from idp.signin.attempt import Attempts
from idp.signin.brake import Brake, Limits
from idp.signin.closing_pages import ClosingPages
from idp.signin.codes import Codes
from idp.signin.contacts import Contacts
from idp.signin.enrol_pages import EnrolPages
from idp.signin.enrolment import Enrolment
from idp.signin.flow import Flow
from idp.signin.keeping import Keeping
from idp.signin.offer import Offers
from idp.signin.offer_pages import OfferPages
from idp.signin.pages import SigninPages
from idp.signin.progress import Progress
from idp.signin.proposals import Proposals
from idp.signin.second_steps import SecondSteps
from idp.signin.sending import Sending
from idp.signin.sending_pages import SendingPages
from idp.signin.step_pages import StepPages
from idp.signin.unlock_pages import UnlockPages
from idp.signin.unlocking import Unlocking
from idp.signin.vouching import Vouching
from idp.web.opened_links import OpenedLinks
from idp.web.routes import Route


def signing_in(house: House, front: Front) -> tuple[Route, ...]:
    """Everything under /signin."""
    ground, people = house.ground, house.people
    flow, arrivals = flow_of(house), arrivals_of(house, front)
    progress = flow.progress
    steps = SecondSteps(progress, codes_of(people))
    enrolment = Enrolment(progress, people.recovery_codes)
    apps = AppEnrolment(enrolment, Proposals(ground.kv, ground.keyring, people.totp))
    sent = SendingPages(_sending(house, progress), arrivals, front.pages)
    return (
        *SigninPages(flow, arrivals, front.pages, ground.clock).routes(),
        *StepPages(steps, sent, arrivals, ground.clock).routes(),
        *sent.routes(),
        *EnrolPages(apps, arrivals).routes(),
        *passkeys.at_sign_in(house, enrolment, arrivals, front.pages),
        *OfferPages(Offers(progress), arrivals, front.pages).routes(),
        *ClosingPages(Keeping(progress), arrivals).routes(),
    )


def flow_of(house: House) -> Flow:
    """By which every password is judged."""
    name_key, settings = house.ground.keyring.derive("failed name"), house.ground.settings
    limits = Limits(settings.source_failures, settings.network_failures, settings.flood_failures)
    return Flow(progress_of(house), Brake(house.throttle, name_key, limits), name_key)


def progress_of(house: House) -> Progress:
    """Through which every proof goes."""
    ground, people = house.ground, house.people
    return Progress(
        database=ground.database,
        clock=ground.clock,
        bus=ground.bus,
        subjects=people.subjects,
        password=people.password,
        sessions=people.sessions,
        interactions=people.interactions,
        attempts=Attempts(ground.kv),
        locking=house.locking,
        gate=house.gate,
    )


def arrivals_of(house: House, front: Front) -> Arrivals:
    """By which browsers come to the pages of a sign-in."""
    people, device = house.people, DeviceCookie(house.ground.settings)
    clients = house.parties.clients
    return Arrivals(people.interactions, people.sessions, clients, front.cookie, device, front.browser, front.pages)


def codes_of(people: People) -> Codes:
    """The judges of every code that is typed."""
    return Codes(people.totp, people.recovery_codes, people.text_code, people.mail_code)


def _sending(house: House, progress: Progress) -> Sending:
    people = house.people
    contacts = Contacts(people.text_code)
    return Sending(progress, people.sent_codes, contacts, sending.quotas(house), sending.messages(house))


def unlocking(house: House, front: Front) -> tuple[Route, ...]:
    """Everything under /unlock."""
    ground, people = house.ground, house.people
    vouching = Vouching(progress_of(house), people.interactions)
    unlocking = Unlocking(ground.database, ground.clock, house.locking, house.gate, vouching)
    links = OpenedLinks("unlock", ground.kv, front.browser, house.parking)
    return UnlockPages(unlocking, arrivals_of(house, front), links, front.pages).routes()
