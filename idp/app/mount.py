"""The routes: every page and endpoint is given its collaborators and mounted behind the gate."""

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import chain

from idp.app import console_desk, contacts, demo, lost, own, passkeys, recovery
from idp.app.activating import activating
from idp.app.admin_api import admin_api
from idp.app.console import console
from idp.app.front import Front
from idp.app.house import PARKING_WINDOW, House
from idp.app.leaving import logout
from idp.app.metering import checks_of, metrics
from idp.app.registration import registration
from idp.app.signing_in import signing_in, unlocking
from idp.app.telling import tell
from idp.clients.origins import ClientOrigins
from idp.clients.secret_use import SecretUse
from idp.core.errors import IdpError, Unavailable
from idp.core.metrics import REFUSALS
from idp.core.throttle import Quota
from idp.oidc.assertion import Assertions
from idp.oidc.client_auth import ClientAuthenticator
from idp.oidc.dpop import Proofs
from idp.oidc.dpop_nonces import Nonces
from idp.oidc.endpoints.authorize import Authorize
from idp.oidc.endpoints.check_session import CheckSession
from idp.oidc.endpoints.consent import ConsentPages
from idp.oidc.endpoints.discovery import Discovery
from idp.oidc.endpoints.introspect import Introspect
from idp.oidc.endpoints.jwks import Jwks
from idp.oidc.endpoints.logo import Logos
from idp.oidc.endpoints.par import PushedAuthorization
from idp.oidc.endpoints.revoke import Revoke
from idp.oidc.endpoints.token import Token
from idp.oidc.endpoints.userinfo import UserInfoEndpoint
from idp.oidc.metadata import provider_metadata
from idp.oidc.posted import Posted
from idp.oidc.server import TokenServer
from idp.oidc.tokens.shown import ShownTokens
from idp.oidc.userinfo import UserInfo
from idp.sessions.cookie import STATE, SessionCookie
from idp.signin.strength_pages import StrengthPages
from idp.web.address import Callers, TrustedProxies
from idp.web.beneath import beneath
from idp.web.browser import BrowserCookie
from idp.web.call import Hears
from idp.web.direct import Direct, DirectRoute
from idp.web.gate import Gate
from idp.web.health import Health
from idp.web.languages import Languages
from idp.web.observed import observed
from idp.web.problems import Problems
from idp.web.render import STATIC, Pages
from idp.web.routes import Route, RouteTable
from idp.web.static_files import StaticFiles

# While a password is typed, it is judged about twice a second.
MOST_JUDGED = 600
JUDGING_WINDOW = timedelta(minutes=5)


def mount(house: House, certificate_ends: datetime | None = None) -> None:
    """Mounts everything on the ground's application. `certificate_ends` is told by `/metrics`."""
    ground = house.ground
    app, settings = ground.app, ground.settings
    table = RouteTable()
    browser = BrowserCookie(settings, ground.keyring.derive("csrf"))
    languages = Languages(settings, house.parties.brands)
    pages = Pages(settings, house.parties.brands, browser, ground.clock, languages)
    callers = Callers(TrustedProxies(settings.trusted_proxies))
    Gate(settings, table, browser, callers, languages).install(app)
    hears = _hearing(house)
    Problems(pages, hears).install(app)
    direct = Direct(settings, callers, ClientOrigins(ground.database, ground.clock).has, hears)
    served = beneath(direct.before(app.wsgi_app), settings)
    app.wsgi_app = observed(served, ground.meter)  # type: ignore[method-assign, assignment]
    tell(house)
    # What waits is refused before what runs is stopped: allowed in between by somebody else, it runs by then, and is stopped.
    console_desk.listen(house)
    lost.listen(house)
    front = Front(pages, browser, SessionCookie(settings, house.people.pairwise))
    checks = checks_of(house)
    table.mount(app, chain.from_iterable(_rooms(house, front, languages)))
    direct.mount((*Health(checks).routes(), *metrics(house, certificate_ends).routes(), *_machines(house)))
    with suppress(Unavailable):
        house.protocol.keys.public_set()  # read now, so that it can be told when the database has gone away
    app.extensions["idp"] = house
    app.extensions["idp.routes"] = table
    app.extensions["idp.direct"] = direct


def _rooms(house: House, front: Front, languages: Languages) -> tuple[tuple[Route, ...], ...]:
    """The pages, by what they are for."""
    return (
        StaticFiles(STATIC).routes(),
        languages.routes(),
        signing_in(house, front),
        unlocking(house, front),
        activating(house, front),
        StrengthPages(house.new_passwords, _judging(house)).routes(),
        own.account(house, front.pages, front.browser, front.cookie),
        recovery.pages(house, front),
        lost.pages(house, front),
        contacts.taking_back(house, front),
        console(house, front),
        _authorization(house, front),
        logout(house, front),
        demo.pages(house, front) if house.ground.settings.demo else (),
    )


def _hearing(house: House) -> Hears:
    """Who learns of a refused request: it is counted, and the cause kept for whoever asks."""

    def hear(path: str, error: IdpError) -> None:
        house.ground.meter.add(REFUSALS, error.code)
        house.protocol.refusals.note(path, error)

    return hear


def _pushing(house: House) -> Quota:
    return Quota(house.throttle, "push", house.ground.settings.pushed_requests, PARKING_WINDOW)


def _judging(house: House) -> Quota:
    return Quota(house.throttle, "judge", MOST_JUDGED, JUDGING_WINDOW)


def _authorization(house: House, front: Front) -> tuple[Route, ...]:
    ground, people, parties = house.ground, house.people, house.parties
    authorize = Authorize(
        authorization=house.protocol.authorization,
        sessions=people.sessions,
        cookie=front.cookie,
        browser=front.browser,
        pages=front.pages,
        posted=Posted(ground.kv, "authorize", ground.settings.interaction_lifetime, house.parking),
    )
    consent = ConsentPages(
        authorization=house.protocol.authorization,
        sessions=people.sessions,
        subjects=people.subjects,
        brands=parties.brands,
        database=ground.database,
        cookie=front.cookie,
        browser=front.browser,
        pages=front.pages,
    )
    logos = Logos(parties.clients, parties.fetcher, ground.kv)
    return (*authorize.routes(), *consent.routes(), *logos.routes())


def _machines(house: House) -> tuple[DirectRoute, ...]:
    ground, protocol = house.ground, house.protocol
    issuer, database, clock = ground.settings.issuer, ground.database, ground.clock
    assertions = Assertions(issuer, f"{issuer}/token", house.parties.client_keys, ground.kv, clock)
    authenticator = ClientAuthenticator(
        house.parties.clients, assertions, database, ground.bus, clock, house.throttle, SecretUse(database, clock)
    )
    nonces = Nonces(ground.keyring.derive("dpop nonces"), clock) if ground.settings.dpop_nonces else None
    proofs = Proofs(ground.kv, clock, nonces)
    tokens = ShownTokens(issuer, proofs, protocol.inspection.access_tokens, clock)
    userinfo = UserInfo(issuer, database, protocol.inspection, protocol.keys)
    languages = Languages(ground.settings, house.parties.brands).offered(None)
    return (
        *Discovery.of(provider_metadata(issuer, languages, protocol.authorization.profiles.values())).routes(),
        *passkeys.for_managers(house),
        *registration(house),
        *admin_api(house, tokens).routes(),
        *CheckSession.of(STATIC, ground.settings.cookie_name(STATE)).routes(),
        *Jwks(protocol.keys).routes(),
        *Token(f"{issuer}/token", TokenServer(authenticator, proofs, protocol.issuance, house.ground.meter)).routes(),
        *PushedAuthorization(
            f"{issuer}/par", authenticator, protocol.authorization, proofs, house.parking, _pushing(house)
        ).routes(),
        *UserInfoEndpoint(userinfo, tokens, clock).routes(),
        *Introspect(
            issuer, f"{issuer}/introspect", authenticator, protocol.inspection, protocol.keys, database, clock
        ).routes(),
        *Revoke(f"{issuer}/revoke", authenticator, protocol.inspection, database, clock).routes(),
    )
