"""The same commands on PostgreSQL and Redis."""

import json
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.drivers.command_line import CommandLine
from tests.servers import PostgresServer, RedisServer, wait_until
from tests.unit.cli.conftest import settings
from tests.unit.cli.test_serve import answers, port_of


@pytest.fixture
def idp(postgres_server: PostgresServer, redis_server: RedisServer, tmp_path: Path) -> Iterator[CommandLine]:
    with postgres_server.new_database() as url:
        stores = {"IDP_DATABASE_URL": url, "IDP_KV_URL": redis_server.url}
        idp = CommandLine(settings(tmp_path) | stores, tmp_path / "runs")
        yield idp
        idp.end_all()


def test_an_operators_first_day(idp: CommandLine) -> None:
    upgrades = [idp.start("db", "upgrade"), idp.start("db", "upgrade")]
    assert [one.wait().code for one in upgrades] == [0, 0]
    seeds = [idp.start("seed"), idp.start("seed")]
    assert [one.wait().code for one in seeds] == [0, 0]
    idp.must(
        "subject", "add", "--username", "ana", "--email", "ana@example.test", "--password-stdin", typed="lantern orbit mosaic 7"
    )
    rotations = [idp.start("keys", "rotate"), idp.start("keys", "rotate")]
    first, second = (one.wait() for one in rotations)
    assert (first.code, first.out) == (second.code, second.out) == (0, first.out)
    assert sum(row["state"] == "next" for row in json.loads(idp.must("keys", "list", "--json"))) == 4, "one of each algorithm"
    serving, working = idp.start("serve"), idp.start("worker")
    wait_until(lambda: answers(port_of(idp)), OSError, HTTPException)
    wait_until(lambda: '"audit_head"' in working.err)
    assert idp.must("audit", "verify").startswith("The trail is whole")
    assert (serving.end().code, working.end().code) == (0, 0)
