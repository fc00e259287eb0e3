"""The one mail of a recovery: a link, a code and, where it may be told, the username."""

from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment
from sqlalchemy import Connection

from idp.brands.brand import Brand, zone_of
from idp.core.clock import Clock
from idp.core.language import _, speaking
from idp.core.sealing import Keyring
from idp.core.wishes import language_of
from idp.recovery.asked import Waiting
from idp.recovery.case_table import LIFETIME
from idp.recovery.cases import Keys
from idp.subjects.subjects import Subject
from idp.web.mails import Mail, branded, post


@dataclass(frozen=True, slots=True)
class Letter:
    """To whom, in whose name, and whether it names the username."""

    subject: Subject
    brand: Brand
    names: bool


@dataclass(frozen=True, slots=True)
class Letters:
    """Collaborators. Links lead to `issuer`; `templates` renders the mail."""

    issuer: str
    clock: Clock
    keyring: Keyring
    templates: Environment

    def send(self, db: Connection, letter: Letter, waiting: Waiting, keys: Keys, now: datetime) -> None:
        """Puts the mail into the outbox, in the language on file, else that of the page. It perishes with its link."""
        to = letter.subject.email
        with speaking(language_of(letter.subject.locale or waiting.asked.language, letter.brand.languages)):
            payload = branded(self.templates, letter.brand, to, self._mail(letter, waiting, keys, now), now)
        post(db, self.keyring, self.clock, payload, until=now + LIFETIME, about=letter.subject.id)

    def _mail(self, letter: Letter, waiting: Waiting, keys: Keys, now: datetime) -> Mail:
        zone = zone_of(letter.brand)
        at, until = waiting.asked_at.astimezone(zone), (now + LIFETIME).astimezone(zone)
        asked = _("Somebody asked for help with signing in to your account, at %(time)s (%(device)s).", **_where(at, waiting))
        paragraphs = [asked, _("If it was you, go on with the button or the code.")]
        if letter.names:
            paragraphs.append(_("Your username: %(username)s", username=letter.subject.username))
        return Mail(
            "recovery",
            _("Your way back in"),
            paragraphs,
            _("If it was not you, there is nothing to do: without this mail nobody gets in. Give the code to nobody."),
            action={"url": f"{self.issuer}/recovery/link/{keys.handle}", "label": _("Get back in")},
            code=keys.code,
            until=f"{until:%H:%M}",
        )


def _where(at: datetime, waiting: Waiting) -> dict[str, str]:
    return {"time": f"{at:%H:%M}", "device": waiting.asked.device or _("A browser")}
