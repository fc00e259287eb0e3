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
from idp.core.events import Event, SignedIn
from idp.core.origin import current_origin
from idp.core.outbox import enqueue
from idp.core.sealing import Keyring
from idp.subjects.subjects import Subjects
from idp.web.render import dress

MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Notices:
    """A subscriber. `templates` renders `mail/…`, as text and as HTML."""

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

    def _send(
        self, db: Connection, subject_id: str, brand: Brand, name: str, title: str, paragraphs: list[str], not_me: str
    ) -> None:
        subject = self.subjects.get(db, subject_id)
        if subject is None or not subject.email_verified:
            return
        context = {
            "brand": dress(brand, self.clock.now()),
            "paragraphs": paragraphs,
            "action": None,
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
