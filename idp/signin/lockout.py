"""Lockout: wrong passwords shut the lane they came by, never the person (S1 "lockout", S3.3).

A lane is a name and a browser: all unknown browsers share one, each known browser has its own. A name that does not exist has
lanes too, so that nothing tells it from one that does.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    String,
    and_,
    case,
    delete,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    tuple_,
)
from sqlalchemy.sql.dml import ReturningInsert

from idp.brands.brand import Policy
from idp.core.database import UTCDateTime, upsert
from idp.signin.lockout_tables import password_lanes as lanes
from idp.subjects.names import name_key

UNKNOWN_BROWSER = ""
# Not a browser: what is locked here is locked in every lane of its name.
EVERY_BROWSER = "*"
WINDOW = timedelta(minutes=15)
# Failures with no finished sign-in between them, after which no time opens the lane of unknown browsers again.
SHUT_AFTER = 100
GHOSTS_LIVE = timedelta(days=30)
MOST_GHOSTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Lane:
    """By what way a password is tried. `who` is a keyed digest; `browser` a known browser's id, or empty for all others."""

    who: str
    browser: str
    ghost: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """What a brand decides about its locks."""

    failures_before_lock: int
    lock_ends: Literal["by_itself", "by_recovery"]
    lock_minutes: int

    @classmethod
    def of(cls, policy: Policy) -> "Rule":
        """The part of a brand's policy that is about locks."""
        return cls(policy.failures_before_lock, policy.lock_ends, policy.lock_minutes)

    def until(self, now: datetime) -> datetime | None:
        """When a lock that falls now ends by itself; None where it waits for a release."""
        return now + timedelta(minutes=self.lock_minutes) if self.lock_ends == "by_itself" else None


@dataclass(frozen=True, slots=True)
class Open:
    """A password may be tried."""


@dataclass(frozen=True, slots=True)
class Locked:
    """No password counts here, until `until` or, where that is None, a release.

    `brand` is that of the page where the lock fell; `shut` says that too many failures have made it final; `fresh` that it
    fell by this very failure, which of many racing ones only one is told.
    """

    brand: str | None
    until: datetime | None
    shut: bool
    fresh: bool = False


_LOCK: tuple[Column[Any], ...] = (lanes.c.lock_brand, lanes.c.locked_at, lanes.c.locked_until, lanes.c.shut)
# Where several locks run, the one that lasts longest is told.
_STATE = select(*_LOCK).order_by(lanes.c.shut.desc())


class Lockout:
    """The lanes. `key` keeps their digests from being computed by others. Statements run in the caller's transaction."""

    def __init__(self, key: bytes, most_ghosts: int = MOST_GHOSTS) -> None:
        self._key = key
        self._most_ghosts = most_ghosts

    def who(self, subject_id: str) -> str:
        """Under what a subject's lanes are kept, however their name was spelled."""
        return self._digest(f"subject:{subject_id}")

    def lane(self, subject_id: str | None, name: str, browser: str = UNKNOWN_BROWSER) -> Lane:
        """The lane of the subject whom `name` means, or of the name itself where it means nobody."""
        key = name_key(name)
        if subject_id is None:
            return Lane(self._digest(f"ghost:{key}"), browser, ghost=True)
        return Lane(self.who(subject_id), browser, ghost=False)

    def state(self, db: Connection, lane: Lane, now: datetime) -> Open | Locked:
        """Whether a password may be tried now."""
        row = db.execute(_STATE.where(_bears_on(lane), _running(now))).first()
        return Open() if row is None else _locked(row)

    def failed(self, db: Connection, lane: Lane, rule: Rule, brand: str | None, now: datetime) -> Open | Locked:
        """Counts a wrong password that was typed on a page of `brand`, and locks the lane where `rule` says so.

        A running lock is neither prolonged nor counted further; after one that ended by itself the count begins anew.
        """
        row = db.execute(_counting(db, lane, rule, brand, now)).one_or_none()
        if row is None:  # somebody else's failure locked it: the row stays as it is and is not returned
            return self.state(db, lane, now)
        return Open() if row.locked_at is None else _locked(row, fresh=True)

    def succeeded(self, db: Connection, lane: Lane, now: datetime) -> bool:
        """Clears this lane and no other, for a sign-in that is finished in the same transaction.

        False where the lane is locked: a sign-in that was begun before the lock must not finish inside it.
        """
        db.execute(delete(lanes).where(_is(lane), not_(_running(now))))
        return self.state(db, lane, now) == Open()

    def shut(self, db: Connection, who: str, brand: str | None, now: datetime) -> None:
        """No lane of a subject (`who`) takes a password any more, until a release; `brand` says whom to call.

        Locks that fell before are part of it.
        """
        self.release(db, who, now)
        row = {"failures": 0, "window_began_at": now, "failures_without_success": 0, "seen_at": now, "shut": True}
        row |= {"ghost": False, "locked_at": now, "locked_until": None, "lock_brand": brand}
        made = upsert(db, lanes).values(who=who, browser=EVERY_BROWSER, **row)
        db.execute(made.on_conflict_do_update(index_elements=["who", "browser"], set_=row))

    def locks(self, db: Connection, who: str, now: datetime) -> dict[str, str | None]:
        """The running locks of a subject (`who`) that fell by failures: by the browser of the lane, the brand of each."""
        fell = lanes.c.browser != EVERY_BROWSER
        rows = db.execute(select(lanes.c.browser, lanes.c.lock_brand).where(lanes.c.who == who, fell, _running(now)))
        return {row.browser: row.lock_brand for row in rows}

    def is_locked(self, db: Connection, who: str, now: datetime) -> bool:
        """Whether anything of a subject (`who`) is locked, `shut` included."""
        return db.scalar(select(lanes.c.who).where(lanes.c.who == who, _running(now)).limit(1)) is not None

    def hold(self, db: Connection, who: str) -> None:
        """No failure is counted in a lane that a subject (`who`) has, and none is released, before this transaction ends."""
        db.execute(select(lanes.c.browser).where(lanes.c.who == who).order_by(lanes.c.browser).with_for_update())

    def release(self, db: Connection, who: str, now: datetime, *, also_shut: bool = True) -> bool:
        """Ends all locks and counts of a subject (`who`), in every lane; True where there was a running lock.

        Without `also_shut`, what `shut` has locked stays so.
        """
        self.hold(db, who)  # two who release take the lanes in one order
        theirs = lanes.c.who == who
        which = theirs if also_shut else theirs & (lanes.c.browser != EVERY_BROWSER)
        gone = db.execute(delete(lanes).where(which).returning(*_LOCK)).all()
        return any(row.locked_at and (row.locked_until is None or row.locked_until > now) for row in gone)

    def purge(self, db: Connection, now: datetime, batch: int) -> int:
        """Forgets up to `batch` names that do not exist: those not tried for 30 days, then the oldest beyond the most.

        Gives how many; as many as `batch` means that there may be more.
        """
        old = self._forget(db, batch, lanes.c.seen_at <= now - GHOSTS_LIVE)
        ghosts = db.execute(select(func.count()).select_from(lanes).where(lanes.c.ghost)).scalar_one()
        return old + self._forget(db, min(batch - old, max(ghosts - self._most_ghosts, 0)))

    def _forget(self, db: Connection, most: int, *which: ColumnElement[bool]) -> int:
        key = (lanes.c.who, lanes.c.browser)
        oldest = select(*key).where(lanes.c.ghost, *which).order_by(lanes.c.seen_at).limit(most)
        return db.execute(delete(lanes).where(tuple_(*key).in_(oldest))).rowcount

    def _digest(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _is(lane: Lane) -> ColumnElement[bool]:
    return and_(lanes.c.who == lane.who, lanes.c.browser == lane.browser)


def _bears_on(lane: Lane) -> ColumnElement[bool]:
    return and_(lanes.c.who == lane.who, lanes.c.browser.in_((lane.browser, EVERY_BROWSER)))


def _running(now: datetime) -> ColumnElement[bool]:
    # Written so that it is never NULL: it is also negated.
    endless = and_(lanes.c.locked_at.is_not(None), lanes.c.locked_until.is_(None))
    return or_(endless, and_(lanes.c.locked_until.is_not(None), lanes.c.locked_until > now))


def _locked(row: Row[Any], fresh: bool = False) -> Locked:
    return Locked(row.lock_brand, row.locked_until, row.shut, fresh)


def _counting(db: Connection, lane: Lane, rule: Rule, brand: str | None, now: datetime) -> ReturningInsert[Any]:
    """One statement that counts and locks: of racing failures exactly one is the last before the lock (S3.1)."""
    anew = or_(lanes.c.locked_at.is_not(None), lanes.c.window_began_at <= now - WINDOW)
    failures = case((anew, 1), else_=lanes.c.failures + 1)
    in_all = lanes.c.failures_without_success + 1
    shut = in_all >= SHUT_AFTER if lane.browser == UNKNOWN_BROWSER else false()
    falls = or_(shut, failures >= rule.failures_before_lock)
    moment = literal(now, UTCDateTime)
    first = {
        "who": lane.who,
        "browser": lane.browser,
        "ghost": lane.ghost,
        "failures": 1,
        "window_began_at": now,
        "failures_without_success": 1,
        "shut": False,
        "seen_at": now,
    }
    further = {
        "failures": failures,
        "window_began_at": case((anew, moment), else_=lanes.c.window_began_at),
        "failures_without_success": in_all,
        "locked_at": case((falls, moment), else_=null()),
        "locked_until": case((shut, null()), (falls, literal(rule.until(now), UTCDateTime)), else_=null()),
        "lock_brand": case((falls, literal(brand, String)), else_=null()),
        "shut": shut,
        "seen_at": moment,
    }
    key = [lanes.c.who, lanes.c.browser]
    counted = upsert(db, lanes).values(first).on_conflict_do_update(index_elements=key, set_=further, where=not_(_running(now)))
    return counted.returning(*_LOCK)
