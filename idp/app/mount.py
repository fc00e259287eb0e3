"""The routes: every page and endpoint is given its collaborators and mounted behind the gate."""

from idp.app.ground import Ground
from idp.app.house import House
from idp.app.issuing import issuing_routes
from idp.clients.origins import ClientOrigins
from idp.oidc.endpoints.authorize import Authorize
from idp.oidc.endpoints.consent import ConsentPages
from idp.oidc.endpoints.end_session import EndSession
from idp.oidc.endpoints.logo import Logos
from idp.oidc.posted import Posted
from idp.sessions.cookie import SessionCookie
from idp.signin.flow import Flow
from idp.signin.pages import SigninPages
from idp.web.browser import BrowserCookie
from idp.web.gate import Gate
from idp.web.health import Health
from idp.web.problems import Problems
from idp.web.render import STATIC, Pages, prepare_templates
from idp.web.routes import Route, RouteTable
from idp.web.static_files import StaticFiles


def mount(house: House) -> None:
    """Mounts everything on the ground's application."""
    ground = house.ground
    app, settings = ground.app, ground.settings
    table = RouteTable()
    browser = BrowserCookie(settings, ground.keyring.derive("csrf"))
    pages = Pages(settings, house.brands, browser, ground.clock)
    prepare_templates(app)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    Gate(settings, table, browser, ClientOrigins(ground.database, ground.clock).has).install(app)
    Problems(pages, table).install(app)
    cookie = SessionCookie(settings)
    for routes in (
        Health({"database": ground.database.ping, "kv": ground.kv.ping, "keys": house.keys.check}).routes(),
        StaticFiles(STATIC).routes(),
        _signin(house, pages, browser, cookie),
        _authorization(house, pages, browser, cookie),
        issuing_routes(house),
    ):
        table.mount(app, routes)
    app.extensions["idp"] = house
    app.extensions["idp.routes"] = table


def _signin(house: House, pages: Pages, browser: BrowserCookie, cookie: SessionCookie) -> tuple[Route, ...]:
    ground = house.ground
    flow = Flow(
        database=ground.database,
        clock=ground.clock,
        bus=ground.bus,
        subjects=house.subjects,
        password=house.password,
        sessions=house.sessions,
        interactions=house.interactions,
        throttle=house.throttle,
        name_key=ground.keyring.derive("failed name"),
        most_failures=ground.settings.source_failures,
    )
    return SigninPages(
        flow=flow,
        interactions=house.interactions,
        sessions=house.sessions,
        cookie=cookie,
        browser=browser,
        pages=pages,
        subjects=house.subjects,
        clients=house.clients,
        database=ground.database,
        clock=ground.clock,
    ).routes()


def _authorization(house: House, pages: Pages, browser: BrowserCookie, cookie: SessionCookie) -> tuple[Route, ...]:
    ground = house.ground
    lifetime = ground.settings.interaction_lifetime
    authorize = Authorize(
        authorization=house.authorization,
        sessions=house.sessions,
        cookie=cookie,
        browser=browser,
        pages=pages,
        posted=Posted(ground.kv, "authorize", lifetime),
    )
    consent = ConsentPages(
        authorization=house.authorization,
        sessions=house.sessions,
        subjects=house.subjects,
        brands=house.brands,
        database=ground.database,
        cookie=cookie,
        browser=browser,
        pages=pages,
    )
    end_session = EndSession(
        issuer=ground.settings.issuer,
        clients=house.clients,
        sessions=house.sessions,
        keys=house.keys,
        pairwise=house.pairwise,
        database=ground.database,
        clock=ground.clock,
        cookie=cookie,
        pages=pages,
        posted=Posted(ground.kv, "logout", lifetime),
    )
    logos = Logos(house.clients, house.fetcher, ground.kv)
    return (*authorize.routes(), *consent.routes(), *end_session.routes(), *logos.routes())
