"""Authenticator apps of one's own: added with a code, renamed, given up."""

from dataclasses import dataclass
from datetime import datetime

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import AuthenticatorEnrolled, AuthenticatorRemoved, Bus
from idp.factors.factor import Wrong
from idp.factors.recovery_codes import RecoveryCodes
from idp.factors.totp import BadLabel, ClockOff, Enrolled, Replayed, TooMany, Totp
from idp.selfservice.changing import changing
from idp.selfservice.own import Owner
from idp.selfservice.rising import rise
from idp.sessions.session import Sessions, Started
from idp.signin.giving_up import is_last
from idp.signin.proposals import Proposals
from idp.subjects.authenticators import Authenticator, label_of, of, remove, rename
from idp.subjects.proof import Proof


@dataclass(frozen=True, slots=True)
class Added:
    """The app is the owner's, and their session has risen."""

    started: Started


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Nothing is proposed: the page was answered before, or stood open for too long."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such app, or somebody else's."""


@dataclass(frozen=True, slots=True)
class Apps:
    """Each act is one change in the owner's session (`changing`)."""

    database: Database
    clock: Clock
    bus: Bus
    sessions: Sessions
    totp: Totp
    recovery_codes: RecoveryCodes
    proposals: Proposals

    def all(self, owner: Owner) -> tuple[Authenticator, ...]:
        """The owner's apps, oldest first."""
        with self.database.reading() as db:
            return of(db, owner.subject.id, Totp.kind)

    def find(self, owner: Owner, app_id: str) -> Authenticator | None:
        """The owner's app with this id."""
        return next((app for app in self.all(owner) if app.id == app_id), None)

    def is_last(self, owner: Owner, app_id: str) -> bool:
        """Whether without this app no strong factor is left."""
        with self.database.reading() as db:
            return is_last(db, owner.subject.id, app_id)

    def has_codes(self, owner: Owner) -> bool:
        """Whether the owner has recovery codes left."""
        with self.database.reading() as db:
            return self.recovery_codes.left(db, owner.subject.id) > 0

    def add(self, owner: Owner, code: str, label: str) -> Added | Lapsed | Wrong | Replayed | ClockOff | BadLabel | TooMany:
        """Enrols the app that was shown its secret, if `code` is its code."""
        secret, now = self.proposals.find(owner.session.id, owner.subject.id), self.clock.now()
        if secret is None:
            return Lapsed()
        with changing(self.database, self.sessions, owner.session, now) as db:
            outcome = self.totp.confirm(db, owner.subject.id, secret, code, label, now)
            if not isinstance(outcome, Enrolled):
                return outcome
            new, kind = outcome.authenticator_id, Totp.kind
            self.bus.record(db, AuthenticatorEnrolled(**owner.by, kind=kind, authenticator_id=new))
            started = rise(db, self.sessions, self.bus, owner, _proof(now), now)
        self.proposals.end(owner.session.id, owner.subject.id)
        return Added(started)

    def rename(self, owner: Owner, app_id: str, typed: str) -> str | BadLabel | Unknown:
        """Names the app anew; answers the name."""
        label = label_of(typed)
        if label is None:
            return BadLabel()
        with changing(self.database, self.sessions, owner.session, self.clock.now()) as db:
            return label if rename(db, owner.subject.id, app_id, label) else Unknown()

    def remove(self, owner: Owner, app_id: str) -> Authenticator | Unknown:
        """Gives the app up, for good; answers what it was. What ends with it is for the subscribers to say."""
        with changing(self.database, self.sessions, owner.session, self.clock.now()) as db:
            app = next((one for one in of(db, owner.subject.id, Totp.kind) if one.id == app_id), None)
            if app is None or not remove(db, app.id, self.clock.now()):
                return Unknown()
            self.bus.record(db, AuthenticatorRemoved(**owner.by, kind=Totp.kind, authenticator_id=app.id))
        return app


def _proof(now: datetime) -> Proof:
    return Proof(Totp.kind, Totp.amr, Totp.strength, now)
