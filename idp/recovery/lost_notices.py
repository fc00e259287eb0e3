"""What the owner is told of a factor reset, on every channel: at its start, half-way, at its end, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment
from sqlalchemy import Connection

from idp.brands.brand import Brand, zone_of
from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.core.devices import in_words
from idp.core.language import N_, _, speaking
from idp.core.origin import current_origin
from idp.core.outbox import enqueue
from idp.core.sealing import Keyring
from idp.core.wishes import Wishes, choose
from idp.factors.mail_code import MailCode
from idp.recovery.lost_half_way import PLACE, name, unwritten
from idp.recovery.lost_store import Reset
from idp.signin.code_messages import TEXT
from idp.signin.contacts import Target
from idp.subjects.subjects import Subject
from idp.web.formats import moment
from idp.web.mails import Mail, branded, post

IF_NOT_YOU = N_("If it was not you, stop it with the button, change your password, and call us: the number is below.")


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice. `label` is that of its button; `text` goes to the phone; `link` to whom there is nothing but a phone."""

    title: str
    paragraphs: tuple[str, ...]
    not_me: str
    text: str
    label: str = ""
    link: str = ""


STARTED = Telling(
    N_("Your second step is about to be removed"),
    (
        N_("Somebody proved to be you and said that your second step is lost: a phone, a passkey or an authenticator app."),
        N_("It was asked for on %(now)s: %(device)s."),
        N_("It can be removed after %(when)s. Until then nothing changes, and we write to you again half-way and at the end."),
    ),
    IF_NOT_YOU,
    N_("%(brand)s: your second step can be removed after %(when)s. Not you? Stop it: %(stop)s"),
    N_("Stop it"),
)
BY_SUPPORT = Telling(
    STARTED.title,
    (
        N_("You called us and said that your second step is lost: a phone, a passkey or an authenticator app."),
        N_("Two of our agents agreed to have it removed, on %(now)s."),
        *STARTED.paragraphs[2:],
    ),
    IF_NOT_YOU,
    STARTED.text,
    STARTED.label,
)
HALF_WAY = Telling(
    N_("Half-way: your second step is about to be removed"),
    (N_("Half of the waiting time is over. Your second step can be removed after %(when)s, unless you stop it."),),
    IF_NOT_YOU,
    N_("%(brand)s: half-way. Your second step can be removed after %(when)s. Not you? Stop it: %(stop)s"),
    N_("Stop it"),
)
READY = Telling(
    N_("You can now remove your lost second step"),
    (
        N_("The waiting time is over. Go on with the button before %(when)s: you prove once more that it is you."),
        N_("If you do nothing, nothing is removed."),
    ),
    N_("If it was not you, stop it here, change your password, and call us: %(stop)s"),
    N_("%(brand)s: your second step can now be removed, by the link in our e-mail. Not you? Stop it: %(stop)s"),
    N_("Go on"),
    N_("%(brand)s: your second step can now be removed: %(finish)s Not you? Stop it: %(stop)s"),
)
STOPPED = Telling(
    N_("Your second step stays"),
    (N_("Removing your second step was stopped. Nothing was changed."),),
    N_(
        "If you did not ask for it, somebody knows enough of you to try. Change your password and call us: the number is below."
    ),
    N_("%(brand)s: your second step stays. If you did not ask to have it removed, change your password and call us."),
)
FINISHED = Telling(
    N_("Your second step was removed"),
    (
        N_("Your passkeys, authenticator apps, codes by text and recovery codes are gone. You are signed out everywhere."),
        N_("It was done on %(now)s: %(device)s."),
        N_("Sign in and set up a new second step: until then only your password protects your account."),
    ),
    N_("If it was not you, call us at once: the number is below."),
    N_("%(brand)s: your second step was removed. If it was not you, call us at once."),
)


@dataclass(frozen=True, slots=True)
class Links:
    """Where notices lead; empty where nothing is to be done any more."""

    stop: str = ""
    finish: str = ""


@dataclass(frozen=True, slots=True)
class LostNotices:
    """Writes into the outbox, in the transaction of what is told. `templates` renders the mail; links lead to `issuer`."""

    issuer: str
    brands: Brands
    keyring: Keyring
    clock: Clock
    templates: Environment

    def tell(
        self,
        db: Connection,
        subject: Subject,
        brand_id: str | None,
        targets: Mapping[str, Target],
        telling: Telling,
        when: datetime,
        links: Links,
        asked_in: str | None = None,
        half_way: Reset | None = None,
    ) -> None:
        """Tells `subject` at all `targets`; `when` is the moment that is spoken of. `asked_in` is the language it began in.

        What is told of a wait that is `half_way` over names its end as it is once the notice leaves.
        """
        brand = self.brands.get_or_any(brand_id)
        if brand is None:
            return
        # Never the page's own language: it is the one of whoever is there, and the worker has none.
        with speaking(choose(Wishes(subject=subject.locale or "", browser=asked_in or ""), brand.languages)):
            more = unwritten(half_way, zone_of(brand)) if half_way else {}
            said = {
                "brand": brand.name,
                "when": PLACE if half_way else moment(when.astimezone(zone_of(brand))),
                "now": moment(self.clock.now().astimezone(zone_of(brand))),
                "device": in_words(current_origin().device),
                "stop": f"{self.issuer}/recovery/lost/stop/{links.stop}",
                "finish": f"{self.issuer}/recovery/lost/finish/{links.finish}",
            }
            for kind, target in targets.items():
                key = name(half_way.id, kind) if half_way else None
                if kind == MailCode.kind:
                    mail = self._mail(brand, target, telling, said, links) | more
                    post(db, self.keyring, self.clock, mail, key=key, about=subject.id)
                else:
                    text = telling.link if telling.link and MailCode.kind not in targets else telling.text
                    payload = {"to": target.address, "text": _(text, **said)} | more
                    enqueue(db, self.keyring, TEXT, payload, self.clock, key, about=subject.id, brand=brand.id)

    def _mail(self, brand: Brand, target: Target, telling: Telling, said: dict[str, str], links: Links) -> dict[str, str]:
        action = {"url": said["finish" if links.finish else "stop"], "label": _(telling.label)} if telling.label else None
        paragraphs = [_(paragraph, **said) for paragraph in telling.paragraphs]
        mail = Mail("base", _(telling.title), paragraphs, _(telling.not_me, **said), action)
        return branded(self.templates, brand, target.address, mail, self.clock.now())
