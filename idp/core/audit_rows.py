"""What of a row of the trail is proven: its canonical form, its HMAC, and the digest by which a reference is found."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from idp.core.audit_tables import audit_entries
from idp.core.sealing import Keyring, Unsealable

# What came later than the first rows is part of the HMAC where it has a value: rows that were written before stay provable.
LATER = "reference_digest"
MAC_COLUMNS = tuple(column.name for column in audit_entries.columns if column.name not in {"id", "mac", LATER})
DIGEST_DIGITS = 32
# References are counted, and their last digits count within a block.
BLOCK_DIGITS = 2


def row_mac(keyring: Keyring, row: Mapping[Any, Any]) -> str:
    """The HMAC over every column but `id` and `mac`, under the key that `key_id` names. Raises `Unsealable` without it."""
    key = keyring.derive("audit row", bytes.fromhex(row["key_id"]))
    later = [] if row[LATER] is None else [row[LATER]]
    return hmac.digest(key, canonical([row[name] for name in MAC_COLUMNS] + later), hashlib.sha256).hex()


def is_sound(keyring: Keyring, row: Mapping[Any, Any]) -> bool:
    """Whether the provider wrote `row` just so."""
    try:
        return hmac.compare_digest(row_mac(keyring, row), row["mac"])
    except (Unsealable, ValueError, TypeError):
        return False


def reference_digest(keyring: Keyring, reference: str, key_id: bytes | None = None) -> str:
    """What stands in a row for the reference that support is told.

    The reference itself is sealed and goes with its subject's key. References are counted, so only a digest under a key
    that is not in the database keeps them from being tried out. Its first half is that of the block: what is written at one
    time stands together in the index, and few pages of it are written.
    """
    key = keyring.derive("audit reference", key_id)
    return _half(key, reference[:-BLOCK_DIGITS]) + _half(key, reference)


@lru_cache(maxsize=64)
def _half(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[: DIGEST_DIGITS // 2]


def canonical(value: Any) -> bytes:
    """`value` as the one JSON text it has."""
    return _ENCODER.encode(value).encode()


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case set() | frozenset():
            return sorted(value)
        case _:
            raise TypeError(f"an event cannot carry a {type(value).__name__}")


_ENCODER = json.JSONEncoder(default=_plain, sort_keys=True, separators=(",", ":"))
