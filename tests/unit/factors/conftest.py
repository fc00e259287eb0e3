import pytest

from idp.core.database import Database
from idp.core.events import Bus
from idp.subjects.subjects import NewSubject, Subject, Subjects
from tests.builders import BEGINNING


@pytest.fixture
def ana_id(database: Database, bus: Bus) -> str:
    return a_subject_id(database, bus, "ana")


@pytest.fixture
def ben_id(database: Database, bus: Bus) -> str:
    return a_subject_id(database, bus, "ben")


def a_subject_id(database: Database, bus: Bus, username: str) -> str:
    new = NewSubject(username=username, email=f"{username}@example.test")
    with database.transaction() as db:
        created = Subjects().create(db, bus, new, b"no password", BEGINNING)
    assert isinstance(created, Subject)
    return created.id
