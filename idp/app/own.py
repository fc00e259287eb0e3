"""The pages of one's own account: who may enter, what there is, and where each thing is looked after."""

from idp.app import contacts, lost, own_life, passkeys
from idp.app.house import House
from idp.selfservice.app_pages import AppPages
from idp.selfservice.apps import Apps
from idp.selfservice.browser_pages import BrowserPages
from idp.selfservice.code_pages import CodePages
from idp.selfservice.lost_pages import LostPages
from idp.selfservice.mail_pages import MailPages
from idp.selfservice.overview import Overview
from idp.selfservice.own import KIND, Own
from idp.selfservice.pages import SecurityPages
from idp.selfservice.text_pages import TextPages
from idp.selfservice.texts import Texts
from idp.sessions.cookie import SessionCookie
from idp.sessions.device_cookie import DeviceCookie
from idp.signin.codes import Codes
from idp.signin.proposals import Proposals
from idp.web.browser import BrowserCookie
from idp.web.render import Pages
from idp.web.routes import Route


def account(house: House, pages: Pages, browser: BrowserCookie, cookie: SessionCookie) -> tuple[Route, ...]:
    """Everything under /account."""
    ground, people = house.ground, house.people
    own = _entrance(house, pages, browser, cookie)
    people.interactions.revivers[KIND] = own.revive
    routes = (
        *passkeys.of_their_owner(house, own),
        *AppPages(own, _apps(house)).routes(),
        *TextPages(own, _texts(house)).routes(),
        *MailPages(own, ground.bus, people.mail_code).routes(),
        *CodePages(own, ground.bus, people.recovery_codes).routes(),
        *BrowserPages(own, ground.bus, DeviceCookie(ground.settings)).routes(),
        *LostPages(own, lost.resets(house)).routes(),
        *own_life.rooms(house, own),
        *contacts.of_their_owner(house, own),
    )
    overview = Overview(own, people.recovery_codes, lost.resets(house), frozenset(route.rule for route in routes))
    routes = (*own.routes(), *SecurityPages(own, overview).routes(), *routes)
    return (*routes, *own_life.home(house, own, frozenset(route.rule for route in routes)))


def _entrance(house: House, pages: Pages, browser: BrowserCookie, cookie: SessionCookie) -> Own:
    ground, people = house.ground, house.people
    return Own(
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


def _apps(house: House) -> Apps:
    ground, people = house.ground, house.people
    return Apps(
        database=ground.database,
        clock=ground.clock,
        bus=ground.bus,
        sessions=people.sessions,
        totp=people.totp,
        recovery_codes=people.recovery_codes,
        proposals=Proposals(ground.kv, ground.keyring, people.totp),
    )


def _texts(house: House) -> Texts:
    ground, people = house.ground, house.people
    return Texts(
        database=ground.database,
        kv=ground.kv,
        keyring=ground.keyring,
        clock=ground.clock,
        bus=ground.bus,
        sessions=people.sessions,
        text_code=people.text_code,
        codes=Codes(people.totp, people.recovery_codes, people.text_code, people.mail_code),
        sending=contacts.own_sending(house),
    )
