from pathlib import Path

import pytest

from idp.core.database import Database
from idp.core.events import Bus
from idp.core.kv import open_kv
from idp.factors.passkey import Passkeys
from idp.factors.passkey_ceremony import RelyingParty
from idp.subjects.subjects import NewSubject, Subject, Subjects
from tests.builders import BEGINNING, NAMES, TestClock, Witness, a_hasher, a_subject
from tests.drivers.soft_authenticator import ORIGIN, RP_ID
from tests.unit.factors.passkey_scene import Scene


@pytest.fixture
def ana_id(database: Database, bus: Bus) -> str:
    return a_subject_id(database, bus, "ana")


@pytest.fixture
def ben_id(database: Database, bus: Bus) -> str:
    return a_subject_id(database, bus, "ben")


def a_subject_id(database: Database, bus: Bus, username: str) -> str:
    new = NewSubject(username=username, email=f"{username}@example.test")
    with database.transaction() as db:
        created = Subjects(NAMES).create(db, bus, new, b"no password", BEGINNING)
    assert isinstance(created, Subject)
    return created.id


@pytest.fixture
def scene(database: Database, tmp_path: Path, bus: Bus, witness: Witness, clock: TestClock) -> Scene:
    kv = open_kv(f"sqlite:///{tmp_path}/kv.db", clock)
    hasher = a_hasher(tmp_path)
    ana = a_subject(database, hasher)
    eve = a_subject(database, hasher, username="eve", email="eve@example.test")
    passkeys = Passkeys(kv, bus, RelyingParty(RP_ID, ORIGIN, "Sign-in"))
    return Scene(database, kv, passkeys, ana, eve, clock, witness)
