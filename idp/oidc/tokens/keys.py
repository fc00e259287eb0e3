"""The provider's signing keys: sealed at rest, published before they sign, kept until what they signed has expired."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import ECKey, OKPKey, RSAKey
from sqlalchemy import Connection, Row, select, update

from idp.core.clock import Clock
from idp.core.database import Database, upsert
from idp.core.errors import Misconfigured, Unavailable
from idp.core.events import Bus
from idp.core.protocol_events import KeyRotated
from idp.core.sealing import Keyring, Unsealable
from idp.oidc.tokens.jose import Key, SigningKey
from idp.oidc.tokens.model import signing_keys

REREAD = timedelta(seconds=5)
PUBLISHED_BEFORE = timedelta(hours=1)
ROTATED_EVERY = timedelta(days=90)
# Longer than any token lives and than any ID token comes back as a hint.
RETIRED_STAYS = timedelta(days=31)

ALGORITHMS: dict[str, Callable[[], Key]] = {
    "RS256": lambda: RSAKey.generate_key(2048),
    "PS256": lambda: RSAKey.generate_key(2048),
    "ES256": lambda: ECKey.generate_key("P-256"),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519"),
}
_IMPORTERS: dict[str, Callable[[dict[str, Any]], Key]] = {
    "RS256": RSAKey.import_key,
    "PS256": RSAKey.import_key,
    "ES256": ECKey.import_key,
    "EdDSA": OKPKey.import_key,
}
_BY_AGE = select(signing_keys).order_by(signing_keys.c.alg, signing_keys.c.generation)


@dataclass(frozen=True, slots=True)
class PublicSet:
    """The published key set (RFC 7517 5), as bytes that are ready to send."""

    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A row of the key list."""

    kid: str
    alg: str
    created_at: datetime
    signs_from: datetime
    retires_at: datetime | None
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Loaded:
    at: datetime
    signers: dict[str, str]
    public: PublicSet


@dataclass(frozen=True, slots=True)
class _Opened:
    alg: str
    private: dict[str, Any] = field(repr=False)


class Keys:
    """The key set of this process: read again at most every five seconds.

    A key is opened once, when it is first read, and imported when it is first used: a check of RSA's primes takes long.
    """

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._opened: dict[str, _Opened] = {}
        self._imported: dict[str, SigningKey] = {}
        self._loaded: _Loaded | None = None

    def signer(self, alg: str) -> SigningKey:
        """The key that signs by `alg` now. Raises `Misconfigured` where there is none or it cannot be opened."""
        kid = self._load().signers.get(alg)
        if kid is None:
            raise Misconfigured(f"there is no signing key for {alg}: run `idp seed`")
        return self._import(kid)

    def find(self, kid: str) -> SigningKey | None:
        """The key with this id, a retired one too."""
        self._load()
        return self._import(kid) if kid in self._opened else None

    def public_set(self) -> PublicSet:
        """Every key that signs, is about to, or may have signed what is still valid. Public parts only."""
        return self._load().public

    def check(self) -> None:
        """Raises `Misconfigured` unless every algorithm has a key that can be opened: never a silent new one."""
        missing = ALGORITHMS.keys() - self._load().signers.keys()
        if missing:
            raise Misconfigured(f"there is no signing key for {', '.join(sorted(missing))}: run `idp seed`")

    def all(self, db: Connection) -> list[KeyInfo]:
        """Every key there ever was, the oldest of an algorithm first."""
        return [_info(row) for row in db.execute(_BY_AGE)]

    def ensure(self, db: Connection, now: datetime) -> None:
        """Makes the first key of every algorithm that has none; it signs at once. Two at once make one."""
        known = {row.alg for row in db.execute(_BY_AGE)}
        for alg in ALGORITHMS:
            if alg not in known:
                self._add(db, alg, 1, now, now)
        self._loaded = None

    def ensure_new(self, db: Connection, now: datetime) -> None:
        """Makes the first keys of algorithms that this version brought to a provider that has signed before.

        One that never had a key gets none: it may look at the wrong database.
        """
        known = {row.alg for row in db.execute(_BY_AGE)}
        if known and not known.issuperset(ALGORITHMS):
            self.ensure(db, now)

    def rotate(self, db: Connection, bus: Bus, now: datetime) -> list[str]:
        """Publishes the next key of every algorithm, which signs an hour later; answers the ids.

        Where a next key is waiting already, by an earlier or a simultaneous rotation, that one is the answer.
        """
        self.ensure(db, now)
        return [self._rotate(db, bus, alg, now) for alg in ALGORITHMS]

    def rotate_if_due(self, bus: Bus, now: datetime) -> list[str]:
        """Rotates every algorithm whose newest key has signed for 90 days; answers the ids of the new keys."""
        with self._database.transaction() as db:
            newest = {row.alg: row.signs_from for row in db.execute(_BY_AGE)}
            due = [alg for alg, since in newest.items() if alg in ALGORITHMS and now - since >= ROTATED_EVERY]
            return [self._rotate(db, bus, alg, now) for alg in due]

    def _rotate(self, db: Connection, bus: Bus, alg: str, now: datetime) -> str:
        newest = db.execute(_newest(alg)).one()
        if newest.signs_from > now:
            return str(newest.kid)
        starts = now + PUBLISHED_BEFORE
        if self._add(db, alg, newest.generation + 1, now, starts):
            retiring = {"retires_at": starts, "gone_at": starts + RETIRED_STAYS}
            db.execute(update(signing_keys).where(signing_keys.c.kid == newest.kid).values(retiring))
            bus.record(db, KeyRotated(alg=alg, kid=str(db.execute(_newest(alg)).one().kid)))
        return str(db.execute(_newest(alg)).one().kid)

    def _add(self, db: Connection, alg: str, generation: int, now: datetime, signs_from: datetime) -> bool:
        key = ALGORITHMS[alg]()
        kid = key.thumbprint()
        public = {**key.as_dict(private=False), "kid": kid, "alg": alg, "use": "sig"}
        values = {
            "kid": kid,
            "alg": alg,
            "generation": generation,
            "private_sealed": self._keyring.seal(json.dumps(key.as_dict(private=True)).encode(), _purpose(kid)),
            "public_jwk": public,
            "created_at": now,
            "signs_from": signs_from,
        }
        added = upsert(db, signing_keys).values(values).on_conflict_do_nothing().returning(signing_keys.c.kid)
        # Not by rowcount, which psycopg does not tell for such an insert.
        return db.execute(added).one_or_none() is not None

    def _load(self) -> _Loaded:
        now = self._clock.now()
        loaded = self._loaded
        if loaded is not None and timedelta(0) <= now - loaded.at < REREAD:
            return loaded
        try:
            with self._database.reading() as db:
                rows = db.execute(_BY_AGE).all()
        except Unavailable:
            if loaded is None:
                raise
            # The keys in memory are good: a database that restarts does not take the key set from relying parties.
            return loaded
        # What a newer version signs by, beside this one, is published and no more.
        ours = [row for row in rows if row.alg in ALGORITHMS]
        for row in ours:
            if row.kid not in self._opened:
                self._opened[row.kid] = _Opened(row.alg, self._open(row))
        # The newest of each comes last. The first is never too young: a clock set back must not leave an algorithm without one.
        signers = {row.alg: row.kid for row in ours if row.signs_from <= now or row.generation == 1}
        self._loaded = _Loaded(now, signers, _public_set(rows, now))
        return self._loaded

    def _open(self, row: Row[Any]) -> dict[str, Any]:
        try:
            private: dict[str, Any] = json.loads(self._keyring.open(row.private_sealed, _purpose(row.kid)))
        except Unsealable as error:
            advice = f"the signing key {row.kid} cannot be opened: give the IDP_MASTER_KEY it was sealed under"
            raise Misconfigured(advice) from error
        return private

    def _import(self, kid: str) -> SigningKey:
        key = self._imported.get(kid)
        if key is None:
            opened = self._opened[kid]
            key = self._imported[kid] = SigningKey(kid, opened.alg, _IMPORTERS[opened.alg](opened.private))
        return key


def signing_now(keys: Iterable[KeyInfo], now: datetime) -> list[KeyInfo]:
    """Of `keys`, as `Keys.all` gives them, the one of each algorithm that signs at `now`."""
    return list({key.alg: key for key in keys if key.signs_from <= now}.values())


def _public_set(rows: Any, now: datetime) -> PublicSet:
    shown = [row.public_jwk for row in rows if row.gone_at is None or row.gone_at > now]
    body = json.dumps({"keys": shown}, separators=(",", ":")).encode()
    return PublicSet(body, hashlib.sha256(body).hexdigest()[:32])


def _newest(alg: str) -> Any:
    return select(signing_keys).where(signing_keys.c.alg == alg).order_by(signing_keys.c.generation.desc()).limit(1)


def _info(row: Row[Any]) -> KeyInfo:
    return KeyInfo(row.kid, row.alg, row.created_at, row.signs_from, row.retires_at, row.gone_at)


def _purpose(kid: str) -> str:
    return f"signing key {kid}"
