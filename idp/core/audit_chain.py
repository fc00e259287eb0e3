"""The hash chain over the audit trail, made in batches behind the acting transactions, and its proof.

A link is an HMAC over the link before it and the entry's own HMAC. The signed head of each batch goes to the log, out of
the database's reach: whoever rewrites or cuts the tables cannot rewrite that.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, func, insert, select, text

from idp.core.audit import audit_entries, audit_links, row_mac
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.logs import get_log
from idp.core.sealing import Keyring, Unsealable
from idp.core.signing import Signer

PAGE = 1000
MOST_FAULTS = 1000
# PostgreSQL gives out ids before the commit: an entry may appear this far behind newer ones. SQLite writes in turn.
WINDOW = {"postgresql": 10_000, "sqlite": 0}
SOUND, FORGED = b"sound", b"forged"
AGELESS = datetime(1970, 1, 1, tzinfo=UTC)

log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: `position` counts from 1, `signed` is the text for `idp audit verify --head`."""

    position: int
    link: str
    signed: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong and where. `unlinked` is an entry that the worker passed by."""

    kind: Literal["changed", "inserted", "removed", "cut", "head", "unlinked"]
    position: int | None
    entry_id: int | None
    text: str


def chain(database: Database, keyring: Keyring, clock: Clock, limit: int = PAGE) -> Head | None:
    """Links up to `limit` entries in one transaction and logs the signed head; None where there was nothing to link.

    Two workers at once queue; positions have no gaps.
    """
    with database.reading() as db:
        if db.scalar(_unlinked(db, limit=1)) is None:
            return None
    with database.transaction() as db:
        head = _link_more(db, keyring, clock, limit)
    if head is not None:
        log.info("audit_head", position=head.position, head=head.signed)
    return head


def _link_more(db: Connection, keyring: Keyring, clock: Clock, limit: int) -> Head | None:
    if db.dialect.name == "postgresql":
        db.execute(text("LOCK TABLE audit_links IN SHARE ROW EXCLUSIVE MODE"))
    last = db.execute(select(audit_links).order_by(audit_links.c.position.desc()).limit(1)).mappings().one_or_none()
    position, link = (last["position"], last["link"]) if last is not None else (0, "")
    rows = db.execute(_unlinked(db, limit)).mappings().all()
    if not rows:
        return None
    now = clock.now()
    links = []
    for row in rows:
        position += 1
        fresh = {"position": position, "entry_id": row["id"], "head_signed_at": now if row is rows[-1] else None}
        sound = _is_sound(keyring, row)
        if not sound:
            log.error("audit_entry_forged", entry_id=row["id"])
        link = _link(keyring, keyring.key_id, link, fresh, row["mac"], SOUND if sound else FORGED)
        links.append(fresh | {"link": link})
    db.execute(insert(audit_links), links)
    return Head(position, link, _signer(keyring).sign({"position": position, "link": link}, now))


def verify(database: Database, keyring: Keyring, head: str | None = None) -> list[Fault]:
    """Reads the whole trail in pages and tells what was changed, inserted, removed or cut; at most 1000 faults.

    `head` is a signed head from the log: only with it can a chain that was cut at its end be told from a shorter one.
    """
    faults: list[Fault] = []
    with database.reading() as db:
        for source in (_faults_of_links(db, keyring), _faults_of_unlinked(db, keyring), _faults_of_head(db, keyring, head)):
            for fault in source:
                faults.append(fault)
                if len(faults) >= MOST_FAULTS:
                    return faults
    return faults


def _faults_of_links(db: Connection, keyring: Keyring) -> Iterator[Fault]:
    before: str | None = ""
    expected = 1
    for row in _linked(db):
        position, entry_id = row["position"], row["entry_id"]
        if position != expected:
            yield Fault("removed", expected, None, f"positions {expected} to {position - 1} are gone")
            before = None
        if row["id"] is None:
            yield Fault("removed", position, entry_id, "the entry is gone")
        elif before is not None and not _same_link(keyring, row, before, SOUND):
            forged = _same_link(keyring, row, before, FORGED)
            text = "the entry was not written by the provider" if forged else "the entry or its link was changed"
            yield Fault("inserted" if forged else "changed", position, entry_id, text)
        elif not _is_sound(keyring, row):
            yield Fault("changed", position, entry_id, "the entry was changed")
        before, expected = row["link"], position + 1


def _faults_of_unlinked(db: Connection, keyring: Keyring) -> Iterator[Fault]:
    horizon = (db.scalar(select(func.max(audit_links.c.entry_id))) or 0) - WINDOW[db.dialect.name]
    after = 0
    while rows := db.execute(_unlinked_after(audit_entries.c.id > after, PAGE)).mappings().all():
        for row in rows:
            if not _is_sound(keyring, row):
                yield Fault("inserted", None, row["id"], "the entry was not written by the provider")
            elif row["id"] < horizon:
                yield Fault("unlinked", None, row["id"], "the entry is older than the chain and not in it")
        after = rows[-1]["id"]


def _faults_of_head(db: Connection, keyring: Keyring, head: str | None) -> Iterator[Fault]:
    if head is None:
        return
    signed = _signer(keyring).verify(head.strip(), None, AGELESS)
    if signed is None:
        yield Fault("head", None, None, "the head was not signed here, or not entirely copied")
        return
    link = db.scalar(select(audit_links.c.link).where(audit_links.c.position == signed["position"]))
    if link is None:
        yield Fault("cut", signed["position"], None, "the chain ends before the head")
    elif link != signed["link"]:
        yield Fault("head", signed["position"], None, "the head is not in the chain")


def _linked(db: Connection) -> Iterator[RowMapping]:
    joined = audit_links.outerjoin(audit_entries, audit_entries.c.id == audit_links.c.entry_id)
    query = select(audit_links, audit_entries).select_from(joined).order_by(audit_links.c.position).limit(PAGE)
    after = -(2**62)
    while rows := db.execute(query.where(audit_links.c.position > after)).mappings().all():
        yield from rows
        after = rows[-1]["position"]


def _unlinked(db: Connection, limit: int) -> Any:
    newest = select(func.coalesce(func.max(audit_links.c.entry_id), 0)).scalar_subquery()
    return _unlinked_after(audit_entries.c.id > newest - WINDOW[db.dialect.name], limit)


def _unlinked_after(which: ColumnElement[bool], limit: int) -> Any:
    linked = exists().where(audit_links.c.entry_id == audit_entries.c.id)
    return select(audit_entries).where(which, ~linked).order_by(audit_entries.c.id).limit(limit)


def _is_sound(keyring: Keyring, row: RowMapping) -> bool:
    try:
        return hmac.compare_digest(row_mac(keyring, row), row["mac"])
    except (Unsealable, ValueError, TypeError):
        return False


def _same_link(keyring: Keyring, row: RowMapping, before: str, judgement: bytes) -> bool:
    try:
        key_id = bytes.fromhex(row["link"].partition(".")[0])
        return hmac.compare_digest(_link(keyring, key_id, before, row, row["mac"], judgement), row["link"])
    except (Unsealable, ValueError, TypeError):
        return False


def _link(keyring: Keyring, key_id: bytes, before: str, row: Any, mac: str, judgement: bytes) -> str:
    signed_at = row["head_signed_at"]
    parts: Sequence[str] = (before, str(row["position"]), str(row["entry_id"]), mac, signed_at.isoformat() if signed_at else "")
    digest = hmac.new(keyring.derive("audit link", key_id), "\n".join(parts).encode() + judgement, hashlib.sha256)
    return f"{key_id.hex()}.{digest.hexdigest()}"


def _signer(keyring: Keyring) -> Signer:
    return Signer(keyring, "audit head")
