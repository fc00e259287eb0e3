"""Authorization codes: issued once, redeemed once. A spent code that comes again brings its whole family down."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from idp.clients.lifetimes import shorter
from idp.core.events import Bus
from idp.core.handles import digest, new_handle
from idp.core.prepared import Prepared
from idp.core.protocol_events import CodeReplayed
from idp.oidc.tokens.family import COLUMNS, Families, Family, family_of
from idp.oidc.tokens.model import families


@dataclass(frozen=True, slots=True)
class CodeDraft:
    """What a code will stand for. `scope` is what was granted; `claims` the claims parameter (Core 5.5), read.

    `dpop_jkt` is the thumbprint of the key it is bound to (RFC 9449 10), if it is to one.
    """

    client_id: str
    subject_id: str
    session_id: str
    redirect_uri: str
    redirect_uri_given: bool
    scope: str
    nonce: str | None
    code_challenge: str | None
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime
    claims: Mapping[str, Any]
    resource: str | None
    offline: bool
    dpop_jkt: str | None = None


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long codes last, and the families born with them: `online` ones end with their session at the latest."""

    code: timedelta
    online: timedelta
    offline: timedelta


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The code was good and is spent now."""

    family: Family


@dataclass(frozen=True, slots=True)
class Replayed:
    """The code was spent before: everything that came of it has been revoked."""

    family_id: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such code of this client, or it has expired. Nothing was consumed."""


_INSERT = insert(families)
# One conditional statement: of ten racing redeems exactly one finds the row unspent (S3.1).
_REDEEM = Prepared(
    update(families)
    .where(
        families.c.code_digest == bindparam("given"),
        families.c.client_id == bindparam("by"),
        families.c.code_used_at.is_(None),
        families.c.revoked_at.is_(None),
        families.c.code_expires_at > bindparam("at", type_=families.c.code_expires_at.type),
    )
    .values(code_used_at=bindparam("at", type_=families.c.code_used_at.type))
    .returning(*COLUMNS)
)
_SPENT = select(families.c.id, families.c.subject_id, families.c.session_id).where(
    families.c.code_digest == bindparam("given"),
    families.c.client_id == bindparam("by"),
    families.c.code_used_at.is_not(None),
)


def _new_id(now: datetime) -> str:
    # No secret. It begins with the time, so that what is indexed by it grows at one end and few pages are written.
    return f"f_{int(now.timestamp() * 1000):012x}{secrets.token_urlsafe(12)}"


class Codes:
    """The store of codes. Statements run in the caller's transaction; nothing here commits."""

    def __init__(self, bus: Bus, lineage: Families, lifetimes: Lifetimes) -> None:
        self._bus = bus
        self._families = lineage
        self._lifetimes = lifetimes

    def issue(self, db: Connection, draft: CodeDraft, now: datetime, at_most: timedelta | None = None) -> str:
        """A fresh code of 256 bits that stands for `draft`, good once within its lifetime.

        What comes of it ends after `at_most`, where its client has less than everybody.
        """
        code = new_handle()
        values = asdict(draft) | {
            "id": _new_id(now),
            "code_digest": digest(code),
            "amr": list(draft.amr),
            "claims": dict(draft.claims),
            "issued_at": now,
            "code_expires_at": now + self._lifetimes.code,
            "expires_at": now + shorter(at_most, self._lifetimes.offline if draft.offline else self._lifetimes.online),
        }
        db.execute(_INSERT, values)
        return code

    def redeem(self, db: Connection, code: str, client_id: str, now: datetime) -> Redeemed | Replayed | Unknown:
        """Spends the code. Another client's try spends nothing (RFC 6749 4.1.2 binds the code to its client)."""
        given = {"given": digest(code), "by": client_id}
        row = _REDEEM.one(db, given | {"at": now})
        if row is not None:
            return Redeemed(family_of(row))
        spent = db.execute(_SPENT, given).one_or_none()
        if spent is None:
            return Unknown()
        # RFC 6749 4.1.2: whoever sends it now or sent it first may be a thief, so neither keeps anything.
        event = CodeReplayed(
            subject_id=spent.subject_id, client_id=client_id, session_id=spent.session_id, outcome="refused", reason="replay"
        )
        # Once: a code of one's own that is sent again and again must not fill the trail.
        if self._families.revoke(db, spent.id, "code_replayed", now):
            self._bus.record(db, event)
        return Replayed(spent.id)
