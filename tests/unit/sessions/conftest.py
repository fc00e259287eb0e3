from datetime import timedelta
from pathlib import Path

import pytest

from idp.core.database import Database
from idp.core.events import Bus
from idp.sessions.limits import Limits
from idp.sessions.session import Sessions
from idp.subjects.subjects import Subject
from tests.builders import TestClock, a_hasher, a_subject

LIMITS = Limits(
    idle=timedelta(minutes=15),
    absolute=timedelta(hours=8),
    shared_idle=timedelta(minutes=10),
    shared_absolute=timedelta(hours=1),
    staff_idle=timedelta(minutes=10),
)


@pytest.fixture
def sessions(database: Database, bus: Bus, clock: TestClock) -> Sessions:
    return Sessions(database, bus, clock, LIMITS)


@pytest.fixture
def ana(database: Database, tmp_path: Path) -> Subject:
    return a_subject(database, a_hasher(tmp_path))


@pytest.fixture
def ben(database: Database, tmp_path: Path) -> Subject:
    return a_subject(database, a_hasher(tmp_path), username="ben", email="ben@example.test")
