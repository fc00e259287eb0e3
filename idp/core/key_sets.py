"""Public keys of others: from a key set they gave, or fetched from where they publish one, and remembered."""

import threading
from base64 import urlsafe_b64decode
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from idp.core.clock import Clock
from idp.core.errors import Unavailable
from idp.core.fetcher import GET_SECONDS, Fetcher, FetchRefused
from idp.core.logs import get_log
from idp.core.rooms import Rooms

log = get_log(__name__)
REMEMBERED = timedelta(minutes=10)
REFETCH_AT_MOST_EVERY = timedelta(seconds=30)
MOST_KEYS = 20
# Threads that fetch, or wait for one that does: whoever invents signatures of clients whose servers hang must not hold all.
MOST_AT_ONCE, MOST_OF_ONE = 7, 5
# Sets that were fetched: clients may publish theirs elsewhere as often as they like.
MOST_REMEMBERED = 2000
SHORTEST_RSA = 2048
# Whoever brings keys of their own, and then signatures without end, must not have us compute for long: a modulus of 16384 bits
# with an exponent of 64, which is 11 signs of base64url, takes a hundred times as long as the usual one.
LONGEST_RSA, LONGEST_EXPONENT = 8192, 6
# Core 10.1: where there are several keys, a signature names its own.
MOST_TRIED = 4
Key = RSAKey | ECKey | OKPKey
_Place = tuple[str, str]  # whose, and where

FITS: dict[str, tuple[str, str | None]] = {
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
}


@dataclass(frozen=True, slots=True)
class _Fetched:
    at: datetime
    keys: tuple[Key, ...]


class KeySets:
    """Finds the keys that a signature of somebody else may be made with."""

    def __init__(self, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._fetched: dict[_Place, _Fetched] = {}
        self._given: dict[str, tuple[Mapping[str, Any], tuple[Key, ...]]] = {}
        self._locks: defaultdict[_Place, threading.Lock] = defaultdict(threading.Lock)
        self._rooms = Rooms(MOST_AT_ONCE, MOST_OF_ONE)

    def given(self, owner: str, jwks: Mapping[str, Any], kid: str | None, alg: str) -> list[Key]:
        """The keys of the set `jwks` of `owner` that fit `alg` and, where the signature names one, `kid`; a few at most."""
        known = self._given.get(owner)
        if known is None or known[0] != jwks:
            known = self._given[owner] = (jwks, usable_keys(jwks))
        return _fitting(known[1], kid, alg)

    def published(self, owner: str, uri: str, kid: str | None, alg: str, seconds: float = GET_SECONDS) -> list[Key]:
        """The same of the set that `owner` keeps at `uri`, within `seconds` where it has to be fetched.

        An unknown kid fetches it again, at most every 30 seconds, so that its owner can rotate by themselves. Raises
        `Unavailable` where too many threads wait for servers already, and the set was never seen.
        """
        # Not by the address alone: a client that registers anew at its old address must not wait for what it was before.
        place, deadline = (owner, uri), monotonic() + seconds
        found = _fitting(self._of(place, REMEMBERED, deadline), kid, alg)
        return found or _fitting(self._of(place, REFETCH_AT_MOST_EVERY, deadline), kid, alg)

    def _of(self, place: _Place, no_older_than: timedelta, deadline: float) -> tuple[Key, ...]:
        # Asked before the lock: whoever sends invented kids while the address hangs holds up no good signature.
        if (fresh := self._known(place, no_older_than)) is not None:
            return fresh
        with self._rooms.room(place[1]) as found:
            if found:
                return self._awaited(place, no_older_than, deadline)
        known = self._fetched.get(place)
        if known is None:
            raise Unavailable("too many threads wait for key sets")
        return known.keys

    def _awaited(self, place: _Place, no_older_than: timedelta, deadline: float) -> tuple[Key, ...]:
        lock, uri = self._locks[place], place[1]  # one address that hangs holds up nobody else's
        if not lock.acquire(timeout=max(0.0, deadline - monotonic())):
            return ()
        try:
            if (fresh := self._known(place, no_older_than)) is not None:
                return fresh
            known, now = self._fetched.get(place), self._clock.now()
            try:
                fetched = _Fetched(now, usable_keys(self._fetcher.get_json(uri, max(0.001, deadline - monotonic()))))
            except FetchRefused as refused:
                log.warning("jwks_not_fetched", uri=uri, because=refused.because)
                # What was good stays: a key server that is down for an hour does not lock its owner out.
                fetched = _Fetched(now, known.keys if known is not None else ())
            self._keep(place, fetched)
            return fetched.keys
        finally:
            lock.release()

    def _keep(self, place: _Place, fetched: _Fetched) -> None:
        self._fetched.pop(place, None)
        for oldest in list(self._fetched)[: max(0, len(self._fetched) + 1 - MOST_REMEMBERED)]:
            self._fetched.pop(oldest, None)
            self._locks.pop(oldest, None)
        self._fetched[place] = fetched

    def _known(self, place: _Place, no_older_than: timedelta) -> tuple[Key, ...] | None:
        known = self._fetched.get(place)
        return known.keys if known is not None and self._clock.now() - known.at < no_older_than else None


def key_of(member: Any) -> Key | None:
    """The key that a member of a set is; None for one of a kind we do not know, or a broken one, or one that costs too much."""
    try:
        found = KeySet.import_key_set({"keys": [member]}).keys[0]
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None
    if isinstance(found, RSAKey) and (len(member["e"]) > LONGEST_EXPONENT or (bits_of(member) or 0) > LONGEST_RSA):
        return None
    return found if isinstance(found, Key) else None


def bits_of(member: Mapping[str, Any]) -> int | None:
    """The length of an RSA key's modulus; None for kinds that are all of one size, and where there is none to read."""
    modulus = member.get("n")
    if member.get("kty") != "RSA" or not isinstance(modulus, str):
        return None
    try:
        return int.from_bytes(urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))).bit_length()
    except ValueError:
        return None


def usable_keys(jwks: Mapping[str, Any]) -> tuple[Key, ...]:
    """The keys of a set that a signature may be made with: known, whole, and strong."""
    members = jwks.get("keys")
    known = (member for member in (members[:MOST_KEYS] if isinstance(members, list) else ()) if isinstance(member, dict))
    strong = (member for member in known if (bits_of(member) or SHORTEST_RSA) >= SHORTEST_RSA)
    # A key of a kind we do not know does not spoil the others (RFC 7517 5).
    return tuple(key for member in strong if (key := key_of(member)) is not None)


def algorithms_of(key: Key) -> tuple[str, ...]:
    """The algorithms that a signature with this key can be made with."""
    return tuple(alg for alg in FITS if _fitting((key,), None, alg))


def _fitting(keys: tuple[Key, ...], kid: str | None, alg: str) -> list[Key]:
    kind, curve = FITS.get(alg, ("", None))
    fitting = [
        key
        for key in keys
        if key.key_type == kind
        and (curve is None or getattr(key, "curve_name", None) == curve)
        and (kid is None or key.kid == kid)
        and key.get("alg") in (None, alg)
        and key.get("use") in (None, "sig")
    ]
    return fitting[:MOST_TRIED]
