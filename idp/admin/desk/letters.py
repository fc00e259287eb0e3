"""What customers are sent by the support desk, in their language and in the brand's dress."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.admin.desk.calls import Call
from idp.brands.brand import Brand, zone_of
from idp.core.clock import Clock
from idp.core.language import N_, _, speaking
from idp.core.outbox import enqueue
from idp.core.perishable import UNTIL
from idp.core.sealing import Keyring
from idp.core.wishes import language_of
from idp.factors.text_code import TextCode
from idp.notices import Notices
from idp.signin.code_messages import TEXT
from idp.signin.contacts import Target
from idp.web.formats import on
from idp.web.mails import Mail, branded, post

NOT_CALLED = N_("If you did not call us, give the code to nobody, and call us yourself: the number is below.")
NOT_YOU = N_("If that was not you, call us at once: the number is below.")
CALLED = N_("You called us %(when)s, and our support did this for you:")

# What was done for them, by act.
DONE: Mapping[str, tuple[str, str]] = {
    "unlock": (
        N_("Your sign-in was opened again"),
        N_("Your password works again, on every device. We did not see it and did not change it."),
    ),
    "end_sessions": (
        N_("You were signed out everywhere"),
        N_("Every browser and application is signed out. Sign in again where you need to."),
    ),
    "factor_reset": (
        N_("Removing your second step was asked for"),
        N_("Nothing has changed yet. A second agent has to agree; if they do, we tell you, and a waiting time begins."),
    ),
    "factor_reset_refused": (
        N_("Your second step stays"),
        N_("A second agent did not agree to remove it. Nothing was changed."),
    ),
}


@dataclass(frozen=True, slots=True)
class DeskLetters:
    """Collaborators. `former`: the addresses that may still take a change of theirs back."""

    notices: Notices
    keyring: Keyring
    clock: Clock
    former: Callable[[Connection, str, datetime], tuple[str, ...]]

    def done(self, db: Connection, subject_id: str, brand_id: str, act: str) -> None:
        """Tells the customer what was done for them, if they have a confirmed address; and at the one they had until lately."""
        # Whoever has just changed the address may be a thief, who would hear it in place of the owner.
        also = self.former(db, subject_id, self.clock.now())
        self.notices.tell(db, subject_id, brand_id, lambda brand: self._done(brand, act), also)

    def code(self, db: Connection, call: Call, kind: str, target: Target, code: str, until: datetime) -> None:
        """Sends a code that is to be read to the agent."""
        brand, subject = call.brand, call.subject
        grouped = f"{code[:3]} {code[3:]}"
        with speaking(language_of(subject.locale, brand.languages)):
            if kind == TextCode.kind:
                said = _(
                    "%(brand)s: you called us. Read this code to the agent: %(code)s. If you did not call, tell nobody.",
                    brand=brand.name,
                    code=grouped,
                )
                payload = {"to": target.address, "text": said, UNTIL: until.isoformat()}
                enqueue(db, self.keyring, TEXT, payload, self.clock, about=subject.id, brand=brand.id)
                return
            mail = Mail(
                "base",
                _("You called us: read this code to the agent"),
                [_("Our agent on the phone asks you for it. It counts for 5 minutes, and opens nothing by itself.")],
                _(NOT_CALLED),
                code=grouped,
            )
            mailed = branded(self.notices.templates, brand, target.address, mail, self.clock.now())
        post(db, self.keyring, self.clock, mailed, until=until, about=subject.id)

    def _done(self, brand: Brand, act: str) -> Mail:
        title, text = DONE[act]
        called = _(CALLED, when=on(self.clock.now().astimezone(zone_of(brand))))
        return Mail("base", _(title), [called, _(text)], _(NOT_YOU))
