"""Sends the codes of activations, within quotas of their own."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection

from idp.activation.case import Case
from idp.brands.brand import Brand
from idp.factors.sent_code import LIFETIME, Place
from idp.signin.code_messages import CodeMessages
from idp.signin.sending_quotas import SendQuotas, Twice, Used

# Of six digits, like every code: a message that goes to nobody is as long as one that goes out.
NO_CODE = "000000"
# Why nothing goes out where the same was asked for a moment ago.
TWICE = "twice"


@dataclass(frozen=True, slots=True)
class CaseSending:
    """Collaborators."""

    quotas: SendQuotas
    messages: CodeMessages

    def refusal(self, case: Case, address: str, *, confirmed: bool = True) -> str:
        """Counts a message to the case's target, asked for at the network address `address`.

        Empty, or why it may not go out: the quota that is used up, or `twice`.
        """
        # Strangers ask for these: what they use up must not be what its owner needs at a sign-in. An address that nobody has
        # confirmed is only ever a stranger's, so all share its one quota.
        kind = f"activation_{case.target.kind}" if confirmed else case.target.kind
        used = self.quotas.use(Place(kind, case.agreement, case.code_id), case.target.address, address, confirmed=confirmed)
        match used:
            case None:
                return ""
            case Used(name):
                return name
            case Twice():
                return TWICE
            case never:
                assert_never(never)

    def write(self, db: Connection, brand: Brand, case: Case, code: str | None, now: datetime) -> None:
        """Puts the message into the outbox. That of a ghost, or without a code, goes to nobody, and takes as long."""
        goes_out = code is not None and not case.is_ghost
        messages = self.messages if goes_out else replace(self.messages, to_nobody=True)
        messages.writers[case.target.kind](db, brand, case.target.address, code or NO_CODE, now + LIFETIME)
