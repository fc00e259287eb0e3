"""One answer of a passkey, sent ten times at one moment to two processes: its challenge proves it once (S3.1, S3.8)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from idp.core.clock import SystemClock
from idp.core.events import Bus
from idp.core.kv import open_kv
from idp.factors.passkey import Passkeys
from idp.factors.passkey_ceremony import RelyingParty
from tests.builders import TestClock, Witness, a_database, a_hasher, a_subject
from tests.drivers.soft_authenticator import ORIGIN, RP_ID
from tests.faults.scene import AT_ONCE, at_once
from tests.servers import RedisServer
from tests.unit.factors.passkey_scene import ATTEMPT, Scene

PROCESSES = 2


def raced(url: str, kv_url: str, sent: str) -> list[int]:
    """How often each of two processes took the answer for proven."""
    command = [sys.executable, "-m", "tests.faults.passkey_racer", url, kv_url, str(AT_ONCE // PROCESSES)]
    pipe = subprocess.PIPE
    racers = [subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) for _ in range(PROCESSES)]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    line = json.dumps([ATTEMPT, sent]) + "\n"
    return [int(output) for output in at_once(lambda number: racers[number].communicate(line)[0], PROCESSES)]


@pytest.fixture
def kv_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """The KV that goes with the database: a file beside SQLite, Redis beside PostgreSQL."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/kv.db"
    redis: RedisServer = request.getfixturevalue("redis_server")
    return redis.url


def test_of_ten_uses_of_one_challenge_one_proves(database_url: str, kv_url: str, tmp_path: Path) -> None:
    with a_database(database_url) as database:
        kv, hasher = open_kv(kv_url, SystemClock()), a_hasher(tmp_path)
        ana = a_subject(database, hasher)
        eve = a_subject(database, hasher, username="eve", email="eve@example.test")
        bus = Bus()
        passkeys = Passkeys(kv, bus, RelyingParty(RP_ID, ORIGIN, "Sign-in"))
        scene = Scene(database, kv, passkeys, ana, eve, TestClock(), Witness(bus))
        scene.device.counts = False  # so that nothing but the challenge stands in the way
        scene.registered()
        results = raced(database_url, kv_url, scene.device.get(scene.request()))
    assert sum(results) == 1
