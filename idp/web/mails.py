"""A mail in the brand's name and dress, as text and as HTML, and its way into the outbox."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from jinja2 import Environment
from sqlalchemy import Connection

from idp.brands.brand import Brand, zone_of
from idp.core.clock import Clock
from idp.core.devices import in_words
from idp.core.language import _, current_language
from idp.core.origin import current_origin
from idp.core.outbox import enqueue
from idp.core.perishable import UNTIL
from idp.core.sealing import Keyring
from idp.web.formats import on
from idp.web.inert import one_line
from idp.web.render import dress

MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Mail:
    """What is said: `name` is that of the templates `mail/…`, `action` a button (`url`, `label`), `not_me` the last line.

    `until` is the time of day at which what it carries ends.
    """

    name: str
    title: str
    paragraphs: list[str]
    not_me: str
    action: dict[str, str] | None = None
    code: str | None = None
    until: str = ""


def branded(templates: Environment, brand: Brand, to: str, mail: Mail, now: datetime) -> dict[str, str]:
    """The payload of `mail` for the outbox, to the address `to`, in the current language."""
    context = {
        "brand": dress(brand, now),
        "heading": mail.title,
        "paragraphs": mail.paragraphs,
        "action": mail.action,
        "code": mail.code,
        "until": mail.until,
        "not_me": mail.not_me,
        "lang": current_language(),
    }
    name_of_sender, sender = parseaddr(brand.mail_from)
    return {
        "brand": brand.id,
        "from_name": name_of_sender,
        "from_address": sender,
        "to": to,
        "subject": one_line(f"{mail.title} – {brand.name}"),
        "text": templates.get_template(f"mail/{mail.name}.txt").render(context),
        "html": templates.get_template(f"mail/{mail.name}.html").render(context),
    }


def post(
    db: Connection,
    keyring: Keyring,
    clock: Clock,
    payload: dict[str, Any],
    *,
    until: datetime | None = None,
    kind: str = MAIL,
    key: str | None = None,
    about: str | None = None,
) -> None:
    """Puts a `branded` mail into the outbox, in the caller's transaction; from `until` on it is not delivered any more.

    What has a `key` is sent once, and its fate can be asked. `about` is the id of the subject who is told.
    """
    perishes = {UNTIL: until.isoformat()} if until is not None else {}
    # Mailboxes at one provider share a receiver, so that one that hangs holds up no other.
    target = str(payload["to"]).rpartition("@")[2]
    enqueue(db, keyring, kind, payload | perishes, clock, key, target=target, about=about, brand=payload.get("brand"))


def where(brand: Brand, now: datetime) -> str:
    """Where the call under way came from, and when: "Firefox on Linux, on 3 October 2026 at 14:05 (BST)."."""
    return _("%(browser)s, %(when)s.", browser=in_words(current_origin().device), when=on(now.astimezone(zone_of(brand))))
