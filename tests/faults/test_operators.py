"""Two operators, or two hosts that start together, give the same command at the same moment."""

import json
import signal
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from tests.drivers.command_line import CommandLine, Ended
from tests.drivers.provider import environment_for
from tests.servers import wait_until


@pytest.fixture
def idp(tmp_path: Path, database_url: str) -> CommandLine:
    """The command line on stores that are empty."""
    return CommandLine(environment_for(tmp_path, database_url=database_url), tmp_path / "commands")


def both(idp: CommandLine, *words: str) -> list[Ended]:
    running = [idp.start(*words) for _ in range(2)]
    ended = [each.wait() for each in running]
    assert [each.code for each in ended] == [0, 0], ended
    return ended


def keys(idp: CommandLine) -> list[tuple[str, str]]:
    return sorted((key["alg"], key["state"]) for key in json.loads(idp.must("keys", "list", "--json")))


def test_upgrades_seeds_and_rotations_come_out_as_one(idp: CommandLine) -> None:
    """S4: one set of tables, one first key for each algorithm, one next key for each."""
    both(idp, "db", "upgrade")
    seeded = both(idp, "seed", "--json")
    changed = [set(json.loads(each.out)["clients_changed"]) for each in seeded]
    assert changed[0] | changed[1] == {"stellantis-portal", "stellantis-api", "alphera-portal", "alphera-api"}
    assert keys(idp) == [(alg, "signing") for alg in ("ES256", "EdDSA", "PS256", "RS256")]
    rotated = [json.loads(each.out)["published"] for each in both(idp, "keys", "rotate", "--json")]
    assert rotated[0] == rotated[1]
    assert sorted(state for _, state in keys(idp)) == ["next"] * 4 + ["signing"] * 4


def test_an_upgrade_that_was_killed_is_begun_again(idp: CommandLine, database_url: str) -> None:
    """All migrations are one transaction: what was not committed never was."""
    upgrade = idp.start("db", "upgrade")
    wait_until(lambda: _is_upgrading(database_url) or not upgrade.runs, OperationalError)
    upgrade.end(signal.SIGKILL)
    idp.must("db", "upgrade")
    idp.must("seed")
    assert len(keys(idp)) == 4


def _is_upgrading(url: str) -> bool:
    engine = create_engine(url, connect_args={"timeout": 0} if url.startswith("sqlite") else {})
    try:
        with engine.connect() as db:
            if db.dialect.name == "postgresql":
                return bool(db.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")))
            return _is_locked(db)
    finally:
        engine.dispose()


def _is_locked(db: Connection) -> bool:
    try:
        db.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError:
        return True
    db.exec_driver_sql("ROLLBACK")
    return False
