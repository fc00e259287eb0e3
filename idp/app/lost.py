"""Lost second factors: the pages, the worker's part, and what stops a reset."""

from datetime import timedelta

from idp.app import sending
from idp.app.front import Front
from idp.app.house import House
from idp.app.recovery import ASKING_WINDOW, MOST_ASKED, hashing_of, ways_of
from idp.app.signing_in import arrivals_of, codes_of, flow_of
from idp.core.throttle import Quota
from idp.recovery.lost import LostResets
from idp.recovery.lost_asks import LostAsks
from idp.recovery.lost_codes import LostCodes
from idp.recovery.lost_finishing import LostFinishing
from idp.recovery.lost_link_pages import LostLinkPages
from idp.recovery.lost_notices import LostNotices
from idp.recovery.lost_objections import OBJECTIONS
from idp.recovery.lost_pages import LostPages
from idp.recovery.lost_proof_pages import LostProofPages
from idp.recovery.lost_proofs import LostProofs
from idp.recovery.lost_proving import LostProving
from idp.recovery.lost_reach import Reach
from idp.recovery.lost_saying import LostSaying
from idp.signin.attempt import Attempts
from idp.signin.contacts import Contacts
from idp.web.opened_links import OpenedLinks
from idp.web.routes import Route


def pages(house: House, front: Front) -> tuple[Route, ...]:
    """Everything under /recovery/lost."""
    ground, lost, arrivals = house.ground, resets(house), arrivals_of(house, front)
    proving = LostProving(
        database=ground.database,
        clock=ground.clock,
        bus=ground.bus,
        proofs=lost.proofs,
        asks=LostAsks(ground.keyring),
        flow=flow_of(house),
        codes=codes_of(house.people),
        throttle=house.throttle,
        agreements=house.protocol.agreement_checks,
    )
    finishing = LostFinishing(
        resets=lost,
        interactions=house.people.interactions,
        recovery_codes=house.people.recovery_codes,
        new_passwords=house.new_passwords,
        hashing=hashing_of(house),
        locking=house.locking,
    )
    saying = LostSaying(ways_of(house, front), front.pages)
    asking = Quota(house.throttle, "lost", MOST_ASKED, ASKING_WINDOW)
    stops, finishes = (OpenedLinks(name, ground.kv, front.browser, house.parking) for name in ("lost-stop", "lost-finish"))
    return (
        *LostPages(proving, lost, finishing, arrivals, saying, asking).routes(),
        *LostProofPages(proving, arrivals).routes(),
        *LostLinkPages(lost, finishing, stops, finishes, saying).routes(),
        *saying.routes(),
    )


def resets(house: House) -> LostResets:
    """The resets that run."""
    ground, parties, people = house.ground, house.parties, house.people
    notices = LostNotices(ground.settings.issuer, parties.brands, ground.keyring, ground.clock, ground.app.jinja_env)
    proofs = LostProofs(people.subjects, people.password, Attempts(ground.kv), parties.brands, _reach(house))
    return LostResets(ground.database, ground.clock, ground.bus, ground.keyring, proofs, notices)


def codes(house: House) -> LostCodes:
    """What the worker sends codes with."""
    ground, people = house.ground, house.people
    return LostCodes(
        database=ground.database,
        clock=ground.clock,
        bus=ground.bus,
        asks=LostAsks(ground.keyring),
        subjects=people.subjects,
        reach=_reach(house),
        codes=people.sent_codes,
        quotas=sending.quotas(house),
        messages=sending.messages(house),
        lifetime=ground.settings.interaction_lifetime,
    )


def listen(house: House) -> None:
    """Whoever proves what was said to be lost, has something new, or takes somebody else to be at it, stops a reset."""
    lost = resets(house)
    for event in OBJECTIONS:
        house.ground.bus.subscribe(event, lost.when_objected)


def _reach(house: House) -> Reach:
    ground = house.ground
    delay = timedelta(hours=ground.settings.recovery_delay)
    channels = sending.messages(house).channels
    return Reach(Contacts(house.people.text_code), channels, ground.keyring, delay)
