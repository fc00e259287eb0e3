"""Drives wrk, pinned to a core of its own, and reads what it measured."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = Path(__file__).parent / "load.lua"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent to `path`: one `body` again and again, every one of `bodies` once, or `prefix` and a token of `pool`.

    A token is used once; the `refresh_token` of each answer goes back into the pool. Each of `proofs` goes once beside `body`,
    as the header DPoP.
    """

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    bodies: Sequence[str] = ()
    proofs: Sequence[str] = ()
    prefix: str = ""
    pool: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """How many were done, how many in a second, latency in milliseconds, and the server's processor time for each in µs."""

    count: int
    rate: float
    p50: float
    p95: float
    p99: float
    cpu_us: float = 0.0


class LoadFailed(Exception):
    """The run does not count: answers were errors, connections broke, or single-use values ran out."""


def run_wrk(origin: str, plan: Plan, *, core: int, seconds: int, connections: int, folder: Path) -> Measured:
    """Sends `plan` to `origin` for `seconds`, from `core`. Raises `LoadFailed` unless every answer was good."""
    plan_file = folder / "plan.lua"
    plan_file.write_text(_lua(plan, folder), "utf-8")
    command = ["taskset", "-c", str(core), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "5s"]
    command += ["-s", str(SCRIPT), origin + plan.path, "--", str(plan_file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    if told["refused"] or told["broken"] or told["exhausted"]:
        raise LoadFailed(f"{plan.method} {plan.path}: {told}")
    rate = told["requests"] / (told["microseconds"] / 1e6)
    return Measured(told["requests"], rate, told["p50"] / 1e3, told["p95"] / 1e3, told["p99"] / 1e3)


def _lua(plan: Plan, folder: Path) -> str:
    headers = ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in plan.headers.items())
    entries = [f"method = {json.dumps(plan.method)}", f"headers = {{ {headers} }}"]
    if plan.body:
        entries.append(f"body = {json.dumps(plan.body)}")
    for name, values in (("list", plan.bodies), ("proofs", plan.proofs), ("pool", plan.pool)):
        if values:
            lines = folder / f"{name}.txt"
            lines.write_text("\n".join(values) + "\n", "utf-8")
            entries.append(f"{name} = {json.dumps(str(lines))}")
    if plan.prefix:
        entries.append(f"prefix = {json.dumps(plan.prefix)}")
    return "return { " + ", ".join(entries) + " }\n"
