"""Refresh tokens: each is good once and names its successor. One that comes back too late brings its family down."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, null, select, update

from idp.clients.lifetimes import shorter
from idp.core.events import Bus
from idp.core.handles import dated_digest, new_dated_handle
from idp.core.prepared import Prepared, insertion
from idp.core.protocol_events import RefreshReused
from idp.core.sealing import Keyring
from idp.oidc.tokens.family import COLUMNS, Families, Family, Standing, family_of
from idp.oidc.tokens.model import families, refresh_tokens


@dataclass(frozen=True, slots=True)
class Found:
    """A refresh token as it is stored, whatever it is worth."""

    digest: str
    family: Family
    predecessor: str | None
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    successor_sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Good:
    """The token may be used: unspent, or spent so lately that the same successor is due again."""

    standing: Standing
    found: Found


@dataclass(frozen=True, slots=True)
class Rotated:
    """The successor; `first` for the one call of many that made it."""

    token: str
    first: bool


@dataclass(frozen=True, slots=True)
class Reused:
    """The token was spent, and its successor has been used or the grace is over: the family has been revoked."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such token of this client, or it has expired, or what it came from has ended."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long refresh tokens last: unused where offline, and after use while the successor is unused."""

    offline_idle: timedelta
    grace: timedelta


_NOW = bindparam("at", type_=refresh_tokens.c.used_at.type)
_OWN = ("digest", "predecessor", "issued_at", "expires_at", "used_at", "successor_sealed")
_FIND = Prepared(
    select(*(refresh_tokens.c[name] for name in _OWN), *COLUMNS)
    .join(families, families.c.id == refresh_tokens.c.family_id)
    .where(refresh_tokens.c.digest == bindparam("given"))
)
_SPEND = Prepared(
    update(refresh_tokens)
    .where(refresh_tokens.c.digest == bindparam("given"), refresh_tokens.c.used_at.is_(None))
    .values(used_at=_NOW, successor_sealed=bindparam("sealed", type_=refresh_tokens.c.successor_sealed.type))
)
_SPENT = select(refresh_tokens.c.used_at, refresh_tokens.c.successor_sealed).where(
    refresh_tokens.c.digest == bindparam("given")
)
_FORGET = Prepared(update(refresh_tokens).where(refresh_tokens.c.digest == bindparam("given")).values(successor_sealed=null()))
_RENEW = Prepared(
    update(refresh_tokens)
    .where(refresh_tokens.c.digest == bindparam("given"))
    .values(expires_at=bindparam("end", type_=refresh_tokens.c.expires_at.type))
)
_INSERT = insertion(refresh_tokens, "digest", "family_id", "predecessor", "issued_at", "expires_at")


class RefreshTokens:
    """The store of refresh tokens. Statements run in the caller's transaction; nothing here commits."""

    def __init__(self, bus: Bus, keyring: Keyring, lineage: Families, limits: Limits) -> None:
        self._bus = bus
        self._keyring = keyring
        self._families = lineage
        self._limits = limits

    def issue(self, db: Connection, standing: Standing, now: datetime, idle: timedelta | None = None) -> str:
        """The first refresh token of a family; good for `idle` alone where its client has less than everybody."""
        token = new_dated_handle(now)
        self._store(db, standing, token, None, now, idle)
        return token

    def find(self, db: Connection, token: str) -> Found | None:
        """The token as it is stored."""
        row = _FIND.one(db, {"given": dated_digest(token)})
        if row is None:
            return None
        own = dict(zip(_OWN, row, strict=False))
        return Found(family=family_of(row[len(_OWN) :]), **own)

    def look(self, db: Connection, token: str, client_id: str, brand: str | None, now: datetime) -> Good | Reused | Unknown:
        """What the token is worth to this client. Spends nothing, so that a refused scope costs the client nothing."""
        found = self.find(db, token)
        if found is None or found.family.client_id != client_id:
            return Unknown()
        if found.used_at is not None and not self._in_grace(found, now):
            return self._report(db, found, now)
        standing = self._families.standing(db, found.family, brand, now)
        if standing is None or found.expires_at <= now:
            return Unknown()
        return Good(standing, found)

    def rotate(self, db: Connection, good: Good, now: datetime, idle: timedelta | None = None) -> Rotated | Reused:
        """The successor, as in `issue`, of a token that `look` found good. Of ten racing calls one makes it; all get it."""
        given, successor = good.found.digest, new_dated_handle(now)
        sealed = self._keyring.seal(successor.encode(), _purpose(given))
        if _SPEND.run(db, {"given": given, "at": now, "sealed": sealed}) == 1:
            self._store(db, good.standing, successor, given, now, idle)
            if good.found.predecessor is not None:
                # This one is in use, so its owner has it: from here on the older one in other hands means theft.
                _FORGET.run(db, {"given": good.found.predecessor})
            return Rotated(successor, True)
        spent = db.execute(_SPENT, {"given": given}).one()
        if spent.successor_sealed is None or now - spent.used_at > self._limits.grace:
            return self._report(db, good.found, now)
        return Rotated(self._keyring.open(spent.successor_sealed, _purpose(given)).decode(), False)

    def renew(self, db: Connection, good: Good, now: datetime, idle: timedelta | None = None) -> None:
        """A token that is not replaced was used: from now on it may be unused for as long again."""
        end = self._end(good.standing.family, now, idle)
        _RENEW.run(db, {"given": good.found.digest, "end": end})

    def _in_grace(self, found: Found, now: datetime) -> bool:
        if found.successor_sealed is None or found.used_at is None:
            return False
        return now - found.used_at <= self._limits.grace

    def _report(self, db: Connection, found: Found, now: datetime) -> Reused:
        family = found.family
        event = RefreshReused(
            subject_id=family.subject_id,
            client_id=family.client_id,
            session_id=family.session_id,
            outcome="refused",
            reason="reuse",
        )
        if self._families.revoke(db, family.id, "refresh_reused", now):
            self._bus.record(db, event)
        return Reused()

    def _store(
        self,
        db: Connection,
        standing: Standing,
        token: str,
        predecessor: str | None,
        now: datetime,
        idle: timedelta | None,
    ) -> None:
        family = standing.family
        row = {
            "digest": dated_digest(token),
            "family_id": family.id,
            "predecessor": predecessor,
            "issued_at": now,
            "expires_at": self._end(family, now, idle),
        }
        _INSERT.run(db, row)

    def _end(self, family: Family, now: datetime, idle: timedelta | None) -> datetime:
        # Online, the session's own idle time bounds what is not used.
        unused = self._limits.offline_idle if family.offline else family.expires_at - now
        return min(now + shorter(idle, unused), family.expires_at)


def _purpose(given: str) -> str:
    return f"refresh successor of {given}"
