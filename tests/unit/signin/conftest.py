from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from idp.brands.registry import Brands, read_brands
from idp.core.database import Database
from idp.core.events import Bus
from idp.core.kv import KV, open_kv
from idp.core.sealing import Keyring
from idp.core.signing import Sealer
from idp.core.throttle import Quota, Throttle
from idp.core.yaml_lines import load
from idp.factors.password import Password
from idp.factors.password_hash import PasswordHasher
from idp.factors.recovery_codes import RecoveryCodes
from idp.sessions.context import Requirement
from idp.sessions.interaction import Interaction, Interactions
from idp.sessions.limits import Limits
from idp.sessions.session import Session, Sessions
from idp.signin.attempt import Attempts
from idp.signin.brake import Brake
from idp.signin.brake import Limits as Brakes
from idp.signin.flow import Credential, Flow, Step
from idp.signin.gate import Gate
from idp.signin.locking import Locking
from idp.signin.lockout import Lockout
from idp.signin.outcomes import Browser
from idp.signin.progress import Progress
from idp.subjects.subjects import Subject, Subjects
from tests.builders import ANA_PASSWORD, NAMES, TestClock, a_database, a_hasher, a_subject
from tests.drivers.provider import CLIENTS_FILE

LIMITS = Limits(
    idle=timedelta(minutes=15),
    absolute=timedelta(hours=8),
    shared_idle=timedelta(minutes=10),
    shared_absolute=timedelta(hours=1),
    staff_idle=timedelta(minutes=10),
)

BRAKES = Brakes(source=20, network=100, flood=300)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with a_database(f"sqlite:///{tmp_path}/idp.db") as database:
        yield database


@pytest.fixture
def kv(tmp_path: Path, clock: TestClock) -> KV:
    return open_kv(f"sqlite:///{tmp_path}/kv.db", clock)


@pytest.fixture
def hasher(tmp_path: Path) -> PasswordHasher:
    return a_hasher(tmp_path)


@pytest.fixture
def ana(database: Database, hasher: PasswordHasher) -> Subject:
    return a_subject(database, hasher)


@pytest.fixture
def ben(database: Database, hasher: PasswordHasher) -> Subject:
    return a_subject(database, hasher, username="ben", email="ben@example.test", password="copper harbour violet 3")


@pytest.fixture
def flow(database: Database, clock: TestClock, bus: Bus, kv: KV, hasher: PasswordHasher) -> Flow:
    throttle = Throttle(kv, clock)
    sealer, half_an_hour = Sealer(Keyring(b"k" * 32), "interaction"), timedelta(minutes=30)
    quota = Quota(throttle, "park", 1000, half_an_hour)
    interactions = Interactions(kv, sealer, clock, half_an_hour, {"authorize": "/authorize"}, quota)
    brands = Brands(read_brands(load(CLIENTS_FILE)))
    progress = Progress(
        database=database,
        clock=clock,
        bus=bus,
        subjects=Subjects(NAMES),
        password=Password(hasher),
        sessions=Sessions(database, bus, clock, LIMITS),
        interactions=interactions,
        attempts=Attempts(kv),
        locking=Locking(Lockout(b"l" * 32), brands, bus),
        gate=Gate(brands, RecoveryCodes()),
    )
    return Flow(progress, Brake(throttle, b"n" * 32, BRAKES), name_key=b"n" * 32)


@dataclass
class Visitor:
    """Somebody at a browser who was asked to sign in."""

    flow: Flow
    digest: str = "ana's browser"
    address: str = "192.0.2.7"
    session: Session | None = None
    device: str = ""

    def park(self, **changes: Any) -> Interaction:
        draft: dict[str, Any] = {
            "kind": "authorize",
            "browser": self.digest,
            "client_id": "stellantis-portal",
            "brand": "stellantis",
            "application": "Stellantis portal",
            "requirement": Requirement(),
            "request": {"state": "x"},
        }
        return self.flow.progress.interactions.park(**(draft | changes))

    def sign_in(
        self,
        username: str = "ana",
        password: str = ANA_PASSWORD,
        *,
        interaction: Interaction | None = None,
        shared: bool = False,
    ) -> Step:
        browser = Browser(self.digest, self.session, self.address, shared, self.device)
        return self.flow.prove_password(interaction or self.park(), Credential(username, password), browser)


@pytest.fixture
def visitor(flow: Flow) -> Visitor:
    return Visitor(flow)
