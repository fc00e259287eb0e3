"""The door to our own pages: each says what it requires, and whoever lacks it goes through the same gate as everybody."""

import re
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypedDict
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from idp.brands.brand import zone_of
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.errors import Unavailable
from idp.core.kv import KV
from idp.core.language import _
from idp.core.wishes import wish
from idp.selfservice.changing import changing
from idp.sessions.context import ACR_ORDER, Requirement
from idp.sessions.cookie import SessionCookie
from idp.sessions.interaction import Interaction, Interactions
from idp.sessions.session import Session, Sessions
from idp.signin.gate import DECLINED, Gate, presented
from idp.signin.giving_up import STANDS_FOR
from idp.signin.needs import Nothing, accepted
from idp.signin.policy import strongest
from idp.subjects.subjects import Subject, Subjects
from idp.web.browser import BrowserCookie
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route

KIND, RESUME, ACCOUNT, HOME = "own", "/account/resume", "/account", "/account/security"
# Changes need a proof this recent, as strong as the subject can give (S1, re-authentication).
TO_CHANGE = timedelta(minutes=5)
SAID_FOR = timedelta(minutes=5)
THING_ID = re.compile(r"[abe]_[A-Za-z0-9_-]{22}")


class By(TypedDict):
    """Who does something on pages of their own, as every event of it tells."""

    subject_id: str
    brand: str | None
    session_id: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody at one of their own pages. `brand` is the one whose dress the pages wear."""

    session: Session
    subject: Subject
    brand: str | None

    @property
    def by(self) -> By:
        """For the events of what they do."""
        return By(subject_id=self.subject.id, brand=self.brand, session_id=self.session.id)


@dataclass(frozen=True, slots=True)
class Own:
    """Collaborators of every page of one's own."""

    issuer: str
    database: Database
    kv: KV
    clock: Clock
    subjects: Subjects
    sessions: Sessions
    interactions: Interactions
    gate: Gate
    cookie: SessionCookie
    browser: BrowserCookie
    pages: Pages
    longest_session: timedelta

    def routes(self) -> tuple[Route, ...]:
        """Where the gate sends people back to."""
        return (Route(f"{RESUME}/<interaction_id>", "own_resume", self.resume, guard=Guard.PAGE),)

    def enter(self, path: str, *, to_change: bool = False, to_add: bool = False) -> Owner | Response:
        """The owner, or the way to the gate, which comes back to `path`, an address of ours.

        `to_change`: the page changes something, so the proof must be at most 5 minutes old and the strongest there is.
        `to_add`: it adds a factor. That takes a strong one too, so whoever has none enrols their first on the way, as a payment
        would have them do, and comes back to the page that shows it.
        """
        session, now = self.sessions.find(self.cookie.read(request)), self.clock.now()
        if session is None:
            return self._prove(path, self._asked_brand(), Requirement())
        here = self._brand(session)
        with self.database.transaction() as db:
            subject = self.subjects.get(db, session.subject_id)
            if subject is None or subject.disabled:
                return self._prove(path, here, Requirement())
            brand, asked = here, Requirement()
            wish(brand=brand)
            if to_change or to_add:
                enrolled = self.gate.enrolled(db, subject)
                brand, asked = self._to_change(enrolled, here)
                if to_add and not enrolled & STANDS_FOR:
                    asked, path = Requirement(("mfa",), TO_CHANGE), HOME
            need = self.gate.need(db, subject, brand, asked, presented(session, None), now)
            self.sessions.touch(db, session, now)
        return Owner(session, subject, here) if isinstance(need, Nothing) else self._prove(path, brand, asked)

    def present(self, path: str) -> Owner | Response:
        """The owner by their running session alone, or the way to the gate: for what must not wait for a proof."""
        session = self.sessions.find(self.cookie.read(request))
        if session is None:
            return self._prove(path, self._asked_brand(), Requirement())
        here = self._brand(session)
        with self.database.reading() as db:
            subject = self.subjects.get(db, session.subject_id)
        if subject is None or subject.disabled:
            return self._prove(path, here, Requirement())
        return Owner(session, subject, here)

    def is_password_alone(self, owner: Owner) -> bool:
        """Whether nothing but the password could be asked of the owner, at any brand."""
        with self.database.reading() as db:
            _, asked = self._to_change(self.gate.enrolled(db, owner.subject), owner.brand)
        return asked.level == "pwd"

    def changing(self, owner: Owner) -> AbstractContextManager[Connection]:
        """The transaction of a change that the owner makes; see `changing`."""
        return changing(self.database, self.sessions, owner.session, self.clock.now())

    def page(self, template: str, owner: Owner, *, status: int = 200, **context: Any) -> Response:
        """`template` in the owner's brand's dress, with what was just done, which is said once."""
        said = self.kv.take(_said(owner.session))
        return self.pages.page(
            template,
            brand=owner.brand,
            status=status,
            name=owner.subject.name,
            scheme=self.issuer.partition(":")[0],
            said=said.decode() if said else "",
            **context,
        )

    def done(self, owner: Owner, said: str, path: str) -> Response:
        """On to `path`, where a line tells what was done."""
        self.kv.set(_said(owner.session), said.encode(), SAID_FOR)
        return see_other(path)

    def missing(self, brand: str | None = None) -> Response:
        """For what is not there, or is somebody else's."""
        return self.pages.problem("not_found", brand=brand, status=404, action_url=HOME, action_label=_("Sign-in and security"))

    def called(self, owner: Owner) -> str:
        """The name of who is behind the pages: the brand's, or our host."""
        brand = self.gate.brands.get(owner.brand)
        return brand.name if brand is not None else urlsplit(self.issuer).netloc

    def zone(self, owner: Owner) -> ZoneInfo:
        """Whose days the pages speak of."""
        return zone_of(self.gate.brands.get(owner.brand))

    def resume(self, interaction_id: str) -> Response:
        """GET: back from the gate to where they were going; "not now" leads to the page that shows without changing."""
        interaction = self.interactions.find(interaction_id, self.browser.digest())
        if interaction is None or interaction.kind != KIND:
            return see_other(f"/signin/{interaction_id}")
        if DECLINED not in interaction.answers and not self._is_met(interaction):
            return see_other(f"/signin/{interaction_id}")
        if self.interactions.end(interaction.id, interaction.browser) is None:
            return see_other(f"/signin/{interaction_id}")
        return see_other(HOME if DECLINED in interaction.answers else str(interaction.request["path"]))

    def revive(self, parked: dict[str, object], browser: str) -> Interaction | None:
        """Parks the way to a page of ours anew, for a sign-in page that stood open for long."""
        path, brand = str(parked["path"]), parked["brand"]
        return self._park(path, str(brand) if brand else None, Requirement(), browser)

    def _brand(self, session: Session) -> str | None:
        """The brand from which they came, by a link of its portal; it stays so for the session. Else that of the sign-in."""
        asked, key = self._asked_brand(), f"own-brand:{session.id}"
        with suppress(Unavailable):  # a matter of dress, which must not keep an owner in distress waiting
            if asked is not None:
                self.kv.set(key, asked.encode(), self.longest_session)
            elif (kept := self.kv.get(key)) is not None:
                return kept.decode()
        return asked or session.brand

    def _asked_brand(self) -> str | None:
        found = self.gate.brands.get(request.args.get("brand"))
        return found.id if found is not None else None

    def _is_met(self, interaction: Interaction) -> bool:
        session = self.sessions.find(self.cookie.read(request))
        if session is None:
            return False
        with self.database.reading() as db:
            subject = self.subjects.get(db, session.subject_id)
            if subject is None or subject.disabled:
                return False
            brings = presented(session, interaction)
            need = self.gate.need(db, subject, interaction.brand, interaction.requirement, brings, self.clock.now())
        return isinstance(need, Nothing)

    def _prove(self, path: str, brand: str | None, asked: Requirement) -> Response:
        parked = self._park(path, brand, asked, self.browser.digest())
        return see_other(f"/signin/{parked.id}")

    def _park(self, path: str, brand: str | None, asked: Requirement, browser: str) -> Interaction:
        return self.interactions.park(
            kind=KIND,
            browser=browser,
            client_id=None,
            brand=brand,
            application=None,
            requirement=asked,
            request={"path": path, "brand": brand},
        )

    def _to_change(self, enrolled: frozenset[str], brand: str | None) -> tuple[str | None, Requirement]:
        """The strongest proof the subject can give, and a brand that takes it: an account is no brand's alone."""
        everywhere = (brand, None, *(known.id for known in self.gate.brands.all()))
        level = {at: strongest(enrolled & accepted(self.gate.policy(at))) for at in everywhere}
        best = max(everywhere, key=lambda at: ACR_ORDER.index(level[at]))
        return best, Requirement((level[best],), TO_CHANGE)


def is_thing(thing_id: str) -> bool:
    """Whether `thing_id` can be that of an authenticator, a browser or a session; anything else in an address leads nowhere."""
    return THING_ID.fullmatch(thing_id) is not None


def _said(session: Session) -> str:
    return f"own-said:{session.id}"
