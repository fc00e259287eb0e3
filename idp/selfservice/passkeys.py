"""Passkeys of one's own: added by the browser, renamed, given up."""

from dataclasses import dataclass
from typing import Any

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.devices import in_words
from idp.core.events import AuthenticatorEnrolled, AuthenticatorRemoved, Bus
from idp.core.origin import current_origin
from idp.factors.passkey import Passkeys, Registered
from idp.factors.passkey_ceremony import Refused
from idp.factors.passkey_record import Accepted, Record
from idp.selfservice.changing import changing
from idp.selfservice.own import Owner
from idp.selfservice.rising import rise
from idp.sessions.session import Sessions, Started
from idp.signin.giving_up import is_last
from idp.subjects.authenticators import Authenticator, label_of, remove, rename


@dataclass(frozen=True, slots=True)
class OwnPasskey:
    """One passkey of an owner, and what is known of it."""

    enrolled: Authenticator
    record: Record


@dataclass(frozen=True, slots=True)
class Added:
    """The passkey is the owner's under this label, and their session has risen. `alone`: it needs no password beside it."""

    label: str
    started: Started
    alone: bool


@dataclass(frozen=True, slots=True)
class BadLabel:
    """No name that can be shown in a list."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such passkey, or somebody else's."""


@dataclass(frozen=True, slots=True)
class OwnPasskeys:
    """Each act is one change in the owner's session (`changing`), and so are ceremonies."""

    database: Database
    clock: Clock
    bus: Bus
    sessions: Sessions
    passkeys: Passkeys

    def all(self, owner: Owner) -> tuple[OwnPasskey, ...]:
        """The owner's passkeys, oldest first."""
        with self.database.reading() as db:
            return tuple(OwnPasskey(*one) for one in self.passkeys.enrolled(db, owner.subject.id))

    def find(self, owner: Owner, passkey_id: str) -> OwnPasskey | None:
        """The owner's passkey with this id."""
        return next((one for one in self.all(owner) if one.enrolled.id == passkey_id), None)

    def accepted(self, owner: Owner) -> Accepted | None:
        """What the owner's browser may be told, so that it forgets what was removed."""
        with self.database.reading() as db:
            return self.passkeys.accepted(db, owner.subject.id)

    def is_last(self, owner: Owner, passkey_id: str) -> bool:
        """Whether without this passkey no strong factor is left."""
        with self.database.reading() as db:
            return is_last(db, owner.subject.id, passkey_id)

    def options(self, owner: Owner) -> dict[str, Any]:
        """Options for a further passkey."""
        with changing(self.database, self.sessions, owner.session, self.clock.now()) as db:
            return self.passkeys.register_options(db, owner.session.id, owner.subject)

    def add(self, owner: Owner, sent: str, typed: str) -> Added | Refused:
        """Enrols the passkey that `sent`, any text, describes; after this browser where `typed` is no name."""
        now, label = self.clock.now(), label_of(typed) or in_words(current_origin().device)
        with changing(self.database, self.sessions, owner.session, now) as db:
            made = self.passkeys.register(db, owner.session.id, owner.subject.id, sent, label, now)
            if not isinstance(made, Registered):
                return made
            new, kind = made.authenticator_id, Passkeys.kind
            self.bus.record(db, AuthenticatorEnrolled(**owner.by, kind=kind, authenticator_id=new))
            return Added(label, rise(db, self.sessions, self.bus, owner, made.proof, now), made.verifies)

    def rename(self, owner: Owner, passkey_id: str, typed: str) -> str | BadLabel | Unknown:
        """Names the passkey anew; answers the name."""
        label = label_of(typed)
        if label is None:
            return BadLabel()
        with changing(self.database, self.sessions, owner.session, self.clock.now()) as db:
            return label if rename(db, owner.subject.id, passkey_id, label) else Unknown()

    def remove(self, owner: Owner, passkey_id: str) -> bool:
        """Gives the passkey up, for good; False where it was gone. What ends with it is for the subscribers to say."""
        with changing(self.database, self.sessions, owner.session, self.clock.now()) as db:
            mine = {one.id for one, _ in self.passkeys.enrolled(db, owner.subject.id)}
            if passkey_id not in mine or not remove(db, passkey_id, self.clock.now()):
                return False
            self.bus.record(db, AuthenticatorRemoved(**owner.by, kind=Passkeys.kind, authenticator_id=passkey_id))
            return True
