"""`idp demo`: everything up together, everything down together, nothing left behind."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.drivers.command_line import CommandLine, Running
from tests.servers import wait_until


@pytest.fixture
def idp(tmp_path: Path) -> Iterator[CommandLine]:
    # Settings of a person's shell must not reach the demonstration.
    idp = CommandLine({"IDP_ISSUER": "https://id.example", "IDP_NONSENSE": "1"}, tmp_path / "runs")
    yield idp
    idp.end_all()


@pytest.fixture
def ports() -> int:
    """The first of three ports in a row that are free."""
    for base in range(20_000 + os.getpid() % 10_000, 60_000, 3):
        with suppress(OSError):
            for probe in [socket.create_server(("127.0.0.1", base + offset)) for offset in range(3)]:
                probe.close()
            return base
    raise OSError("no three ports in a row are free")


def begin(idp: CommandLine, folder: Path, ports: int, *options: str) -> Running:
    return idp.start("demo", "--json", "--port-base", str(ports), "--data-dir", str(folder), *options)


def facts(running: Running) -> dict[str, Any]:
    """What it prints once it is up."""

    def is_told() -> bool:
        assert running.runs, running.err
        return running.out.endswith("\n")

    wait_until(is_told)
    told: dict[str, Any] = json.loads(running.out)
    return told


def family(pid: int) -> list[int]:
    """A process and all below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in family(int(child)))]


def all_gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}/exe").exists() for pid in pids)


def status(url: str) -> int:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", parts.path or "/")
    answer = connection.getresponse().status
    connection.close()
    return answer


def test_it_is_up_prints_its_facts_and_goes_down(idp: CommandLine, tmp_path: Path, ports: int) -> None:
    running = begin(idp, tmp_path / "demo", ports)
    told = facts(running)
    assert told["issuer"] == f"http://localhost:{ports}"
    assert told["portals"] == {"stellantis": f"http://localhost:{ports + 1}", "alphera": f"http://localhost:{ports + 2}"}
    assert [customer["brands"] for customer in told["customers"]] == [
        ["stellantis", "alphera"],
        *[["stellantis"]] * 2,
        ["alphera"],
    ]
    assert told["customers"][0] | {"brands": []} == {
        "username": "ana",
        "password": "lantern orbit mosaic 7",
        "email": "ana@example.test",
        "brands": [],
    }
    addresses = [f"{told['issuer']}/demo", f"{told['issuer']}/jwks", *told["portals"].values()]
    assert [status(address) for address in addresses] == [200] * 4
    processes = family(running.pid)
    ended = running.end(signal.SIGINT)
    assert (ended.code, ended.err) == (0, "")
    assert all_gone(processes)


def test_it_keeps_its_data_until_it_is_told_to_forget(idp: CommandLine, tmp_path: Path, ports: int) -> None:
    folder = tmp_path / "demo"
    for options, kept in (((), False), ((), True), (("--reset",), False)):
        key = (folder / "master.key").read_text() if folder.exists() else None
        running = begin(idp, folder, ports, *options)
        assert facts(running)["issuer"]
        assert running.end().code == 0
        assert ((folder / "master.key").read_text() == key) is kept


def test_a_part_that_dies_takes_the_rest_along_and_is_named(idp: CommandLine, tmp_path: Path, ports: int) -> None:
    running = begin(idp, tmp_path / "demo", ports)
    facts(running)
    processes = family(running.pid)
    os.kill(worker_of(processes), signal.SIGKILL)
    ended = running.wait()
    assert ended.code == 1
    assert ended.err.startswith("idp: the worker ended by itself with code -9; its last lines:\n")
    assert all_gone(processes)


def test_nothing_outlives_it_even_when_it_is_killed(idp: CommandLine, tmp_path: Path, ports: int) -> None:
    running = begin(idp, tmp_path / "demo", ports)
    facts(running)
    processes = family(running.pid)
    os.kill(running.pid, signal.SIGKILL)
    wait_until(lambda: all_gone(processes))
    running.wait()


def test_it_stops_while_it_starts(idp: CommandLine, tmp_path: Path, ports: int) -> None:
    running = begin(idp, tmp_path / "demo", ports)
    wait_until((tmp_path / "demo" / "logs" / "alphera-portal.log").exists)
    processes = family(running.pid)
    assert running.end(signal.SIGTERM).code == 0
    assert all_gone(processes)


@pytest.mark.parametrize("offset", range(3))
def test_a_taken_port_is_named(idp: CommandLine, tmp_path: Path, ports: int, offset: int) -> None:
    with socket.create_server(("127.0.0.1", ports + offset)):
        ended = begin(idp, tmp_path / "demo", ports).wait()
    assert ended.code == 75
    assert ended.err == f"idp: port {ports + offset} is taken: stop what listens there, or choose another --port-base\n"


def test_a_folder_in_use_is_named(idp: CommandLine, tmp_path: Path, ports: int) -> None:
    running = begin(idp, tmp_path / "demo", ports)
    facts(running)
    second = begin(idp, tmp_path / "demo", ports + 3, "--reset").wait()
    assert (second.code, "another demonstration uses" in second.err) == (75, True)
    assert running.end().code == 0


def test_a_folder_that_cannot_be_made_is_named(idp: CommandLine, tmp_path: Path, ports: int) -> None:
    (tmp_path / "file").touch()
    ended = begin(idp, tmp_path / "file" / "demo", ports).wait()
    assert ended.code == 1
    assert "choose another --data-dir" in ended.err


def worker_of(processes: list[int]) -> int:
    """The part that listens nowhere: the one child of the first process that has none of its own."""
    first = processes[0]
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    (alone,) = [int(child) for child in children if len(family(int(child))) == 1]
    return alone
