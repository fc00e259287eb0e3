"""What refuses to start says what to do, in a line, and with a code that scripts can use."""

import socket
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from idp.cli import main
from tests.drivers.command_line import CommandLine, Ended
from tests.servers import free_port
from tests.unit.cli.conftest import CLIENTS

UNAVAILABLE, TAKEN, UNUSABLE = 69, 75, 78


def one_line(ended: Ended) -> str:
    lines = ended.err.splitlines()
    assert len(lines) == 1, ended.err
    assert lines[0].startswith("idp: ")
    return lines[0]


@pytest.mark.parametrize("command", [("serve",), ("worker",), ("seed",), ("keys", "list"), ("check",), ("db", "upgrade")])
def test_a_missing_setting_is_named(fresh: CommandLine, command: tuple[str, ...]) -> None:
    del fresh.environment["IDP_MAIL_URL"]
    ended = fresh.run(*command)
    assert ended.code == UNUSABLE
    assert "IDP_MAIL_URL: missing" in one_line(ended)


def test_an_unknown_setting_is_named(fresh: CommandLine) -> None:
    fresh.environment["IDP_ISSUR"] = "x"
    ended = fresh.run("serve")
    assert ended.code == UNUSABLE
    assert "IDP_ISSUR: no such setting" in one_line(ended)


def test_names_a_platform_injects_are_not_settings(fresh: CommandLine) -> None:
    fresh.environment |= {"IDP_SERVICE_HOST": "10.0.0.1", "IDP_PORT": "tcp://10.0.0.1:80", "IDP_PORT_80_TCP": "x"}
    assert fresh.run("check").code == 0


def test_a_master_key_that_is_none_is_named(fresh: CommandLine) -> None:
    fresh.environment["IDP_MASTER_KEY"] = "short"
    ended = fresh.run("serve")
    assert ended.code == UNUSABLE
    assert "IDP_MASTER_KEY" in one_line(ended)


def test_tables_that_are_missing_ask_for_the_upgrade(fresh: CommandLine) -> None:
    ended = fresh.run("serve")
    assert ended.code == UNUSABLE
    assert "idp db upgrade" in one_line(ended)


def test_keys_that_are_missing_ask_for_the_seed(fresh: CommandLine) -> None:
    fresh.must("db", "upgrade")
    ended = fresh.run("serve")
    assert ended.code == UNUSABLE
    assert "idp seed" in one_line(ended)


def test_another_master_key_is_told_from_a_new_one(idp: CommandLine) -> None:
    idp.environment["IDP_MASTER_KEY"] = "A" * 43 + "="
    ended = idp.run("serve")
    assert ended.code == UNUSABLE
    assert "IDP_MASTER_KEY" in one_line(ended)


@pytest.mark.parametrize("command", [("serve",), ("worker",), ("seed",), ("audit", "tail"), ("db", "upgrade")])
def test_an_unreachable_database_is_named(idp: CommandLine, command: tuple[str, ...]) -> None:
    idp.environment["IDP_DATABASE_URL"] = f"postgresql+psycopg://idp@127.0.0.1:{free_port()}/idp"
    ended = idp.run(*command)
    assert ended.code == UNAVAILABLE
    assert "IDP_DATABASE_URL" in one_line(ended)


def test_a_database_in_a_folder_that_is_missing_is_named(idp: CommandLine, tmp_path: Path) -> None:
    idp.environment["IDP_DATABASE_URL"] = f"sqlite:///{tmp_path}/missing/idp.db"
    ended = idp.run("serve")
    assert ended.code == UNAVAILABLE
    assert "IDP_DATABASE_URL" in one_line(ended)


def test_an_unreachable_kv_is_named(idp: CommandLine) -> None:
    idp.environment["IDP_KV_URL"] = f"redis://127.0.0.1:{free_port()}"
    ended = idp.run("serve")
    assert ended.code == UNAVAILABLE
    assert "IDP_KV_URL" in one_line(ended)


def test_a_taken_port_is_named(idp: CommandLine) -> None:
    address, port = idp.environment["IDP_LISTEN"].split(":")
    with socket.create_server((address, int(port))):
        ended = idp.run("serve")
    assert ended.code == TAKEN
    assert f"port {port}" in one_line(ended)


def test_an_address_to_listen_on_has_a_shape(idp: CommandLine) -> None:
    idp.environment["IDP_LISTEN"] = "127.0.0.1:http"
    ended = idp.run("serve")
    assert ended.code == UNUSABLE
    assert "IDP_LISTEN" in one_line(ended)


def test_a_data_folder_that_is_missing_is_named(idp: CommandLine, tmp_path: Path) -> None:
    idp.environment["IDP_DATA_DIR"] = str(tmp_path / "missing")
    ended = idp.run("serve")
    assert ended.code == UNUSABLE
    assert "IDP_DATA_DIR" in one_line(ended)


@pytest.mark.parametrize("command", ["serve", "worker", "seed", "check"])
def test_a_broken_clients_file_is_named_with_its_line(idp: CommandLine, tmp_path: Path, command: str) -> None:
    (tmp_path / "clients.yaml").write_text(CLIENTS.replace("legal: Alphera Limited", "legl: Alphera Limited"), "utf-8")
    ended = idp.run(command)
    assert ended.code == UNUSABLE
    assert f"{tmp_path}/clients.yaml:12: brands.alphera.legl: is not a known field" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("command", ["serve", "seed", "check"])
def test_a_mistake_in_a_client_is_named_with_its_line(idp: CommandLine, tmp_path: Path, command: str) -> None:
    (tmp_path / "clients.yaml").write_text(CLIENTS.replace("client_name: Portal", "client_nam: Portal"), "utf-8")
    ended = idp.run(command)
    assert ended.code == UNUSABLE
    assert f"{tmp_path}/clients.yaml:19: clients.0.client_nam: is not a known field" in ended.err


def test_wrong_usage_has_a_code_of_its_own(fresh: CommandLine) -> None:
    assert fresh.run("subject", "add", "--username", "ana").code == 2
    assert fresh.run("no-such-command").code == 2


def every_command(group: click.Group, *named: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, *named, name)
        else:
            yield (*named, name), command


@pytest.mark.parametrize(("named", "command"), [*every_command(main)])
def test_every_command_has_an_example(named: tuple[str, ...], command: click.Command) -> None:
    assert command.help
    assert command.epilog is not None
    assert command.epilog.startswith("Example: ")
    assert " ".join(("idp", *named)) in command.epilog
