"""The pages where online access begins."""

from dataclasses import replace
from datetime import timedelta

from idp.activation.case import Cases
from idp.activation.case_codes import CaseCodes
from idp.activation.checking import Checking
from idp.activation.code_pages import CodePages
from idp.activation.confirming import Confirming
from idp.activation.desk import KIND, Desk
from idp.activation.end_pages import EndPages
from idp.activation.finishing import Finishing
from idp.activation.pages import ActivationPages
from idp.activation.sending import CaseSending
from idp.activation.targets import Targets
from idp.app import sending
from idp.app.front import Front
from idp.app.house import House
from idp.app.signing_in import arrivals_of, progress_of
from idp.core.language import N_
from idp.core.throttle import Quota
from idp.web.routes import Route

# A source may be a whole office or a mobile network; whoever tries agreements one after the other does not get far.
MOST_CHECKS, CHECKING_WINDOW = 30, timedelta(hours=1)
NOT_ME = N_(
    "If it was not you, somebody knows the number of your agreement, your date of birth and your postcode. Without this code "
    "they get no further: give it to nobody, and tell us. The number is below."
)


def activating(house: House, front: Front) -> tuple[Route, ...]:
    """Everything under /activate."""
    ground, people = house.ground, house.people
    cases, codes = Cases(ground.kv, ground.keyring), CaseCodes(ground.keyring)
    messages = replace(sending.messages(house), not_me=NOT_ME)
    sends = CaseSending(sending.quotas(house), messages)
    finishing = Finishing(progress_of(house), house.new_passwords, cases, house.throttle)
    desk = Desk(arrivals_of(house, front), house.parties.brands, cases, finishing, ground.clock)
    people.interactions.revivers[KIND] = desk.revive
    checking = Checking(
        database=ground.database,
        clock=ground.clock,
        bus=ground.bus,
        subjects=people.subjects,
        checks=house.protocol.agreement_checks,
        throttle=house.throttle,
        source=Quota(house.throttle, "activation", MOST_CHECKS, CHECKING_WINDOW),
        targets=Targets(ground.keyring.derive("activation target"), frozenset(messages.writers)),
        cases=cases,
        codes=codes,
        sending=sends,
        key=ground.keyring.derive("activation agreement"),
    )
    confirming = Confirming(ground.database, ground.clock, ground.bus, cases, codes, sends)
    return ActivationPages(desk, checking, CodePages(desk, confirming), EndPages(desk)).routes()
