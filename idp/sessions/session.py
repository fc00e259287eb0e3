"""Sessions: one browser and one subject, known by a handle in a cookie. Every way a session ends goes through here."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, exists, insert, select, update

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus, Event, SessionEnded
from idp.core.handles import digest, new_handle
from idp.core.origin import current_origin
from idp.core.wishes import wish
from idp.sessions.context import Context
from idp.sessions.limits import Limits
from idp.sessions.model import is_alive, sessions
from idp.subjects.model import subjects
from idp.subjects.proof import Proof

SEEN_EVERY = timedelta(minutes=1)
LONGEST_ADDRESS = 64


@dataclass(frozen=True, slots=True)
class Session:
    """A live session. `shared`: on a shared computer; `browser`: digest of the browser's handle.

    `proofs` are what its context is made of. `trusted`: it began in a browser that is trusted by the subject. `staff`: the
    subject is one of the staff.
    """

    id: str
    subject_id: str
    context: Context
    brand: str | None
    shared: bool
    browser: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    proofs: tuple[Proof, ...] = ()
    trusted: bool = False
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """A session and its new handle, the only time it is seen. `new_device`: a browser this subject never used before."""

    session: Session
    handle: str
    new_device: bool


_COLUMNS = [c for c in sessions.c if c.name not in ("handle_digest", "address", "device", "ended_at", "end_reason")]
_ALIVE = is_alive(bindparam("now", type_=sessions.c.idle_at.type))
_LIVE: Select[Any] = (
    select(*_COLUMNS, subjects.c.staff)
    .join(subjects, subjects.c.id == sessions.c.subject_id)
    .where(_ALIVE, subjects.c.disabled_at.is_(None))
)
_BY_HANDLE = _LIVE.add_columns(subjects.c.locale).where(sessions.c.handle_digest == bindparam("handle_digest"))
_BY_ID = _LIVE.where(sessions.c.id == bindparam("id"))
_HOLD = _BY_ID.with_for_update(of=sessions)
# The subject first, even where they have no session, and sessions in one order: of two who change something one waits.
_HOLD_SUBJECT = select(subjects.c.id).where(subjects.c.id == bindparam("subject_id")).with_for_update(key_share=True)
_THEIRS = _LIVE.where(sessions.c.subject_id == bindparam("subject_id")).order_by(sessions.c.id)
_HOLD_ALL = _THEIRS.with_for_update(of=sessions, key_share=True)


class Sessions:
    """The store of sessions. A session that is idle, too old, ended, or whose subject is disabled is never returned."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, limits: Limits) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._limits = limits

    def find(self, handle: str | None) -> Session | None:
        """The live session of this handle, read on its own. What follows is said in a language of its subject."""
        if not handle:
            return None
        with self._database.reading() as db:
            row = db.execute(_BY_HANDLE, {"handle_digest": digest(handle), "now": self._clock.now()}).one_or_none()
        if row is None:
            return None
        wish(subject=row.locale or "")
        return _session(row, row.staff)

    def get(self, db: Connection, session_id: str, now: datetime) -> Session | None:
        """The live session with this id."""
        row = db.execute(_BY_ID, {"id": session_id, "now": now}).one_or_none()
        return _session(row, row.staff) if row else None

    def hold(self, db: Connection, session_id: str, now: datetime) -> Session | None:
        """The same, and nothing else ends it before this transaction does."""
        row = db.execute(_HOLD, {"id": session_id, "now": now}).one_or_none()
        return _session(row, row.staff) if row else None

    def hold_all(self, db: Connection, subject_id: str, now: datetime) -> tuple[Session, ...]:
        """All live sessions of a subject; nothing else ends one, or changes the subject, before this transaction does."""
        db.execute(_HOLD_SUBJECT, {"subject_id": subject_id})
        held = db.execute(_HOLD_ALL, {"subject_id": subject_id, "now": now})
        return tuple(_session(row, row.staff) for row in held)

    def start(
        self,
        db: Connection,
        *,
        subject_id: str,
        context: Context,
        proofs: tuple[Proof, ...] = (),
        trusted: bool = False,
        brand: str | None,
        shared: bool,
        browser: str,
        replaces: Session | None,
        now: datetime,
    ) -> Started:
        """A session of `subject_id` in this browser, under a new handle.

        Where `replaces` is a live session of the same subject it goes on (its id, and so every sid, stays) with its
        context and limits renewed; another subject's session is ended.
        """
        new_device, handle = self._is_new(db, subject_id, browser), new_handle()
        goes_on = replaces if replaces and replaces.subject_id == subject_id else None
        if replaces and not goes_on:
            self.end(db, replaces.id, "another_subject", now)
        shared = shared or (goes_on is not None and goes_on.shared)
        staff = bool(db.scalar(select(subjects.c.staff).where(subjects.c.id == subject_id)))
        values = {
            "handle_digest": digest(handle),
            "proofs": [proof.to_dict() for proof in proofs],
            "trusted": trusted,
            "shared": shared,
            "browser": browser,
            "address": current_origin().address[:LONGEST_ADDRESS],
            "device": current_origin().device,
            **self._renewed(context, shared, staff, now),
        }
        row = self._renew(db, goes_on.id, values, now) if goes_on else None
        if row is None:
            row = self._insert(db, {**values, "subject_id": subject_id, "brand": brand, "created_at": now})
        return Started(_session(row, staff), handle, new_device)

    def touch(self, db: Connection, session: Session, now: datetime) -> None:
        """Counts a request as activity; written at most once a minute."""
        if now - session.last_seen_at < SEEN_EVERY:
            return
        idle_at = now + self._limits.idle_for(session.shared, session.staff)
        alive = is_alive(now)
        db.execute(update(sessions).where(sessions.c.id == session.id, alive).values(last_seen_at=now, idle_at=idle_at))

    def end(self, db: Connection, session_id: str, reason: str, now: datetime) -> bool:
        """Ends a session, for one stable word of `reason`. True for exactly one of many callers."""
        return self._end(db, sessions.c.id == session_id, reason, now) == 1

    def end_all(self, db: Connection, subject_id: str, reason: str, now: datetime, keep: str | None = None) -> int:
        """Ends every session of a subject but the one with the id `keep`; answers how many."""
        theirs = (sessions.c.subject_id == subject_id) & sessions.c.ended_at.is_(None)
        others = theirs if keep is None else theirs & (sessions.c.id != keep)
        # Held in the order of `hold_all` first: an update takes rows in whichever order it comes upon them.
        held = db.scalars(select(sessions.c.id).where(others).order_by(sessions.c.id).with_for_update()).all()
        return self._end(db, sessions.c.id.in_(held), reason, now) if held else 0

    def distrust(self, db: Connection, subject_id: str) -> None:
        """The subject's sessions no longer count as those of trusted browsers (`trust.withdraw` does both)."""
        db.execute(update(sessions).where(sessions.c.subject_id == subject_id, sessions.c.trusted).values(trusted=False))

    def sweep(self, now: datetime, limit: int = 500) -> int:
        """Ends at most `limit` sessions whose time is over, so that clients hear of it; answers how many."""
        with self._database.transaction() as db:
            return self._sweep(db, sessions.c.expires_at, "expired", now, limit) + self._sweep(
                db, sessions.c.idle_at, "idle", now, limit
            )

    def ending(self, reason: str) -> Callable[[Connection, Event], None]:
        """A subscriber: all sessions of the event's subject end in the same transaction, for `reason`."""

        def end_theirs(db: Connection, event: Event) -> None:
            if event.subject_id is not None:
                self.end_all(db, event.subject_id, reason, self._clock.now())

        return end_theirs

    def _is_new(self, db: Connection, subject_id: str, browser: str) -> bool:
        return not db.scalar(select(exists().where(sessions.c.subject_id == subject_id, sessions.c.browser == browser)))

    def _renewed(self, context: Context, shared: bool, staff: bool, now: datetime) -> dict[str, Any]:
        return {
            "acr": context.acr,
            "amr": list(context.amr),
            "auth_time": context.auth_time,
            "last_seen_at": now,
            "idle_at": now + self._limits.idle_for(shared, staff),
            # From the oldest proof: a further step must not keep alive what began with a password of yesterday.
            "expires_at": context.auth_time + self._limits.absolute_for(shared),
        }

    def _renew(self, db: Connection, session_id: str, values: dict[str, Any], now: datetime) -> Row[Any] | None:
        # A session that ended a moment ago must not come back to life: no row, and a new session is made.
        this = (sessions.c.id == session_id) & is_alive(now)
        return db.execute(update(sessions).where(this).values(values).returning(*_COLUMNS)).one_or_none()

    def _insert(self, db: Connection, values: dict[str, Any]) -> Row[Any]:
        session_id = f"e_{secrets.token_urlsafe(16)}"
        return db.execute(insert(sessions).values(id=session_id, **values).returning(*_COLUMNS)).one()

    def _sweep(self, db: Connection, due: ColumnElement[datetime], reason: str, now: datetime, limit: int) -> int:
        # Two sweeps at once skip each other's rows instead of waiting for, or deadlocking on, them.
        over = select(sessions.c.id).where(sessions.c.ended_at.is_(None), due <= now)
        batch = db.scalars(over.order_by(due).limit(limit).with_for_update(skip_locked=True)).all()
        return self._end(db, sessions.c.id.in_(batch), reason, now) if batch else 0

    def _end(self, db: Connection, which: ColumnElement[bool], reason: str, now: datetime) -> int:
        ended = db.execute(
            update(sessions)
            .where(which, sessions.c.ended_at.is_(None))
            .values(ended_at=now, end_reason=reason, address=None, device=None)
            .returning(sessions.c.id, sessions.c.subject_id, sessions.c.brand)
        ).all()
        for row in ended:
            event = SessionEnded(session_id=row.id, subject_id=row.subject_id, brand=row.brand, reason=reason)
            self._bus.record(db, event)
        return len(ended)


def _session(row: Row[Any], staff: bool) -> Session:
    # Bare names of kinds were written before proofs had times: such a session proves nothing beyond its context.
    proofs = tuple(Proof.from_dict(proof) for proof in row.proofs if isinstance(proof, dict))
    kinds = tuple(dict.fromkeys(proof.kind for proof in proofs))
    return Session(
        id=row.id,
        subject_id=row.subject_id,
        context=Context(row.acr, tuple(row.amr), row.auth_time, kinds),
        brand=row.brand,
        shared=row.shared,
        browser=row.browser,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        proofs=proofs,
        trusted=row.trusted,
        staff=staff,
    )
