"""A case: an activation under way in one browser, from the brand's verdict to its end. Brief, so it lives in the KV, sealed.

It holds what the brand told, never what the person typed to be recognised.
"""

import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from enum import Enum

from idp.activation.targets import Target
from idp.core.kv import KV
from idp.core.sealing import Keyring, Unsealable
from idp.factors.mail_code import MailCode
from idp.sessions.interaction import Interaction

LIFETIME = timedelta(minutes=25)


class Stage(Enum):
    """What comes next. Server state alone decides it (S3.2)."""

    CODE = "code"
    SUPPORT = "support"
    EMAIL_CODE = "email_code"
    CONFIRMED = "confirmed"
    # What a confirmed contact leads to.
    EMAIL = "email"
    CHOOSE = "choose"
    ADD = "add"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`number` is the customer number at `brand`; a ghost, which no code ever confirms, has none.

    `code_id` names the code that is waited for, `email` and `phone` are confirmed as soon as they stand here.
    `agreement` is the keyed digest of the agreement's number.
    """

    brand: str
    agreement: str
    target: Target
    stage: Stage
    number: str = ""
    given_name: str = ""
    family_name: str = ""
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    code_id: str = field(default_factory=lambda: f"v_{secrets.token_urlsafe(16)}")

    @property
    def is_ghost(self) -> bool:
        """Whether nothing can come of it."""
        return not self.number

    def confirmed(self) -> "Case":
        """The same, with the contact that the code came back from."""
        if self.target.kind == MailCode.kind:
            return replace(self, stage=Stage.CONFIRMED, email=self.target.address)
        return replace(self, stage=Stage.CONFIRMED, phone=self.target.address)

    def sent_to(self, target: Target) -> "Case":
        """The same, waiting for another code that goes to an address its owner typed."""
        return replace(self, target=target, stage=Stage.EMAIL_CODE, code_id=f"v_{secrets.token_urlsafe(16)}")


@dataclass(frozen=True, slots=True)
class Cases:
    """The store: one case for an interaction, and so for its browser."""

    kv: KV
    keyring: Keyring

    def find(self, interaction: Interaction) -> Case | None:
        """The case under way; None where there is none, it was left for too long, or it cannot be read any more."""
        sealed = self.kv.get(_key(interaction))
        try:
            return _from_json(json.loads(self.keyring.open(sealed, _key(interaction)))) if sealed else None
        except (Unsealable, ValueError, KeyError, TypeError):
            return None

    def keep(self, interaction: Interaction, case: Case) -> None:
        """Stores how far it has come, for 25 minutes from now."""
        plain = asdict(case) | {"stage": case.stage.value}
        self.kv.set(_key(interaction), self.keyring.seal(json.dumps(plain).encode(), _key(interaction)), LIFETIME)

    def end(self, interaction: Interaction) -> None:
        """Forgets it."""
        self.kv.delete(_key(interaction))


def _from_json(value: dict[str, object]) -> Case:
    target = value.pop("target")
    if not isinstance(target, dict):
        raise TypeError("a case without a target")
    return Case(**{**value, "target": Target(**target), "stage": Stage(value["stage"])})  # type: ignore[arg-type]


def _key(interaction: Interaction) -> str:
    return f"activation:{interaction.id}"
