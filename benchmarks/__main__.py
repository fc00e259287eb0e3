"""Runs the whole benchmark, or with `--only NAME` a part of it; only `timing` is then written into the report."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.endpoints import ENDPOINTS, Endpoint, client_credentials
from benchmarks.load import Measured, Plan, run_wrk
from benchmarks.provider import PASSWORD, ROOT, USERNAME, Provider
from benchmarks.report import MEASURED, TIMING, Report, Row, write
from benchmarks.servers import Server, free_port, running
from benchmarks.sign_ins import SignIns
from benchmarks.timing import measure, measure_recovery

SERVER_CORE, LOAD_CORE = 0, 1
CONNECTIONS = 16
CONNECTIONS_BESIDE = 4
PARALLEL_SIGN_INS = 8
EMPTY = Plan("/")
PAGE = ROOT / "docs" / "performance.md"


@dataclass(frozen=True, slots=True)
class Bench:
    """Both servers, running, and how long and how often each is measured."""

    provider: Provider
    bare: Server
    server: Server
    folder: Path
    seconds: int
    rounds: int

    def row(self, endpoint: Endpoint) -> Row:
        """Measures one endpoint, each round just after one of the empty view."""
        rounds = []
        for _ in range(self.rounds):
            empty = self.load(self.bare, EMPTY)
            own = self.load(self.server, endpoint.plan(self.provider, self.seconds))
            rounds.append((empty, own))
        return _told(Row(endpoint.name, rounds, endpoint.goal))

    def sign_in_row(self) -> Row:
        """Measures whole sign-ins in the same manner."""
        rounds = []
        for _ in range(self.rounds):
            empty = self.load(self.bare, EMPTY)
            own = _with_cpu(self.server, lambda: self.sign_ins().measure(self.seconds))
            rounds.append((empty, own))
        return _told(Row("password sign-in", rounds))

    def beside_sign_ins(self) -> tuple[list[Measured], list[Measured]]:
        """client_credentials without and with parallel sign-ins, in turns."""
        plan = client_credentials(self.provider, self.seconds)
        quiet, beside = [], []
        for _ in range(self.rounds):
            quiet.append(self.load(self.server, plan, CONNECTIONS_BESIDE))
            with self.sign_ins().going_on():
                beside.append(self.load(self.server, plan, CONNECTIONS_BESIDE))
            print(f"  p95 {quiet[-1].p95:.1f} ms alone, {beside[-1].p95:.1f} ms beside sign-ins", flush=True)
        return quiet, beside

    def timing(self) -> None:
        """Compares names that exist with names that do not, and writes what came of it."""
        timings = (measure(self.provider, self.server.origin), measure_recovery(self.provider, self.server.origin))
        told = "\n\n".join(timing.text() for timing in timings)
        print(told, flush=True)
        write(PAGE, TIMING, told)

    def load(self, server: Server, plan: Plan, connections: int = CONNECTIONS) -> Measured:
        """One round of `plan`."""
        options = {"core": LOAD_CORE, "seconds": self.seconds, "connections": connections}
        return _with_cpu(server, lambda: run_wrk(server.origin, plan, folder=self.folder, **options))

    def sign_ins(self) -> SignIns:
        provider = self.provider
        return SignIns(self.server.origin, provider.host, provider.authorize(), USERNAME, PASSWORD, PARALLEL_SIGN_INS)


@contextmanager
def prepared(seconds: int, rounds: int) -> Iterator[Bench]:
    """Both servers side by side on the server's core; this process and its load keep to the other."""
    os.sched_setaffinity(0, {LOAD_CORE})
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        provider = Provider(folder, free_port())
        provider.prepare()
        port = free_port()
        command = [sys.executable, "-m", "benchmarks.bare", str(port)]
        python = {"PYTHONPATH": str(ROOT)}
        with (
            running(command, port=port, ready="/", core=SERVER_CORE, env=python, log=folder / "bare.log") as bare,
            running(
                provider.serve,
                port=provider.port,
                ready="/health/ready",
                core=SERVER_CORE,
                env=provider.env,
                log=provider.log,
            ) as server,
        ):
            yield Bench(provider, bare, server, folder, seconds, rounds)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=int, default=4, help="length of a round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each endpoint")
    parser.add_argument("--only", metavar="NAME", help="an endpoint whose name begins so, or `sign-in`, `beside`, `timing`")
    asked = parser.parse_args()
    if (os.cpu_count() or 1) <= LOAD_CORE:
        print("Two cores are needed: one for the server, one for the load.", file=sys.stderr)
        return 2
    # Ended from outside, it still stops the servers it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with prepared(asked.seconds, asked.rounds) as bench:
        if asked.only:
            _part(bench, asked.only)
            return 0
        rows = [bench.row(endpoint) for endpoint in ENDPOINTS]
        rows.append(bench.sign_in_row())
        quiet, beside = bench.beside_sign_ins()
        report = Report(rows, quiet, beside, PARALLEL_SIGN_INS, bench.server.worker_mib())
        bench.timing()
    write(PAGE, MEASURED, report.text())
    print(report.text())
    return 0


def _part(bench: Bench, name: str) -> None:
    for endpoint in ENDPOINTS:
        if endpoint.name.startswith(name):
            bench.row(endpoint)
    if name == "sign-in":
        bench.sign_in_row()
    if name == "beside":
        bench.beside_sign_ins()
    if name == "timing":
        bench.timing()
    print(f"The worker holds {bench.server.worker_mib():.0f} MiB")


def _with_cpu(server: Server, measure: Callable[[], Measured]) -> Measured:
    before = server.cpu_seconds()
    measured = measure()
    return replace(measured, cpu_us=(server.cpu_seconds() - before) / measured.count * 1e6)


def _told(row: Row) -> Row:
    print(row.line(), flush=True)
    return row


if __name__ == "__main__":
    sys.exit(main())
