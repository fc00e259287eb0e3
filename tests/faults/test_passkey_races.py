"""One answer of a passkey, sent ten times at one moment to two processes: its challenge proves it once (S3.1, S3.8)."""

from pathlib import Path

import pytest

from idp.core.clock import SystemClock
from idp.core.events import Bus
from idp.core.kv import open_kv
from idp.factors.passkey import Passkeys
from idp.factors.passkey_ceremony import RelyingParty
from tests.builders import TestClock, Witness, a_database, a_hasher, a_subject
from tests.drivers.soft_authenticator import ORIGIN, RP_ID
from tests.faults.passkey_racer import racer
from tests.faults.rivals import rivals
from tests.faults.scene import AT_ONCE
from tests.servers import RedisServer
from tests.unit.factors.passkey_scene import ATTEMPT, Scene

PROCESSES = 2


@pytest.fixture
def kv_url(request: pytest.FixtureRequest, tables_url: str, tmp_path: Path) -> str:
    """The KV that goes with the database: a file beside SQLite, Redis beside PostgreSQL."""
    if tables_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/kv.db"
    redis: RedisServer = request.getfixturevalue("redis_server")
    return redis.url


def test_of_ten_uses_of_one_challenge_one_proves(tables_url: str, kv_url: str, tmp_path: Path) -> None:
    with a_database(tables_url) as database:
        kv, hasher = open_kv(kv_url, SystemClock()), a_hasher(tmp_path)
        ana = a_subject(database, hasher)
        eve = a_subject(database, hasher, username="eve", email="eve@example.test")
        bus = Bus()
        passkeys = Passkeys(kv, bus, RelyingParty(RP_ID, ORIGIN, "Sign-in"))
        scene = Scene(database, kv, passkeys, ana, eve, TestClock(), Witness(bus))
        scene.device.counts = False  # so that nothing but the challenge stands in the way
        scene.registered()
        with rivals(PROCESSES, racer, tables_url, kv_url, AT_ONCE // PROCESSES) as uses:
            results = uses((ATTEMPT, scene.device.get(scene.request())))
    assert sum(results) == 1
