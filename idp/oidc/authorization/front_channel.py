"""What an answer brings: a code, or tokens themselves, for clients that are registered for them (Core 3.2, 15.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.core.protocol_events import CodeRedeemed
from idp.oidc.authorization.case import Case
from idp.oidc.authorization.response_types import TOKEN, through_the_browser, words_of
from idp.oidc.tokens.code import Redeemed
from idp.oidc.tokens.issuance import Issuance

# Signs, so it is called when the transaction is over.
Brings = Callable[[], dict[str, str]]


@dataclass(frozen=True, slots=True)
class FrontChannel:
    """Spends a code as it is born, where tokens are to come: they are a family like any other, and end like any other."""

    issuance: Issuance

    def earn(self, db: Connection, case: Case, code: str, now: datetime) -> Brings | None:
        """What the answer brings; None where its subject may get nothing any more."""
        client, request = case.client, case.matched.request
        if not through_the_browser(request.response_type):
            return lambda: {"code": code}
        redeemed = self.issuance.codes.redeem(db, code, client.id, now)
        family = redeemed.family if isinstance(redeemed, Redeemed) else None
        standing = self.issuance.families.standing(db, family, client.brand, now) if family is not None else None
        if family is None or standing is None:
            return None
        self.issuance.record(db, CodeRedeemed, client, family)
        minting, access_token = self.issuance.minting, TOKEN in words_of(request.response_type)
        audience = minting.audience(client, family.resource, ())
        return lambda: minting.for_browser(client, standing, access_token=access_token, audience=audience, now=now)
