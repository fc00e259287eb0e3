"""Codes that an owner asks for on their own pages: to a contact they have, or one that is not theirs before it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection

from idp.brands.brand import Brand
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus, CodeSent, CodeWithheld
from idp.factors.sent_code import LIFETIME, Place, SentCodes
from idp.selfservice.changing import changing
from idp.selfservice.own import Owner
from idp.sessions.session import Sessions
from idp.signin.code_messages import CodeMessages
from idp.signin.outcomes import Dispatched, TooSoon, Unreachable, Withheld
from idp.signin.sending_quotas import SendQuotas, Twice, Used

# Takes the brand, where to, the code, and until when it counts; in the caller's transaction.
Writer = Callable[[Connection, Brand, str, str, datetime], None]
Sent = Dispatched | TooSoon | Withheld | Unreachable


@dataclass(frozen=True, slots=True)
class OwnSending:
    """Collaborators."""

    database: Database
    clock: Clock
    bus: Bus
    sessions: Sessions
    sent: SentCodes
    quotas: SendQuotas
    messages: CodeMessages

    def send(
        self, owner: Owner, place: Place, address: str, source: str, *, confirmed: bool = False, write: Writer | None = None
    ) -> Sent:
        """Sends a code that counts at `place` to `address`, for the network address `source`; `write` puts it into words."""
        brand, writer = self.messages.brand(owner.brand), self.messages.writers.get(place.kind)
        if brand is None or writer is None:
            self._withheld(owner, place, "unreachable")
            return Unreachable()
        counted = self.quotas.use(place, address, source, confirmed=confirmed)
        match counted:
            case Used(name, retry_after):
                self._withheld(owner, place, name)
                return Withheld(retry_after)
            case Twice():
                return TooSoon()
            case None:
                return self._dispatch(owner, place, brand, address, write or writer)
            case never:
                assert_never(never)

    def _dispatch(self, owner: Owner, place: Place, brand: Brand, address: str, write: Writer) -> Dispatched | TooSoon:
        now = self.clock.now()
        with changing(self.database, self.sessions, owner.session, now) as db:
            code = self.sent.renew(db, place, now)
            if code is None:
                return TooSoon()
            write(db, brand, address, code, now + LIFETIME)
            self.bus.record(db, CodeSent(**owner.by, kind=place.kind))
        return Dispatched()

    def _withheld(self, owner: Owner, place: Place, because: str) -> None:
        with changing(self.database, self.sessions, owner.session, self.clock.now()) as db:
            self.bus.record(db, CodeWithheld(**owner.by, kind=place.kind, outcome="refused", reason=because))
