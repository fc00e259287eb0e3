"""The way back in: its pages, and the worker's part that answers."""

from datetime import timedelta

from idp.app.front import Front
from idp.app.house import House
from idp.app.signing_in import arrivals_of, progress_of
from idp.core.throttle import Quota
from idp.recovery.answering import Answering
from idp.recovery.asking_pages import AskingPages
from idp.recovery.letters import Letters
from idp.recovery.pages import RecoveryPages
from idp.recovery.recovering import Recovering
from idp.recovery.way import Ways
from idp.recovery.whose import Whose
from idp.signin.vouching import Vouching
from idp.web.opened_links import OpenedLinks
from idp.web.render import prepare_templates
from idp.web.routes import Route

# One source may be a whole office; each case that is asked for takes a row for an hour.
MOST_ASKED = 30
ASKING_WINDOW = timedelta(minutes=15)


def pages(house: House, front: Front) -> tuple[Route, ...]:
    """Everything under /recovery."""
    ground, people = house.ground, house.people
    recovering = Recovering(
        database=ground.database,
        clock=ground.clock,
        bus=ground.bus,
        subjects=people.subjects,
        asked_cases=house.asked_cases,
        cases=house.recovery_cases,
        locking=house.locking,
        vouching=Vouching(progress_of(house), people.interactions),
        new_passwords=house.new_passwords,
        hashing=hashing_of(house),
    )
    ways = ways_of(house, front)
    links = OpenedLinks("recovery", ground.kv, front.browser, house.parking)
    asking = Quota(house.throttle, "recovery", MOST_ASKED, ASKING_WINDOW)
    before = AskingPages(recovering, ways, links, front.pages, asking, ground.clock)
    return (*before.routes(), *RecoveryPages(recovering, ways, arrivals_of(house, front), links, front.pages).routes())


def hashing_of(house: House) -> Quota:
    """How often one source may set a password on any way back in."""
    return Quota(house.throttle, "recovery password", MOST_ASKED, ASKING_WINDOW)


def ways_of(house: House, front: Front) -> Ways:
    """Where browsers in a recovery came from."""
    ground, scheme = house.ground, house.ground.settings.issuer.partition(":")[0]
    return Ways(ground.kv, front.browser, house.parties.brands, house.people.interactions, scheme, house.parking)


def answering(house: House) -> Answering:
    """What the worker answers cases with."""
    ground, parties, subjects = house.ground, house.parties, house.people.subjects
    prepare_templates(ground.app)  # the worker mounts no pages, which would have done it
    whose = Whose(
        database=ground.database,
        clock=ground.clock,
        subjects=subjects,
        asked_cases=house.asked_cases,
        brands=parties.brands,
        throttle=house.throttle,
        checks=house.protocol.agreement_checks,
    )
    return Answering(
        database=ground.database,
        clock=ground.clock,
        bus=ground.bus,
        asked_cases=house.asked_cases,
        cases=house.recovery_cases,
        subjects=subjects,
        brands=parties.brands,
        throttle=house.throttle,
        whose=whose,
        letters=Letters(ground.settings.issuer, ground.clock, ground.keyring, ground.app.jinja_env),
    )
