"""Initial access tokens (RFC 7591 1.2): whoever holds one may register so many clients, until it ends."""

import secrets
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from idp.clients.registration_model import initial_access_tokens as tokens
from idp.core.events import Bus
from idp.core.handles import digest, new_handle
from idp.core.origin import current_origin
from idp.core.registration_events import InitialAccessTokenMade, InitialAccessTokenRevoked, InitialAccessTokenUsed

MOST_USES, LONGEST_DAYS = 1000, 365
State = Literal["open", "used up", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a token gives: `uses` clients of `brand` (None: of no brand) for `lasts`.

    `pkce_optional`: confidential ones may do without PKCE. Raises ValueError for numbers beyond the limits.
    """

    brand: str | None
    uses: int
    lasts: timedelta
    pkce_optional: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.uses <= MOST_USES:
            raise ValueError(f"uses: between 1 and {MOST_USES}")
        if not timedelta(days=1) <= self.lasts <= timedelta(days=LONGEST_DAYS):
            raise ValueError(f"days: between 1 and {LONGEST_DAYS}")


@dataclass(frozen=True, slots=True)
class InitialAccess:
    """A token as it is kept; `made_by` is who acted then, as the trail names them."""

    id: str
    brand: str | None
    pkce_optional: bool
    most_uses: int
    used: int
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def state(self, now: datetime) -> State:
        """Whether it still lets anybody in, and if not, why."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= now:
            return "expired"
        return "open" if self.used < self.most_uses else "used up"


_COLUMNS = [tokens.c[f.name] for f in fields(InitialAccess)]


class InitialAccessTokens:
    """The store of the tokens. Of a token itself only the digest is kept."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def make(self, db: Connection, terms: Terms, now: datetime) -> tuple[InitialAccess, str]:
        """A new token, and its text, which is seen this once."""
        handle = new_handle()
        made = InitialAccess(
            id=f"i_{secrets.token_urlsafe(9)}",
            brand=terms.brand,
            pkce_optional=terms.pkce_optional,
            most_uses=terms.uses,
            used=0,
            made_by=current_origin().actor,
            made_at=now,
            expires_at=now + terms.lasts,
            revoked_at=None,
        )
        values = {f.name: getattr(made, f.name) for f in fields(made)}
        db.execute(insert(tokens).values(digest=digest(handle), **values))
        self._bus.record(db, InitialAccessTokenMade(brand=made.brand, token_id=made.id, uses=made.most_uses))
        return made, handle

    def all(self, db: Connection) -> list[InitialAccess]:
        """Every token, the newest first."""
        return [_read(row) for row in db.execute(select(*_COLUMNS).order_by(tokens.c.made_at.desc(), tokens.c.id))]

    def made_by(self, db: Connection, actor: str) -> list[InitialAccess]:
        """Those that were made by `actor`, as the trail names them."""
        return [_read(row) for row in db.execute(select(*_COLUMNS).where(tokens.c.made_by == actor))]

    def get(self, db: Connection, token_id: str) -> InitialAccess | None:
        """The token with this id."""
        row = db.execute(select(*_COLUMNS).where(tokens.c.id == token_id)).one_or_none()
        return None if row is None else _read(row)

    def find(self, db: Connection, handle: str, now: datetime) -> InitialAccess | None:
        """The token behind `handle` while it lets somebody in; nothing is used up."""
        row = db.execute(select(*_COLUMNS).where(_open(handle, now))).one_or_none()
        return None if row is None else _read(row)

    def use(self, db: Connection, handle: str, client_id: str, now: datetime) -> bool:
        """Uses it up once, for `client_id`; of racing callers no more than its quota are told True."""
        used = update(tokens).where(_open(handle, now)).values(used=tokens.c.used + 1).returning(tokens.c.id, tokens.c.brand)
        row = db.execute(used).one_or_none()
        if row is None:
            return False
        self._bus.record(db, InitialAccessTokenUsed(client_id=client_id, brand=row.brand, token_id=row.id))
        return True

    def revoke(self, db: Connection, token_id: str, now: datetime) -> bool:
        """Ends it; False where it is not there or was revoked before."""
        running = (tokens.c.id == token_id) & tokens.c.revoked_at.is_(None)
        row = db.execute(update(tokens).where(running).values(revoked_at=now).returning(tokens.c.brand)).one_or_none()
        if row is None:
            return False
        self._bus.record(db, InitialAccessTokenRevoked(brand=row.brand, token_id=token_id))
        return True


def _open(handle: str, now: datetime) -> ColumnElement[bool]:
    lasting = (tokens.c.expires_at > now) & tokens.c.revoked_at.is_(None)
    return (tokens.c.digest == digest(handle)) & (tokens.c.used < tokens.c.most_uses) & lasting


def _read(row: Row[Any]) -> InitialAccess:
    return InitialAccess(**{f.name: getattr(row, f.name) for f in fields(InitialAccess)})
