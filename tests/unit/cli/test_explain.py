"""`idp explain`: the cause of a refusal, on the host."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.drivers.command_line import CommandLine

ROW = (
    "3f9a1c00002a",
    "2026-11-02 09:30:00.000000",
    "token",
    "portal",
    "invalid_grant",
    "The code is not valid",
    "wrong_verifier",
    '{"parameters": ["code", "code_verifier"]}',
)


@pytest.fixture
def kept(idp: CommandLine, tmp_path: Path) -> CommandLine:
    with closing(sqlite3.connect(tmp_path / "idp.db")) as db, db:
        db.execute(
            "INSERT INTO refusals (reference, refused_at, endpoint, client_id, code, public, because, facts)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            ROW,
        )
    return idp


def test_it_prints_the_cause_the_clause_and_the_way_out(kept: CommandLine) -> None:
    lines = dict(line.split("  ", 1) for line in kept.must("explain", "3f9a1c00002a").splitlines())
    told = {name: text.strip() for name, text in lines.items()}
    assert told["answer"] == "invalid_grant: The code is not valid"
    assert (told["when"], told["client"], told["cause"]) == ("2026-11-02 09:30:00 UTC", "portal", "wrong_verifier")
    assert "RFC 7636" in told["clause"]
    assert "two tabs" in told["mend"]


def test_it_prints_json(kept: CommandLine) -> None:
    told = json.loads(kept.must("explain", "3f9a1c00002a", "--json"))
    assert (told["because"], told["facts"]) == ("wrong_verifier", {"parameters": ["code", "code_verifier"]})


def test_an_unknown_reference_says_where_references_come_from(idp: CommandLine) -> None:
    ended = idp.run("explain", "nothing")
    assert (ended.code, ended.out) == (1, "")
    assert "X-Request-Id" in ended.err
