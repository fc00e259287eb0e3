"""Who is told of what: the mails to customers, and the parts that send some of their own."""

from idp.admin.api.letters import Letters
from idp.app.erasing import forget
from idp.app.house import House
from idp.core.account_events import ClosingCancelled
from idp.core.events import ActivationRefused, PasswordLocked, SecondStepProven, SignedIn
from idp.notices import CHANGES, Notices
from idp.selfservice.closing import Closings
from idp.web.render import prepare_templates


def notices_of(house: House) -> Notices:
    """The mails about events, with templates that are ready."""
    ground, people = house.ground, house.people
    prepare_templates(ground.app)
    issuer, templates = ground.settings.issuer, ground.app.jinja_env
    brands = house.parties.brands
    return Notices(issuer, brands, people.subjects, people.recovery_codes, ground.keyring, ground.clock, templates)


def letters_of(house: House) -> Letters:
    """The mails about what was done to somebody's account, by a program or on the host."""
    return Letters(notices_of(house), house.ground.clock)


def tell(house: House) -> None:
    """Lets the notices listen."""
    bus, notices = house.ground.bus, notices_of(house)
    bus.subscribe(SignedIn, notices.when_signed_in)
    bus.subscribe(PasswordLocked, notices.when_locked)
    bus.subscribe(SecondStepProven, notices.when_step_proven)
    bus.subscribe(ActivationRefused, notices.when_activation_refused)
    for kind in dict.fromkeys(kind for kind, _ in CHANGES):
        bus.subscribe(kind, notices.when_changed)
    bus.subscribe(ClosingCancelled, closings_of(house).when_cancelled)


def closings_of(house: House) -> Closings:
    """What closes accounts, on their owner's page and when their time has come."""
    ground, subjects = house.ground, house.people.subjects
    return Closings(ground.database, ground.clock, ground.bus, ground.trail, subjects, notices_of(house), forget)
