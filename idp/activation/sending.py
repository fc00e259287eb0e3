"""Sends the codes of activations, within the quotas that hold for every code."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from idp.activation.case import Case
from idp.brands.brand import Brand
from idp.factors.sent_code import LIFETIME, Place
from idp.signin.code_messages import CodeMessages
from idp.signin.sending_quotas import SendQuotas

# Of six digits, like every code: a message that goes to nobody is as long as one that goes out.
NO_CODE = "000000"


@dataclass(frozen=True, slots=True)
class CaseSending:
    """Collaborators."""

    quotas: SendQuotas
    messages: CodeMessages

    def is_allowed(self, case: Case, address: str, *, confirmed: bool = True) -> bool:
        """Counts a message to the case's target, asked for at the network address `address`; False where it may not go out."""
        place = Place(case.target.kind, case.agreement, case.code_id)
        return self.quotas.use(place, case.target.address, address, confirmed=confirmed) is None

    def write(self, db: Connection, brand: Brand, case: Case, code: str | None, now: datetime) -> None:
        """Puts the message into the outbox. That of a ghost, or without a code, goes to nobody, and takes as long."""
        goes_out = code is not None and not case.is_ghost
        messages = self.messages if goes_out else replace(self.messages, to_nobody=True)
        messages.writers[case.target.kind](db, brand, case.target.address, code or NO_CODE, now + LIFETIME)
