"""Codes by text of one's own: a number is turned on once a code has come back from it, and turned off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import AuthenticatorEnrolled, AuthenticatorRemoved, Bus
from idp.core.handles import digest
from idp.core.kv import KV
from idp.core.sealing import Keyring, Unsealable
from idp.factors.sent_code import Place
from idp.factors.text_code import TextCode
from idp.selfservice.changing import changing
from idp.selfservice.own import Owner
from idp.selfservice.own_sending import OwnSending, Sent
from idp.selfservice.rising import rise
from idp.sessions.session import Sessions, Started
from idp.signin.codes import Codes
from idp.signin.outcomes import Dispatched, Paused, WrongCode
from idp.subjects.authenticators import Authenticator, of, remove
from idp.subjects.phone_numbers import mobile_number
from idp.subjects.proof import Proof

PENDING_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class NoMobile:
    """What was typed is not the number of a mobile that a text may go to."""


@dataclass(frozen=True, slots=True)
class TurnedOn:
    """Codes go to the number from now on, and the owner's session has risen."""

    started: Started


@dataclass(frozen=True, slots=True)
class Lapsed:
    """No number waits for its code."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Each act is one change in the owner's session (`changing`).

    The number that waits for its code stays here, sealed; a form brings the code alone (S3.7).
    """

    database: Database
    kv: KV
    keyring: Keyring
    clock: Clock
    bus: Bus
    sessions: Sessions
    text_code: TextCode
    codes: Codes
    sending: OwnSending

    def enrolled(self, owner: Owner) -> Authenticator | None:
        """The number that codes go to now, its label masked."""
        with self.database.reading() as db:
            return next(reversed(of(db, owner.subject.id, TextCode.kind)), None)

    def pending(self, owner: Owner) -> str | None:
        """The number that waits for its code."""
        sealed = self.kv.get(_key(owner))
        try:
            return self.keyring.open(sealed, _purpose(owner)).decode() if sealed else None
        except Unsealable:
            return None

    def send(self, owner: Owner, typed: str, source: str) -> Sent | NoMobile:
        """Texts a code to the number that was typed, for the network address `source`."""
        number = mobile_number(typed)
        if number is None:
            return NoMobile()
        sent = self.sending.send(owner, _place(owner, number), number, source)
        if isinstance(sent, Dispatched):
            self._wait(owner, number)
        return sent

    def confirm(self, owner: Owner, typed: str) -> TurnedOn | WrongCode | Paused | Lapsed:
        """Turns codes on for the number that waits, if `typed` is the code that went there."""
        number, now, kind = self.pending(owner), self.clock.now(), TextCode.kind
        if number is None:
            return Lapsed()
        with changing(self.database, self.sessions, owner.session, now) as db:
            place = _place(owner, number)
            verdict = self.codes.prove(db, owner.subject.id, place.interaction_id, kind, typed, now)
            if not isinstance(verdict, Proof):
                return verdict
            # A number that is exchanged is given up, with what that ends.
            self._removed(db, owner, of(db, owner.subject.id, kind))
            new = self.text_code.enrol(db, owner.subject.id, number, now)
            self.bus.record(db, AuthenticatorEnrolled(**owner.by, kind=kind, authenticator_id=new))
            started = rise(db, self.sessions, self.bus, owner, verdict, now)
        self.kv.delete(_key(owner))
        return TurnedOn(started)

    def turn_off(self, owner: Owner) -> bool:
        """No more codes by text; False where there were none."""
        with changing(self.database, self.sessions, owner.session, self.clock.now()) as db:
            return self._removed(db, owner, of(db, owner.subject.id, TextCode.kind))

    def _wait(self, owner: Owner, number: str) -> None:
        self.kv.set(_key(owner), self.keyring.seal(number.encode(), _purpose(owner)), PENDING_FOR)

    def _removed(self, db: Connection, owner: Owner, given_up: Iterable[Authenticator]) -> bool:
        gone = [one for one in given_up if remove(db, one.id, self.clock.now())]
        for one in gone:
            self.bus.record(db, AuthenticatorRemoved(**owner.by, kind=one.kind, authenticator_id=one.id))
        return bool(gone)


def _place(owner: Owner, number: str) -> Place:
    # Of this number too: a code that went to one must not turn on another.
    return Place(TextCode.kind, owner.subject.id, digest(f"{owner.session.id} {number}"))


def _key(owner: Owner) -> str:
    return f"own-number:{owner.session.id}"


def _purpose(owner: Owner) -> str:
    return f"own number {owner.session.id} {owner.subject.id}"
