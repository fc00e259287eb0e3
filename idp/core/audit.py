"""The audit trail: a subscriber that writes every event in the transaction that makes it true.

Personal fields are sealed per subject, so that closing an account destroys a key and no row. Each row carries an HMAC
over all its columns, made here: a row that somebody else puts in, or changes, does not match.
"""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, insert, select, update

from idp.core.audit_rows import canonical, reference_digest, row_mac
from idp.core.audit_tables import audit_entries, audit_links, trail_keys
from idp.core.audit_triggers import APPEND_ONLY_DDL
from idp.core.clock import Clock
from idp.core.database import upsert
from idp.core.events import Event
from idp.core.handles import digest
from idp.core.listed import listed
from idp.core.origin import current_origin
from idp.core.prepared import Prepared, insertion
from idp.core.sealing import Keyring, Unsealable

__all__ = ["APPEND_ONLY_DDL", "Entry", "Trail", "audit_entries", "audit_links", "row_mac", "tail", "trail_keys"]

PERSONAL = frozenset({"because", "name", "username", "given_name", "family_name", "email", "phone", "address", "device"})
UNDER_KEYRING, UNDER_TRAIL_KEY = b"K", b"S"
PURPOSE = "audit fields"
NONCE_BYTES = 12
# A key read in the transaction that makes it may be rolled back with it: only settled keys are remembered.
SETTLED = timedelta(minutes=1)
REMEMBERED_KEYS = 10_000

_INSERT = insertion(audit_entries, *(column.name for column in audit_entries.columns if column.name != "id"))
_KEY = Prepared(
    select(trail_keys.c.sealed_key, trail_keys.c.created_at).where(trail_keys.c.subject_id == bindparam("subject_id"))
)


class Trail:
    """Writes events. Subscribe `write` to every `Event`."""

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock
        self._ciphers: dict[str, AESGCM] = {}

    def write(self, db: Connection, event: Event) -> None:
        """Adds `event` to the trail, with its origin, inside the caller's transaction."""
        cipher = None if event.subject_id is None else self._cipher(db, event.subject_id)
        _INSERT.run(db, self._row(event, cipher))

    def write_all(self, db: Connection, events: Sequence[Event]) -> None:
        """Adds `events` in their order, in as many statements for many as for one: for acts on hundreds of subjects at once."""
        ciphers = self._made(db, {event.subject_id for event in events if event.subject_id is not None})
        if events:
            db.execute(insert(audit_entries), [self._row(event, ciphers.get(event.subject_id or "")) for event in events])

    def forget(self, db: Connection, subject_id: str) -> None:
        """Destroys the key of the subject's personal fields, for good: later events keep none either."""
        self._ciphers.pop(subject_id, None)
        self._make_keys(db, subject_id)
        db.execute(update(trail_keys).where(trail_keys.c.subject_id == subject_id).values(sealed_key=None))

    def _row(self, event: Event, cipher: AESGCM | None) -> dict[str, Any]:
        origin = current_origin()
        details = event.details()
        personal = {"address": origin.address, "device": origin.device, "request_id": origin.request_id}
        personal |= {name: details.pop(name) for name in PERSONAL & details.keys()}
        row = {
            "occurred_at": self._clock.now(),
            "event": event.name,
            "outcome": event.outcome,
            "reason": event.reason,
            "actor": origin.actor,
            "subject_id": event.subject_id,
            "client_id": event.client_id,
            "brand": event.brand,
            "session_digest": None if event.session_id is None else digest(event.session_id),
            "acr": event.acr,
            "amr": " ".join(event.amr),
            "details": json.loads(canonical(details)) if details else {},
            "sealed_fields": self._seal(event.subject_id, cipher, canonical(personal)),
            "reference_digest": reference_digest(self._keyring, origin.request_id) if origin.request_id else None,
            "key_id": self._keyring.key_id.hex(),
        }
        return row | {"mac": row_mac(self._keyring, row)}

    def _seal(self, subject_id: str | None, cipher: AESGCM | None, plain: bytes) -> bytes:
        if subject_id is None:
            return UNDER_KEYRING + self._keyring.seal(plain, PURPOSE)
        if cipher is None:
            # A random nonce even where nothing is kept: no two rows are alike, so a copied row collides by time and HMAC.
            return UNDER_KEYRING + self._keyring.seal(b"{}", PURPOSE)
        nonce = os.urandom(NONCE_BYTES)
        return UNDER_TRAIL_KEY + nonce + cipher.encrypt(nonce, plain, PURPOSE.encode())

    def _cipher(self, db: Connection, subject_id: str) -> AESGCM | None:
        if remembered := self._ciphers.get(subject_id):
            return remembered
        found = _KEY.one(db, {"subject_id": subject_id})
        if found is None:
            self._make_keys(db, subject_id)
            found = _KEY.one(db, {"subject_id": subject_id})
        if found is None or found[0] is None:
            return None
        sealed_key, created_at = found
        cipher = self._unsealed(subject_id, sealed_key)
        if self._clock.now() - created_at > SETTLED:
            if len(self._ciphers) >= REMEMBERED_KEYS:
                self._ciphers.clear()
            self._ciphers[subject_id] = cipher
        return cipher

    def _made(self, db: Connection, subject_ids: Collection[str]) -> dict[str, AESGCM]:
        if not subject_ids:
            return {}
        self._make_keys(db, *subject_ids)
        theirs = trail_keys.c.subject_id.in_(listed(db, list(subject_ids)))
        found = db.execute(select(trail_keys.c.subject_id, trail_keys.c.sealed_key).where(theirs))
        return {subject_id: self._unsealed(subject_id, sealed) for subject_id, sealed in found if sealed is not None}

    def _unsealed(self, subject_id: str, sealed_key: bytes) -> AESGCM:
        return AESGCM(self._keyring.open(sealed_key, _purpose(subject_id)))

    def _make_keys(self, db: Connection, *subject_ids: str) -> None:
        rows = [
            {
                "subject_id": one,
                "sealed_key": self._keyring.seal(AESGCM.generate_key(256), _purpose(one)),
                "created_at": self._clock.now(),
            }
            for one in sorted(subject_ids)  # two who make some of the same wait for each other in one direction
        ]
        db.execute(upsert(db, trail_keys).on_conflict_do_nothing(), rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the trail, as read. `personal` is empty where the subject was forgotten."""

    id: int
    occurred_at: datetime
    event: str
    outcome: str
    reason: str
    actor: str
    subject_id: str | None
    client_id: str | None
    brand: str | None
    session_digest: str | None
    acr: str | None
    amr: tuple[str, ...]
    details: dict[str, Any]
    personal: dict[str, Any]


def tail(db: Connection, keyring: Keyring, limit: int = 50, after_id: int | None = None) -> list[Entry]:
    """The newest `limit` entries, or the first `limit` after `after_id`; oldest first in either case."""
    joined = audit_entries.outerjoin(trail_keys, trail_keys.c.subject_id == audit_entries.c.subject_id)
    query = select(audit_entries, trail_keys.c.sealed_key).select_from(joined).limit(limit)
    if after_id is None:
        rows = db.execute(query.order_by(audit_entries.c.id.desc())).mappings().all()[::-1]
    else:
        rows = db.execute(query.where(audit_entries.c.id > after_id).order_by(audit_entries.c.id)).mappings().all()
    return [entry_of(keyring, row) for row in rows]


def entry_of(keyring: Keyring, row: Mapping[Any, Any]) -> Entry:
    """The entry in a row of `audit_entries`, with the `sealed_key` of its subject."""
    same = {name: row[name] for name in Entry.__dataclass_fields__ if name not in {"amr", "personal"}}
    return Entry(amr=tuple(row["amr"].split()), personal=_opened(keyring, row), **same)


def _opened(keyring: Keyring, row: Mapping[Any, Any]) -> dict[str, Any]:
    kind, body = row["sealed_fields"][:1], row["sealed_fields"][1:]
    try:
        if kind == UNDER_KEYRING:
            plain = keyring.open(body, PURPOSE)
        elif row["sealed_key"] is None:
            return {}
        else:
            cipher = AESGCM(keyring.open(row["sealed_key"], _purpose(row["subject_id"])))
            plain = cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], PURPOSE.encode())
    except (Unsealable, InvalidTag):
        return {}  # tampered rows are `verify`'s to tell; reading the rest of the trail goes on
    return dict(json.loads(plain))


def _purpose(subject_id: str) -> str:
    return f"trail key {subject_id}"
