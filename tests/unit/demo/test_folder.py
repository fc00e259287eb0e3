"""The folder of a demonstration: what it holds, what it keeps, and what it never touches."""

import stat
import subprocess
from pathlib import Path

import yaml

from idp.demo.folder import DemoFolder
from idp.settings import Settings


def prepared(path: Path, port_base: int = 9000) -> DemoFolder:
    folder = DemoFolder(path, port_base)
    assert folder.lock() is not None
    folder.prepare()
    return folder


def test_its_settings_are_good(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "demo")
    settings = Settings.from_environment(folder.environment())
    assert settings.demo
    assert settings.issuer == "http://localhost:9000"


def test_the_master_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    key = (tmp_path / "master.key").read_text()
    folder.prepare()
    assert (tmp_path / "master.key").read_text() == key
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("master.key", "environment")} == {0o600}


def test_every_address_moves_with_the_ports(tmp_path: Path) -> None:
    # 9001 is where a portal stood, and now the provider: nothing may be replaced twice.
    prepared(tmp_path, 9001)
    text = (tmp_path / "clients.yaml").read_text()
    assert "localhost:9001" not in text
    file = yaml.safe_load(text)
    assert [brand["hosts"] for brand in file["brands"].values()] == [["localhost:9002"], ["localhost:9003"]]
    callbacks = [uri for client in file["clients"] for uri in client.get("redirect_uris", ())]
    assert callbacks == ["http://localhost:9002/callback", "http://localhost:9003/callback"]


def test_a_shell_can_take_its_settings(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "it's a demo")
    command = ["sh", "-c", '. "$0"; env', str(folder.path / "environment")]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert {line for line in told if line.startswith("IDP_")} == {f"{k}={v}" for k, v in folder.environment().items()}


def test_one_demonstration_at_a_time(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path, 9000)
    assert folder.lock() is not None
    assert folder.lock() is None


def test_a_reset_removes_only_what_demonstrations_make(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "thesis.txt").write_text("three years of work")
    folder = prepared(tmp_path)
    for name in ("idp.db", "idp.db-wal", "kv.db"):
        (tmp_path / name).touch()
    folder.reset()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letters", "lock", "thesis.txt"]
