"""`idp keys` and `idp audit`: what an operator and an auditor read."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from idp.app import lay_ground
from idp.core.audit_chain import chain
from tests.builders import TestClock
from tests.drivers.command_line import CommandLine
from tests.drivers.provider import settings_for

ALGORITHMS = ["ES256", "EdDSA", "PS256", "RS256"]


def test_every_algorithm_has_a_signing_key(idp: CommandLine) -> None:
    rows = json.loads(idp.must("keys", "list", "--json"))
    assert [(row["alg"], row["state"]) for row in rows] == [(alg, "signing") for alg in ALGORITHMS]
    assert "signing" in idp.must("keys", "list")


def test_a_rotation_publishes_the_next_keys_once(idp: CommandLine) -> None:
    published = json.loads(idp.must("keys", "rotate", "--json"))["published"]
    assert json.loads(idp.must("keys", "rotate", "--json"))["published"] == published
    waiting = [row for row in json.loads(idp.must("keys", "list", "--json")) if row["state"] == "next"]
    assert sorted(row["kid"] for row in waiting) == sorted(published)


def test_two_rotations_at_once_are_one(idp: CommandLine) -> None:
    both = [idp.start("keys", "rotate"), idp.start("keys", "rotate")]
    first, second = (one.wait() for one in both)
    assert (first.code, second.code) == (0, 0), (first, second)
    assert first.out == second.out


def test_the_tail_shows_who_did_what(idp: CommandLine) -> None:
    idp.must("client", "disable", "portal")
    entry = json.loads(idp.must("audit", "tail", "--limit", "1", "--json"))[0]
    assert (entry["event"], entry["client_id"]) == ("ClientDisabled", "portal")
    assert entry["actor"].startswith("operator:")
    assert "ClientDisabled" in idp.must("audit", "tail")
    assert json.loads(idp.must("audit", "tail", "--after", str(entry["id"]), "--json")) == []


def test_a_whole_trail_is_proven(idp: CommandLine) -> None:
    assert "The trail is whole" in idp.must("audit", "verify")


def test_a_changed_entry_is_a_line_and_a_code(idp: CommandLine, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "idp.db")) as db:
        db.execute("DROP TRIGGER audit_entries_keeps_update")
        db.execute("UPDATE audit_entries SET reason = 'nothing to see' WHERE event = 'ClientRegistered'")
        db.commit()
    ended = idp.run("audit", "verify")
    assert ended.code == 1
    assert len(ended.out.splitlines()) == 1
    (fault,) = json.loads(idp.run("audit", "verify", "--json").out)
    assert fault["entry_id"] is not None


def test_a_head_that_was_not_signed_here_is_a_fault(idp: CommandLine) -> None:
    ended = idp.run("audit", "verify", "--head", "made-up")
    assert ended.code == 1
    assert ended.out.startswith("head: ")


def test_only_what_is_a_day_old_is_cut(idp: CommandLine) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    ended = idp.run("audit", "cut", "--before", today)
    assert (ended.code, "at least a day ago" in ended.err) == (1, True)
    assert idp.must("audit", "cut", "--before", "2025-12-31") == "Entries removed: 0.\n"
    assert idp.run("audit", "cut", "--before", "31.12.2025").code == 2
    assert idp.run("audit", "cut").code == 2


def test_old_entries_are_cut_unless_they_do_not_prove_themselves(idp: CommandLine, tmp_path: Path) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=40)
    ground = lay_ground(settings_for(tmp_path), TestClock(long_ago))
    chain(ground.database, ground.keyring, ground.clock)
    ground.database.close()
    with closing(sqlite3.connect(tmp_path / "idp.db")) as db:
        db.execute("DROP TRIGGER audit_entries_keeps_update")
        db.execute("UPDATE audit_entries SET reason = 'nothing to see' WHERE event = 'ClientRegistered'")
        db.commit()
    before = f"{datetime.now(UTC) - timedelta(days=30):%Y-%m-%d}"
    refused = idp.run("audit", "cut", "--before", before)
    assert (refused.code, refused.out) == (1, "Entries removed: 0.\n")
    assert "does not prove itself" in refused.err
    assert "changed: position" in refused.err
    assert "Entries removed: 0." not in idp.must("audit", "cut", "--before", before, "--broken")
    assert "The trail is whole" in idp.must("audit", "verify")
    assert json.loads(idp.must("audit", "tail", "--json"))[-1]["event"] == "AuditCut"
