"""The door to our own pages: each says what it requires, and whoever lacks it goes through the same gate as everybody."""

from dataclasses import dataclass
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from idp.core.clock import Clock
from idp.core.database import Database
from idp.sessions.context import Requirement
from idp.sessions.cookie import SessionCookie
from idp.sessions.interaction import Interaction, Interactions
from idp.sessions.session import Session, Sessions
from idp.signin.gate import DECLINED, Gate, presented
from idp.signin.needs import Nothing
from idp.signin.policy import strongest
from idp.subjects.subjects import Subject, Subjects
from idp.web.browser import BrowserCookie
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route

KIND, RESUME, HOME = "own", "/account/resume", "/account/security"
# Changes need a proof this recent, as strong as the subject can give (S1, re-authentication).
TO_CHANGE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody at one of their own pages. `brand` is the one whose dress the pages wear."""

    session: Session
    subject: Subject
    brand: str | None


@dataclass(frozen=True, slots=True)
class Own:
    """Collaborators of every page of one's own."""

    database: Database
    clock: Clock
    subjects: Subjects
    sessions: Sessions
    interactions: Interactions
    gate: Gate
    cookie: SessionCookie
    browser: BrowserCookie
    pages: Pages

    def routes(self) -> tuple[Route, ...]:
        """Where the gate sends people back to."""
        return (Route(f"{RESUME}/<interaction_id>", "own_resume", self.resume, guard=Guard.PAGE),)

    def enter(self, path: str, *, to_change: bool = False) -> Owner | Response:
        """The owner, or the way to the gate, which comes back to `path`, an address of ours.

        `to_change`: the page changes something, so the proof must be at most 5 minutes old and the strongest there is.
        """
        session, now = self.sessions.find(self.cookie.read(request)), self.clock.now()
        if session is None:
            return self._prove(path, None, Requirement())
        with self.database.transaction() as db:
            subject = self.subjects.get(db, session.subject_id)
            if subject is None or subject.disabled:
                return self._prove(path, session.brand, Requirement())
            asked = self._requirement(self.gate.enrolled(db, subject), session.brand) if to_change else Requirement()
            need = self.gate.need(db, subject, session.brand, asked, presented(session, None), now)
            self.sessions.touch(db, session, now)
        return Owner(session, subject, session.brand) if isinstance(need, Nothing) else self._prove(path, session.brand, asked)

    def resume(self, interaction_id: str) -> Response:
        """GET: back from the gate to where they were going; "not now" leads to the page that shows without changing."""
        interaction = self.interactions.find(interaction_id, self.browser.digest())
        if interaction is None:
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
            application="your account",
            requirement=asked,
            request={"path": path, "brand": brand},
        )

    def _requirement(self, enrolled: frozenset[str], brand: str | None) -> Requirement:
        accepted = enrolled & (frozenset(self.gate.policy(brand).second_steps) | {"password"})
        return Requirement((strongest(accepted),), TO_CHANGE)
