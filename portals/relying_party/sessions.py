"""The portal's own sessions: an opaque handle in the cookie, everything else in the store."""

import base64
import json
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portals.store import Store, digest

# How long after a recovery the owner is asked to look twice before money moves.
WATCHED = timedelta(days=3)
SEEN_STEP = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a session. `expires_at` is the access token's end in seconds since the epoch."""

    access_token: str
    refresh_token: str | None
    expires_at: float


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a finished sign-in established about the customer."""

    sub: str
    sid: str | None
    name: str
    id_token: str
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser. `version` counts the refreshes of its tokens."""

    digest: bytes
    sub: str
    name: str
    csrf: str
    id_token: str
    tokens: Tokens
    version: int

    @property
    def recovered_at(self) -> datetime | None:
        """When the provider last gave access to this account back, as its ID token told at sign-in; None where it told none."""
        at = self._told("recovered_at")
        return datetime.fromtimestamp(at, UTC) if isinstance(at, int) else None

    @property
    def locale(self) -> str:
        """Which language the customer reads, as the ID token told at sign-in: a tag of BCP 47, or nothing."""
        told = self._told("locale")
        return told if isinstance(told, str) else ""

    def is_fresh_from_recovery(self, now: datetime) -> bool:
        """Whether access was given back so lately that somebody else may have it."""
        return self.recovered_at is not None and now - self.recovered_at < WATCHED

    def _told(self, claim: str) -> object:
        payload = self.id_token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))).get(claim)


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of one portal; `idle` and `longest` bound each of them."""

    store: Store
    idle: timedelta
    longest: timedelta

    def start(self, signed_in: SignedIn, now: datetime) -> str:
        """Store a new session and return its handle. The handle is always new, so none can be planted beforehand."""
        handle, moment, tokens = secrets.token_urlsafe(32), now.timestamp(), signed_in.tokens
        with self.store.connection() as db:
            db.execute(
                "DELETE FROM sessions WHERE seen_at <= ? OR started_at <= ?",
                (moment - self.idle.total_seconds(), moment - self.longest.total_seconds()),
            )
            db.execute(
                "INSERT INTO sessions (digest, sub, sid, name, csrf, started_at, seen_at, id_token,"
                " access_token, refresh_token, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    digest(handle),
                    signed_in.sub,
                    signed_in.sid,
                    signed_in.name,
                    secrets.token_urlsafe(32),
                    moment,
                    moment,
                    signed_in.id_token,
                    tokens.access_token,
                    tokens.refresh_token,
                    tokens.expires_at,
                ),
            )
        return handle

    def find(self, handle: str, now: datetime) -> Session | None:
        """Return the live session of `handle` and count this as its activity; None where it is unknown or over."""
        moment, key = now.timestamp(), digest(handle)
        with self.store.connection() as db:
            row = db.execute(
                "SELECT * FROM sessions WHERE digest = ? AND seen_at > ? AND started_at > ?",
                (key, moment - self.idle.total_seconds(), moment - self.longest.total_seconds()),
            ).fetchone()
            if row is not None and row["seen_at"] < moment - SEEN_STEP.total_seconds():
                db.execute("UPDATE sessions SET seen_at = max(seen_at, ?) WHERE digest = ?", (moment, key))
        return None if row is None else _session(row)

    def reload(self, key: bytes) -> Session | None:
        """Return the session again, with the tokens another request may have refreshed; None where it has ended."""
        with self.store.connection() as db:
            row = db.execute("SELECT * FROM sessions WHERE digest = ?", (key,)).fetchone()
        return None if row is None else _session(row)

    def end(self, key: bytes) -> None:
        """End one session."""
        with self.store.connection() as db:
            db.execute("DELETE FROM sessions WHERE digest = ?", (key,))

    def end_by_logout_token(self, jti: str, expires_at: float, *, sub: str | None, sid: str | None, now: datetime) -> bool:
        """End every session that matches all of `sub` and `sid` that is given (Back-Channel Logout 2.7).

        Returns False, and ends nothing, where `jti` was used before.
        """
        with self.store.connection() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                db.execute("DELETE FROM logout_tokens WHERE expires_at <= ?", (now.timestamp(),))
                fresh = db.execute("INSERT OR IGNORE INTO logout_tokens VALUES (?, ?)", (jti, expires_at)).rowcount == 1
                if fresh:
                    db.execute(
                        "DELETE FROM sessions WHERE (? IS NULL OR sub = ?) AND (? IS NULL OR sid = ?)",
                        (sub, sub, sid, sid),
                    )
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise
        return fresh

    def lease(self, session: Session, now: datetime, length: timedelta) -> bool:
        """Claim the right to refresh `session` for `length`; one winner among all threads and processes."""
        moment = now.timestamp()
        with self.store.connection() as db:
            done = db.execute(
                "UPDATE sessions SET leased_until = ? WHERE digest = ? AND version = ? AND leased_until <= ?",
                (moment + length.total_seconds(), session.digest, session.version, moment),
            )
        return done.rowcount == 1

    def release(self, session: Session) -> None:
        """Give the lease back without new tokens."""
        with self.store.connection() as db:
            db.execute(
                "UPDATE sessions SET leased_until = 0 WHERE digest = ? AND version = ?",
                (session.digest, session.version),
            )

    def renew(self, session: Session, tokens: Tokens) -> None:
        """Store refreshed tokens and give the lease back. A session that ended meanwhile stays ended."""
        with self.store.connection() as db:
            db.execute(
                "UPDATE sessions SET access_token = ?, refresh_token = ?, expires_at = ?, version = version + 1,"
                " leased_until = 0 WHERE digest = ? AND version = ?",
                (tokens.access_token, tokens.refresh_token, tokens.expires_at, session.digest, session.version),
            )


def _session(row: sqlite3.Row) -> Session:
    return Session(
        digest=row["digest"],
        sub=row["sub"],
        name=row["name"],
        csrf=row["csrf"],
        id_token=row["id_token"],
        tokens=Tokens(row["access_token"], row["refresh_token"], row["expires_at"]),
        version=row["version"],
    )
