"""The store of roles: who is given one is staff from then on, on each database."""

from idp.admin.rights import Post, Role
from idp.admin.roles import Roles
from idp.core.database import Database
from idp.core.events import Bus
from idp.subjects.subjects import NewSubject, Subject, Subjects
from tests.builders import BEGINNING, NAMES, Witness, written


def test_a_role_is_given_once_and_makes_staff(database: Database, bus: Bus, witness: Witness) -> None:
    subjects, post = Subjects(NAMES), Post(Role.SUPPORT, "alphera")
    roles = Roles(subjects, bus)
    ana = written(database, lambda db: subjects.create(db, bus, NewSubject("ana", "ana@example.test"), b"x", BEGINNING))
    assert isinstance(ana, Subject)
    given = [written(database, lambda db: roles.grant(db, ana.id, post, BEGINNING)) for _ in range(2)]
    assert given == [True, False]
    assert [event.name for event in witness.events if event.name in ("StaffChanged", "RoleGranted")] == [
        "StaffChanged",
        "RoleGranted",
    ]
    with database.reading() as db:
        found = subjects.get(db, ana.id)
    assert found is not None
    assert found.staff
