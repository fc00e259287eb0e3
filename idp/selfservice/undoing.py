"""A change of e-mail or phone taken back by who reads the old contact: whoever made it may be a thief, so everything ends.

All contacts are put back as they stood before that change, before others that the same contact was told of, and before later
ones: what the thief did must not stay.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.core.account_events import ContactUndone
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus, NotMe
from idp.factors.text_code import TextCode
from idp.selfservice import contact_undos
from idp.selfservice.contact_undos import EMAIL, Undo
from idp.sessions import known_browsers
from idp.sessions.session import Sessions
from idp.signin.locking import Locking
from idp.subjects import details
from idp.subjects.phone_numbers import mobile_number
from idp.subjects.subjects import Subject, Subjects

REASON = "contact"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the link would take back: a change of `kind` (EMAIL or PHONE), as `brand` says it. `old` is empty for none."""

    brand: str | None
    kind: str
    old: str


@dataclass(frozen=True, slots=True)
class Undone:
    """It is done, and the link used up. `restored`: the old contacts are back; else somebody else has the address by now."""

    brand: str | None
    restored: bool


@dataclass(frozen=True, slots=True)
class LinkOver:
    """There is no such link, or no longer."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """Collaborators. Links are named by the digest of their handle."""

    database: Database
    clock: Clock
    bus: Bus
    subjects: Subjects
    sessions: Sessions
    text_code: TextCode
    locking: Locking

    def asked(self, handle_digest: str) -> Asked | LinkOver:
        """What the link would do. Uses nothing up."""
        with self.database.reading() as db:
            undo = contact_undos.find(db, handle_digest, self.clock.now())
            return Asked(undo.brand, undo.kind, undo.old) if undo is not None else LinkOver()

    def undo(self, handle_digest: str) -> Undone | LinkOver:
        """Puts the contacts back, ends all sessions, families and trust, and stops the password until recovery.

        Of many callers with one link, exactly one does it.
        """
        now = self.clock.now()
        with self.database.transaction() as db:
            found = contact_undos.find(db, handle_digest, now)
            if found is None:
                return LinkOver()
            self.sessions.hold_all(db, found.subject_id, now)  # first of all, as every change does: so none waits for ever
            held = self.subjects.hold(db, found.subject_id)
            undos = contact_undos.use(db, handle_digest, now)
            if held is None or held.disabled or not undos:
                return LinkOver()
            first = undos[0]
            self.locking.shut(db, held.id, first.brand, now)
            restored = self._put_back(db, held, undos, now)
            # The thief's browser may be among the known ones, and its lane must not outlive the recovery.
            known_browsers.forget_all(db, held.id)
            self.bus.record(db, NotMe(subject_id=held.id, brand=first.brand, reason=REASON))
            self.bus.record(db, ContactUndone(subject_id=held.id, brand=first.brand, reason=first.kind))
        return Undone(first.brand, restored)

    def _put_back(self, db: Connection, held: Subject, undos: tuple[Undo, ...], now: datetime) -> bool:
        # Of several changes of a kind the earliest says what was first.
        earliest = {undo.kind: undo for undo in sorted(undos, key=lambda undo: undo.id, reverse=True)}
        restored = [self._restore(db, held, undo, now) for undo in earliest.values()]
        return all(restored)

    def _restore(self, db: Connection, held: Subject, undo: Undo, now: datetime) -> bool:
        if undo.kind == EMAIL:
            if details.set_email(db, self.subjects.closed_names, held, undo.old, now):
                return True
            # Somebody else got the address meanwhile. At least the one that is there must not lead back in.
            details.doubt_email(db, held, now)
            return False
        details.set_phone(db, held, undo.old or None, now, confirmed=undo.confirmed)
        if undo.codes and (number := mobile_number(undo.old)):
            self.text_code.enrol(db, held.id, number, now)
        return True
