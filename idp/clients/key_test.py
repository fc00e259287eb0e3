"""Trying a key set out, before a client depends on it: fetched as it will be fetched, and each key judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp.clients.key_rules import key_reason
from idp.core.fetcher import Fetcher, FetchRefused
from idp.core.key_sets import MOST_KEYS, algorithms_of, bits_of, key_of


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key: its id, its kind and strength in words, the algorithms it is good for, or else why it is good for none."""

    kid: str
    kind: str
    algs: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class KeysFound:
    """What a key set holds; `problem` says why there is nothing to see."""

    keys: tuple[KeyLine, ...]
    problem: str = ""

    @property
    def good(self) -> bool:
        """Whether signatures can be made with one of the keys at least."""
        return any(key.algs for key in self.keys)


def try_published(fetcher: Fetcher, uri: str) -> KeysFound:
    """The key set at `uri`, by the one way on which it will be fetched for every signature too."""
    try:
        return try_given(fetcher.get_json(uri))
    except FetchRefused as refused:
        return KeysFound((), refused.because)


def try_given(jwks: object) -> KeysFound:
    """A key set that was pasted or fetched."""
    members = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
        return KeysFound((), 'this is no key set: it must be an object with a list of "keys"')
    if not members:
        return KeysFound((), "the key set is empty")
    return KeysFound(tuple(_line(member) for member in members[:MOST_KEYS]))


def _line(member: Mapping[str, Any]) -> KeyLine:
    kid, kind, curve = member.get("kid"), member.get("kty"), member.get("crv")
    reason, bits = key_reason(member), bits_of(member)
    words = " ".join(str(part)[:20] for part in (kind, curve, f"{bits} bits" if bits else None) if part is not None)
    key = key_of(member) if reason is None else None
    algs = algorithms_of(key) if key is not None else ()
    if reason is None and not algs:
        reason = "is not for signatures, by its use or alg"
    return KeyLine(str(kid)[:80] if kid is not None else "", words, algs, reason or "")
