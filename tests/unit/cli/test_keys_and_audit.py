"""`idp keys` and `idp audit`: what an operator and an auditor read."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.drivers.command_line import CommandLine

ALGORITHMS = ["ES256", "EdDSA", "RS256"]


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
