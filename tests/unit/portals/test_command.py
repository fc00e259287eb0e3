"""`python -m portals serve`, as an operator runs it."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests


def serve(*options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "portals", "serve", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> requests.Response:
    for _ in range(200):
        try:
            return requests.get(f"http://127.0.0.1:{port}/health", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("the portal did not come up")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_without_its_provider_and_stops_cleanly(tmp_path: Path, stop: signal.Signals) -> None:
    port = free_port()
    with serve("--brand", "alphera", "--port", str(port), "--issuer", "http://localhost:1", "--data-dir", str(tmp_path)) as run:
        assert wait_for(port).status_code == 200
        login = requests.get(f"http://127.0.0.1:{port}/login", timeout=10)
        run.send_signal(stop)
        output, _ = run.communicate(timeout=20)
    assert login.status_code == 503
    assert "could not reach the sign-in service" in login.text
    assert run.returncode == 0
    assert "Traceback" not in output


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with serve("--brand", "alphera", "--port", port, "--issuer", "http://localhost:1", "--data-dir", str(tmp_path)) as run:
            output, _ = run.communicate(timeout=20)
    assert run.returncode == 1
    assert output == f"Error: Port {port} is taken: stop what listens there, or choose another --port.\n"


def test_a_data_folder_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    options = ("--port", str(free_port()), "--issuer", "http://localhost:1", "--data-dir", str(tmp_path / "file" / "x"))
    with serve("--brand", "alphera", *options) as run:
        output, _ = run.communicate(timeout=20)
    assert run.returncode == 1
    assert output.startswith("Error: The data folder")
    assert output.count("\n") == 1


def test_an_issuer_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    options = ("--port", str(free_port()), "--issuer", "http://id.example", "--data-dir", str(tmp_path))
    with serve("--brand", "alphera", *options) as run:
        output, _ = run.communicate(timeout=20)
    assert run.returncode == 1
    assert "plain http" in output
