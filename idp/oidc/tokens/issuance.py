"""What the grants work with."""

from dataclasses import dataclass

from sqlalchemy import Connection

from idp.clients.client import Client
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.event import Event
from idp.core.events import Bus
from idp.oidc.tokens.code import Codes
from idp.oidc.tokens.family import Families, Family
from idp.oidc.tokens.minting import Minting
from idp.oidc.tokens.refresh import RefreshTokens
from idp.sessions.session import Sessions


@dataclass(frozen=True, slots=True)
class Issuance:
    """The stores of what is issued, and the mint."""

    database: Database
    bus: Bus
    clock: Clock
    sessions: Sessions
    families: Families
    codes: Codes
    refresh_tokens: RefreshTokens
    minting: Minting

    def record(self, db: Connection, what: type[Event], client: Client, family: Family) -> None:
        """Records in the caller's transaction that `client` got tokens of `family`, by what."""
        event = what(
            subject_id=family.subject_id,
            client_id=client.id,
            brand=client.brand,
            session_id=family.session_id,
            acr=family.acr,
            amr=family.amr,
        )
        self.bus.record(db, event)
