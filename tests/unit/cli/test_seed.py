"""`idp db upgrade` and `idp seed` may run as often as one likes."""

import json
import stat
from pathlib import Path

from tests.drivers.command_line import CommandLine
from tests.unit.cli.conftest import CLIENTS


def test_the_tables_are_upgraded_once(fresh: CommandLine) -> None:
    assert "were upgraded" in fresh.must("db", "upgrade")
    assert "up to date" in fresh.must("db", "upgrade")


def test_two_upgrades_at_once_agree(fresh: CommandLine) -> None:
    upgrades = [fresh.start("db", "upgrade"), fresh.start("db", "upgrade")]
    assert [one.wait().code for one in upgrades] == [0, 0]


def test_what_it_makes_is_for_its_own_account_alone(fresh: CommandLine, tmp_path: Path) -> None:
    fresh.must("db", "upgrade")
    fresh.must("seed")
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("idp.db", "kv.db")} == {0o600}


def test_a_second_seed_changes_nothing(fresh: CommandLine) -> None:
    fresh.must("db", "upgrade")
    assert json.loads(fresh.must("seed", "--json")) == {"clients_changed": ["portal"]}
    keys = fresh.must("keys", "list")
    assert json.loads(fresh.must("seed", "--json")) == {"clients_changed": []}
    assert fresh.must("keys", "list") == keys


def test_a_client_that_left_the_file_is_disabled(idp: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "clients.yaml").write_text(CLIENTS.partition("  - client_id")[0] + "  []\n", "utf-8")
    assert "portal" in idp.must("seed")
    (client,) = json.loads(idp.must("client", "list", "--json"))
    assert client["state"] == "disabled"


def test_an_id_that_is_taken_stops_the_seed(idp: CommandLine, tmp_path: Path) -> None:
    metadata = {"client_id": "other", "client_name": "Other", "redirect_uris": ["https://other.example/"]}
    (tmp_path / "other.json").write_text(json.dumps(metadata), "utf-8")
    idp.must("client", "add", "--file", str(tmp_path / "other.json"))
    (tmp_path / "clients.yaml").write_text(CLIENTS.replace("client_id: portal", "client_id: other"), "utf-8")
    ended = idp.run("seed")
    assert ended.code == 78
    assert "other was registered by an administrator" in ended.err
