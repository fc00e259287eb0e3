"""A mail in the brand's name and dress, as text and as HTML, ready for the outbox."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from jinja2 import Environment

from idp.brands.brand import Brand
from idp.core.language import current_language
from idp.web.render import dress


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
        "from_name": name_of_sender,
        "from_address": sender,
        "to": to,
        "subject": f"{mail.title} – {brand.name}",
        "text": templates.get_template(f"mail/{mail.name}.txt").render(context),
        "html": templates.get_template(f"mail/{mail.name}.html").render(context),
    }
