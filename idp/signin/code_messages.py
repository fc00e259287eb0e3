"""A code on its way: the text and the mail that carry it. Both say what it is for, and that nobody asks for it.

They are in the language of the page where it was asked for, for that is where somebody waits for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment
from sqlalchemy import Connection

from idp.brands.brand import Brand, zone_of
from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.core.devices import in_words
from idp.core.language import N_, _
from idp.core.origin import current_origin
from idp.core.outbox import enqueue
from idp.core.perishable import UNTIL
from idp.core.sealing import Keyring
from idp.factors.mail_code import MailCode
from idp.factors.text_code import TextCode
from idp.web.formats import on
from idp.web.mails import MAIL, Mail, branded, post

TEXT = "text"
# A page must not tell by its time whether a message goes out: so one that must not is written too, and delivered to nobody.
NOBODY = "nobody"
NOT_ME = N_("If it was not you, somebody knows your password: call us, the number is below. Give the code to nobody.")


@dataclass(frozen=True, slots=True)
class CodeMessages:
    """Writes messages into the outbox. `host` is the provider's, without a port; `channels` are the kinds that can be sent.

    `not_me` is what a mail says to whoever did not ask for it. `to_nobody`: they are written like any other, and thrown away.
    """

    host: str
    brands: Brands
    keyring: Keyring
    clock: Clock
    templates: Environment
    channels: frozenset[str]
    not_me: str = NOT_ME
    to_nobody: bool = False

    @property
    def writers(self) -> Mapping[str, Callable[[Connection, Brand, str, str, datetime], None]]:
        """By kind of code: takes the brand, where to, the code, and until when it counts; in the caller's transaction."""
        writers = {TextCode.kind: self._text, MailCode.kind: self._mail}
        return {kind: write for kind, write in writers.items() if kind in self.channels}

    def brand(self, brand_id: str | None) -> Brand | None:
        """In whose name a message goes out; any brand's, where the application belongs to none."""
        return self.brands.get_or_any(brand_id)

    def _text(self, db: Connection, brand: Brand, to: str, code: str, until: datetime) -> None:
        # The last line binds the code to our address: phones fill it in nowhere else (WICG, origin-bound one-time codes).
        said = _("%(code)s is your %(brand)s code. We never ask for it by phone.", code=code, brand=brand.name)
        text = f"{said}\n\n@{self.host} #{code}"
        payload = {"to": to, "text": text, UNTIL: until.isoformat()}
        enqueue(db, self.keyring, self._leaves_as(TEXT), payload, self.clock, brand=brand.id)

    def _mail(self, db: Connection, brand: Brand, to: str, code: str, until: datetime) -> None:
        now = self.clock.now()
        at = now.astimezone(zone_of(brand))
        mail = Mail(
            "code",
            _("Your code"),
            [_("Where it was asked for: %(browser)s, %(when)s.", browser=in_words(current_origin().device), when=on(at))],
            _(self.not_me),
            code=code,
        )
        payload = branded(self.templates, brand, to, mail, now)
        post(db, self.keyring, self.clock, payload, until=until, kind=self._leaves_as(MAIL))

    def _leaves_as(self, kind: str) -> str:
        return NOBODY if self.to_nobody else kind
