"""What the chain is made of: links, signed heads, and the anchor that a cut leaves behind.

A link is an HMAC over the link before it and the entry's own HMAC.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, select, text

from idp.core.audit_tables import audit_cuts, audit_entries, audit_links
from idp.core.sealing import Keyring, Unsealable
from idp.core.signing import Signer

PAGE = 1000
# PostgreSQL gives out ids before the commit: an entry may appear this far behind newer ones. SQLite writes in turn.
WINDOW = {"postgresql": 10_000, "sqlite": 0}
SOUND, FORGED = b"sound", b"forged"
AGELESS = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the trail begins: everything up to `position` was cut. `entry_id` is the highest id among what was."""

    position: int = 0
    link: str = ""
    entry_id: int = 0


def hold(db: Connection) -> None:
    """Keeps everybody else from adding and removing links until the transaction ends. SQLite writes in turn anyway."""
    if db.dialect.name == "postgresql":
        db.execute(text("LOCK TABLE audit_links IN SHARE ROW EXCLUSIVE MODE"))


def link_of(keyring: Keyring, key_id: bytes, before: str, row: Mapping[Any, Any], mac: str, judgement: bytes) -> str:
    """The link in `row` to an entry with `mac`, after the link `before`. Raises `Unsealable` without the key."""
    signed_at = row["head_signed_at"]
    parts: Sequence[str] = (before, str(row["position"]), str(row["entry_id"]), mac, signed_at.isoformat() if signed_at else "")
    digest = hmac.new(keyring.derive("audit link", key_id), "\n".join(parts).encode() + judgement, hashlib.sha256)
    return f"{key_id.hex()}.{digest.hexdigest()}"


def is_link(keyring: Keyring, row: Mapping[Any, Any], before: str, judgement: bytes) -> bool:
    """Whether the provider put the link in `row` behind `before`, with that judgement of the entry."""
    try:
        key_id = bytes.fromhex(row["link"].partition(".")[0])
        return hmac.compare_digest(link_of(keyring, key_id, before, row, row["mac"], judgement), row["link"])
    except (Unsealable, ValueError, TypeError):
        return False


def head_signer(keyring: Keyring) -> Signer:
    """Signs the end of the chain, for the log."""
    return Signer(keyring, "audit head")


def sign_cut(keyring: Keyring, anchor: Anchor, now: datetime) -> str:
    """What proves a cut."""
    value = {"position": anchor.position, "link": anchor.link, "entry_id": anchor.entry_id}
    return _cut_signer(keyring).sign(value, now)


def open_cut(keyring: Keyring, row: Mapping[Any, Any]) -> Anchor | None:
    """The anchor in a row of `audit_cuts`; None where the provider did not write it."""
    value = _cut_signer(keyring).verify(row["signed"], None, AGELESS)
    if value is None or value["position"] != row["position"]:
        return None
    return Anchor(value["position"], value["link"], value["entry_id"])


def last_cut(db: Connection, keyring: Keyring) -> Anchor:
    """Where the trail begins by the last cut of our own."""
    for row in db.execute(select(audit_cuts).order_by(audit_cuts.c.position.desc())).mappings():
        anchor = open_cut(keyring, row)
        if anchor is not None:
            return anchor
    return Anchor()


def horizon(db: Connection, anchor: Anchor) -> int:
    """Entries up to this id are in the chain, or never will be."""
    newest = db.scalar(select(func.max(audit_links.c.entry_id))) or 0
    return max(newest - WINDOW[db.dialect.name], anchor.entry_id)


def unlinked(which: ColumnElement[bool], limit: int) -> Any:
    """A query for entries without a link, in the order of their ids."""
    linked = exists().where(audit_links.c.entry_id == audit_entries.c.id)
    return select(audit_entries).where(which, ~linked).order_by(audit_entries.c.id).limit(limit)


def _cut_signer(keyring: Keyring) -> Signer:
    return Signer(keyring, "audit cut")
