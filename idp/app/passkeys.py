"""The passkeys of the house: where they sign people in, where they are made on the way, where their owners look after them."""

from datetime import timedelta

from idp.app.house import House
from idp.core.throttle import Quota
from idp.selfservice.own import Own
from idp.selfservice.passkey_endpoints import PasskeyEndpoints
from idp.selfservice.passkey_pages import OwnPasskeyPages
from idp.selfservice.passkeys import OwnPasskeys
from idp.signin.arrival import Arrivals
from idp.signin.enrolment import Enrolment
from idp.signin.offer import Offers
from idp.signin.passkey_enrol_pages import PasskeyEnrolPages
from idp.signin.passkey_enrolment import PasskeyEnrolment
from idp.signin.passkey_pages import PasskeyPages
from idp.signin.passkey_steps import PasskeySteps
from idp.signin.passkey_unasked import UnaskedPasskeys
from idp.signin.passkey_unasked_pages import UnaskedPasskeyPages
from idp.web.direct import DirectRoute
from idp.web.render import Pages
from idp.web.routes import Route

# From one source, which may be a whole office or a mobile network.
MOST_ANSWERS = 300


def at_sign_in(house: House, enrolment: Enrolment, arrivals: Arrivals, pages: Pages) -> tuple[Route, ...]:
    """The pages of a sign-in."""
    passkeys = house.people.passkeys
    steps, in_place = PasskeySteps(enrolment.progress, passkeys), PasskeyEnrolment(enrolment, passkeys)
    quota = Quota(house.throttle, "passkey", MOST_ANSWERS, timedelta(minutes=5))
    unasked = UnaskedPasskeys(Offers(enrolment.progress), passkeys)
    return (
        *PasskeyPages(steps, arrivals, pages, quota).routes(),
        *PasskeyEnrolPages(in_place, arrivals).routes(),
        *UnaskedPasskeyPages(unasked, arrivals).routes(),
    )


def of_their_owner(house: House, own: Own) -> tuple[Route, ...]:
    """The owner's own pages."""
    ground, people = house.ground, house.people
    mine = OwnPasskeys(ground.database, ground.clock, ground.bus, people.sessions, people.passkeys)
    return OwnPasskeyPages(own, mine).routes()


def for_managers(house: House) -> tuple[DirectRoute, ...]:
    """What passkey managers ask."""
    return PasskeyEndpoints.of(house.ground.settings.issuer).routes()
