"""Dynamic registration: what lets a client register itself, and what it manages itself with."""

from idp.app.house import House
from idp.app.registering import registrar_of
from idp.clients.initial_access import InitialAccessTokens
from idp.clients.registration_tokens import RegistrationTokens
from idp.oidc.endpoints.register import Register
from idp.oidc.metadata import REGISTER
from idp.oidc.registration import Registration
from idp.oidc.registration_terms import Door
from idp.web.direct import DirectRoute


def initial_access_of(house: House) -> InitialAccessTokens:
    """The store of initial access tokens."""
    return InitialAccessTokens(house.ground.bus)


def registration(house: House) -> tuple[DirectRoute, ...]:
    """Where clients register themselves."""
    ground = house.ground
    service = Registration(
        address=ground.settings.issuer + REGISTER,
        door=Door(ground.settings.open_registration, ground.settings.open_registration_pkce_optional),
        database=ground.database,
        clock=ground.clock,
        clients=house.parties.clients,
        registrar=registrar_of(house),
        initial_access=initial_access_of(house),
        tokens=RegistrationTokens(),
        brands=house.parties.brands,
        profiles=house.protocol.authorization.profiles,
    )
    return Register(service, house.throttle).routes()
