"""Lockout as a sign-in meets it: counted by the policy of the page's brand, and told as events."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection

from idp.brands.brand import Policy
from idp.brands.registry import Brands
from idp.core.events import Bus, PasswordLocked, PasswordUnlocked, SignInFailed
from idp.factors.password import Password
from idp.signin import unlock_links
from idp.signin.lockout import Lane, Locked, Lockout, Open, Rule
from idp.subjects.authenticators import hold

# Whoever unlocks by mail keeps the password as it is.
BY_OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Locking:
    """What happens to a lane when a password was wrong, or came to a lock. Runs in the caller's transaction."""

    lockout: Lockout
    brands: Brands
    bus: Bus

    def failed(self, db: Connection, lane: Lane, before: Open | Locked, failed: SignInFailed, now: datetime) -> Open | Locked:
        """Counts what `failed` tells of, records it, and gives the lane as it is now.

        What met a lock, `before` the password was compared or since, is recorded as such and not counted.
        """
        lock = before if isinstance(before, Locked) else self._count(db, lane, failed.brand, now)
        match lock:
            case Locked(fresh=True):
                self.bus.record(db, failed)
                self.bus.record(db, _fell(failed, lock))
            case Locked():
                self.bus.record(db, replace(failed, reason="locked"))
            case Open():
                self.bus.record(db, failed)
            case _:
                assert_never(lock)
        return lock

    def is_locked(self, db: Connection, subject_id: str, now: datetime) -> bool:
        """Whether any lane of the subject takes no password, by failures or because it was shut."""
        return self.lockout.is_locked(db, self.lockout.who(subject_id), now)

    def hold(self, db: Connection, subject_id: str) -> None:
        """To be called before a mailed link is used up: a failure that locks takes its lane first, and then the link."""
        self.lockout.hold(db, self.lockout.who(subject_id))

    def release(self, db: Connection, subject_id: str, by: str, now: datetime) -> bool:
        """Ends every lock and count of the subject; `by` says in one word what did it. False where nothing was locked.

        Only a new password, or support, opens what was shut because somebody else may know the old one.
        """
        released = self.lockout.release(db, self.lockout.who(subject_id), now, also_shut=by != BY_OWNER)
        if released:
            self.bus.record(db, PasswordUnlocked(subject_id=subject_id, reason=by))
        return released

    def shut(self, db: Connection, subject_id: str, brand: str | None, now: datetime) -> None:
        """No password of the subject counts anywhere, until recovery or support: for whoever may have lost theirs to somebody.

        A mailed link that would open it again is void. Whatever is being proven meanwhile finds the lock, or is found by
        whoever ends the sessions after this.
        """
        hold(db, subject_id, Password.kind)
        self.lockout.shut(db, self.lockout.who(subject_id), brand, now)
        unlock_links.void(db, subject_id, now)

    def _count(self, db: Connection, lane: Lane, brand_id: str | None, now: datetime) -> Open | Locked:
        brand = self.brands.get(brand_id)
        return self.lockout.failed(db, lane, Rule.of(brand.policy if brand else Policy()), brand_id, now)


def _fell(failed: SignInFailed, lock: Locked) -> PasswordLocked:
    return PasswordLocked(
        subject_id=failed.subject_id,
        client_id=failed.client_id,
        brand=failed.brand,
        outcome="refused",
        reason=failed.reason,
        name_digest=failed.name_digest,
        until=lock.until.isoformat() if lock.until else "",
        shut=lock.shut,
    )
