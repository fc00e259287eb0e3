"""Notices: mail to the subject about what happened to their account, in the brand's name and dress.

A notice is enqueued in the transaction of what it tells, so nobody is told of what never happened.
"""

from dataclasses import dataclass
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from jinja2 import Environment
from sqlalchemy import Connection

from idp.brands.brand import Brand
from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.core.devices import in_words
from idp.core.events import Event, PasswordLocked, SignedIn
from idp.core.origin import current_origin
from idp.core.outbox import enqueue
from idp.core.sealing import Keyring
from idp.signin import unlock_links
from idp.subjects.subjects import Subjects
from idp.web.render import dress

MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Notices:
    """A subscriber. `templates` renders `mail/…`, as text and as HTML; links in mails lead to `issuer`."""

    issuer: str
    brands: Brands
    subjects: Subjects
    keyring: Keyring
    clock: Clock
    templates: Environment

    def when_signed_in(self, db: Connection, event: Event) -> None:
        """A browser that this subject never used before: told every time, so that the one time it matters is seen."""
        brand = self.brands.get(event.brand)
        if not isinstance(event, SignedIn) or not event.new_device or brand is None or event.subject_id is None:
            return
        at = self.clock.now().astimezone(ZoneInfo(brand.support.timezone))
        paragraphs = [f"{in_words(current_origin().device)}, on {at:%-d %B %Y at %H:%M} ({at:%Z})."]
        not_me = "If this was not you, call us at once: the number is below."
        self._send(db, event.subject_id, brand, "signed_in_new_device", "A new browser signed in", paragraphs, not_me)

    def when_locked(self, db: Connection, event: Event) -> None:
        """A lock fell: its owner is told at most once a day, with a link that opens it."""
        brand = self.brands.get(event.brand)
        if not isinstance(event, PasswordLocked) or brand is None or event.subject_id is None:
            return
        now = self.clock.now()
        handle = unlock_links.offer(db, event.subject_id, brand.id, now)
        if handle is None:
            return
        at = now.astimezone(ZoneInfo(brand.support.timezone))
        paragraphs = [f"There were several wrong passwords for your account, the last on {at:%-d %B %Y at %H:%M} ({at:%Z})."]
        paragraphs += ["We take no more passwords where they came from for now."]
        not_me = "If it was not you, say so on the same page, or call us: the number is below."
        action = {"url": f"{self.issuer}/unlock/{handle}", "label": "Say whether it was you"}
        title = "Signing in with your password is on hold"
        self._send(db, event.subject_id, brand, "password_locked", title, paragraphs, not_me, action)

    def _send(
        self,
        db: Connection,
        subject_id: str,
        brand: Brand,
        name: str,
        title: str,
        paragraphs: list[str],
        not_me: str,
        action: dict[str, str] | None = None,
    ) -> None:
        subject = self.subjects.get(db, subject_id)
        if subject is None or not subject.email_verified:
            return
        context = {
            "brand": dress(brand, self.clock.now()),
            "paragraphs": paragraphs,
            "action": action,
            "code": None,
            "not_me": not_me,
        }
        name_of_sender, sender = parseaddr(brand.mail_from)
        payload = {
            "from_name": name_of_sender,
            "from_address": sender,
            "to": subject.email,
            "subject": f"{title} – {brand.name}",
            "text": self.templates.get_template(f"mail/{name}.txt").render(context),
            "html": self.templates.get_template(f"mail/{name}.html").render(context),
        }
        enqueue(db, self.keyring, MAIL, payload, self.clock, target=subject.email.rpartition("@")[2])
