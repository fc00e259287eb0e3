"""The pages on which customers look after what they sign in with."""

from idp.app import passkeys
from idp.app.house import House
from idp.selfservice.app_pages import AppPages
from idp.selfservice.apps import Apps
from idp.selfservice.browser_pages import BrowserPages
from idp.selfservice.code_pages import CodePages
from idp.selfservice.overview import Overview
from idp.selfservice.own import KIND as OWN
from idp.selfservice.own import Own
from idp.selfservice.pages import SecurityPages
from idp.selfservice.proposals import Proposals
from idp.sessions.cookie import SessionCookie
from idp.sessions.device_cookie import DeviceCookie
from idp.web.browser import BrowserCookie
from idp.web.render import Pages
from idp.web.routes import Route


def own_pages(house: House, pages: Pages, browser: BrowserCookie, cookie: SessionCookie) -> tuple[Route, ...]:
    """Every page under /account, and the way back to them from the gate."""
    ground, people = house.ground, house.people
    own = Own(
        issuer=ground.settings.issuer,
        database=ground.database,
        kv=ground.kv,
        clock=ground.clock,
        subjects=people.subjects,
        sessions=people.sessions,
        interactions=people.interactions,
        gate=house.gate,
        cookie=cookie,
        browser=browser,
        pages=pages,
        longest_session=ground.settings.session_absolute,
    )
    people.interactions.revivers[OWN] = own.revive
    proposals = Proposals(ground.kv, ground.keyring, people.totp)
    apps = Apps(
        database=ground.database,
        clock=ground.clock,
        bus=ground.bus,
        subjects=people.subjects,
        sessions=people.sessions,
        totp=people.totp,
        recovery_codes=people.recovery_codes,
        proposals=proposals,
    )
    routes = (
        *passkeys.of_their_owner(house, own),
        *AppPages(own, apps).routes(),
        *CodePages(own, ground.bus, people.recovery_codes).routes(),
        *BrowserPages(own, ground.bus, DeviceCookie(ground.settings)).routes(),
    )
    overview = Overview(own, people.recovery_codes, frozenset(route.rule for route in routes))
    return (*own.routes(), *SecurityPages(own, overview).routes(), *routes)
