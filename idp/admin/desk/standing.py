"""How a customer's account stands, in a few lines: enough to see what ails it, and nothing to take away."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from idp.admin.desk import masks
from idp.core.clock import Clock
from idp.factors.text_code import TextCode
from idp.recovery.lost import LostResets
from idp.sessions import listing
from idp.signin.contacts import Contacts
from idp.signin.locking import Locking
from idp.subjects.authenticators import of
from idp.subjects.subjects import Subject
from idp.web.formats import moment

KINDS = {
    "passkey": "passkey",
    "totp": "authenticator app",
    "text_code": "codes by text",
    "mail_code": "codes by e-mail",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Collaborators."""

    clock: Clock
    locking: Locking
    resets: LostResets
    contacts: Contacts

    def of(self, db: Connection, subject: Subject, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
        """What it is called, and how it stands, line by line; moments in `zone`."""
        now = self.clock.now()
        kinds = [one.kind for one in of(db, subject.id)]
        steps = [
            f"{KINDS[kind]}{f' ({kinds.count(kind)})' if kinds.count(kind) > 1 else ''}" for kind in KINDS if kind in kinds
        ]
        phone = self.contacts.target(db, subject, TextCode.kind)
        reset = self.resets.running(db, subject.id)
        running = listing.count(db, subject.id, now)
        return (
            ("Password", "none yet" if "password" not in kinds else "locked" if self._locked(db, subject) else "open"),
            ("Second steps", ", ".join(steps) or "none"),
            ("E-mail", f"{masks.address(subject.email)}, {'confirmed' if subject.email_verified else 'not confirmed'}"),
            ("Phone", phone.shown if phone is not None else "none confirmed"),
            ("Signed in", f"in {running} browser{'' if running == 1 else 's'}" if running else "nowhere"),
            ("Second-step reset", f"can be finished after {moment(reset.ready_at.astimezone(zone))}" if reset else "none"),
        )

    def _locked(self, db: Connection, subject: Subject) -> bool:
        return self.locking.is_locked(db, subject.id, self.clock.now())
