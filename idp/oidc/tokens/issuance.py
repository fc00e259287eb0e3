"""What the grants work with."""

from dataclasses import dataclass

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus
from idp.oidc.tokens.code import Codes
from idp.oidc.tokens.family import Families
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
