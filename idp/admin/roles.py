"""Who of the staff has which role."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from idp.admin.model import staff_roles
from idp.admin.rights import Post, Role
from idp.core.database import upsert
from idp.core.events import Bus
from idp.core.staff_events import RoleGranted, RoleRevoked
from idp.subjects.subjects import Subjects

FOR_ALL = ""


class LastAdministrator(Exception):
    """Nobody would be left to give anybody a role."""


class Roles:
    """The store of roles. Whoever has one is staff and signs in with two factors."""

    def __init__(self, subjects: Subjects, bus: Bus) -> None:
        self._subjects = subjects
        self._bus = bus

    def of(self, db: Connection, subject_id: str) -> frozenset[Post]:
        """The posts of a subject; none for somebody who is no staff."""
        return frozenset(
            Post(Role(row.role), row.brand or None)
            for row in db.execute(select(staff_roles).where(staff_roles.c.subject_id == subject_id))
        )

    def all(self, db: Connection) -> dict[str, frozenset[Post]]:
        """Everybody who has a post, by subject."""
        found: dict[str, frozenset[Post]] = {}
        for row in db.execute(select(staff_roles).order_by(staff_roles.c.granted_at)):
            found[row.subject_id] = found.get(row.subject_id, frozenset()) | {Post(Role(row.role), row.brand or None)}
        return found

    def grant(self, db: Connection, subject_id: str, post: Post, now: datetime) -> bool:
        """Gives a subject a post; False where they had it. From now on they sign in with two factors."""
        self._subjects.hold(db, subject_id)
        row = {"subject_id": subject_id, "role": post.role.value, "brand": post.brand or FOR_ALL, "granted_at": now}
        # Not rowcount: PostgreSQL's driver tells none of an insert.
        added = upsert(db, staff_roles).values(row).on_conflict_do_nothing().returning(staff_roles.c.subject_id)
        if db.execute(added).one_or_none() is None:
            return False
        self._subjects.set_staff(db, self._bus, subject_id, True, now)
        self._bus.record(db, RoleGranted(subject_id=subject_id, role=post.role.value, brand=post.brand))
        return True

    def revoke(self, db: Connection, subject_id: str, post: Post, now: datetime) -> bool:
        """Takes a post from a subject; False where they did not have it. Raises `LastAdministrator`."""
        if post == Post(Role.ADMINISTRATOR, None):
            self._keep_one(db, subject_id)
        this = (staff_roles.c.subject_id == subject_id) & (staff_roles.c.role == post.role.value)
        gone = db.execute(delete(staff_roles).where(this, staff_roles.c.brand == (post.brand or FOR_ALL))).rowcount == 1
        if not gone:
            return False
        if not self.of(db, subject_id):
            self._subjects.set_staff(db, self._bus, subject_id, False, now)
        self._bus.record(db, RoleRevoked(subject_id=subject_id, role=post.role.value, brand=post.brand))
        return True

    def _keep_one(self, db: Connection, subject_id: str) -> None:
        # All rows are held in one order: of two who each take the other's post, the second sees what the first did.
        theirs = (staff_roles.c.role == Role.ADMINISTRATOR.value) & (staff_roles.c.brand == FOR_ALL)
        held = db.scalars(
            select(staff_roles.c.subject_id).where(theirs).order_by(staff_roles.c.subject_id).with_for_update()
        ).all()
        if held == [subject_id]:
            raise LastAdministrator(subject_id)
