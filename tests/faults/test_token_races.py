"""Ten parallel tries over two worker processes, on every database (S3.1)."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.builders import TestClock
from tests.drivers.provider import environment_for
from tests.drivers.relying_party import basic
from tests.protocol.tokens.provider import VERIFIER, Issuer, assertion, fill, secret_of

PROCESSES, TIMES = 2, 5


@pytest.fixture
def environment(tmp_path: Path, database_url: str) -> dict[str, str]:
    return environment_for(tmp_path, database_url=database_url)


@pytest.fixture
def issuer(environment: dict[str, str], clock: TestClock) -> Iterator[Issuer]:
    opened = fill(environment, clock)
    opened.sign_in()
    yield opened
    opened.house.ground.database.engine.dispose()


def race(environment: dict[str, str], fields: dict[str, str], client_id: str | None = "basic") -> list[tuple[int, Any]]:
    """What ten simultaneous token requests get, five in each of two processes."""
    headers = {"Authorization": basic(client_id, secret_of(client_id))} if client_id else {}
    job = {"environment": environment, "path": "/token", "fields": fields, "headers": headers, "times": TIMES}
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker()) for _ in range(PROCESSES)]
        for worker in workers:
            _tell(worker, json.dumps(job))
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            _tell(worker, "go")
        # The last line: what is logged comes before.
        return [
            tuple(answer) for worker in workers for answer in json.loads(worker.communicate(timeout=60)[0].splitlines()[-1])
        ]


def _worker() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.faults.contender"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def _tell(worker: subprocess.Popen[str], line: str) -> None:
    assert worker.stdin is not None
    worker.stdin.write(line + "\n")
    worker.stdin.flush()


def test_of_ten_redeems_one_succeeds(environment: dict[str, str], issuer: Issuer) -> None:
    """RFC 6749 4.1.2; the nine others are replays, so that in the end nobody holds a token."""
    code = issuer.code()
    redeem = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": "https://basic.example/cb",
        "code_verifier": VERIFIER,
    }
    answers = race(environment, redeem)
    assert Counter(status for status, _ in answers) == {200: 1, 400: 9}
    won = next(body for status, body in answers if status == 200)
    assert {body["error"] for status, body in answers if status == 400} == {"invalid_grant"}
    assert issuer.userinfo(won["access_token"]).status == 401
    assert issuer.refresh(won["refresh_token"]).error == "invalid_grant"


def test_of_ten_refreshes_one_rotates_and_all_get_the_same(environment: dict[str, str], issuer: Issuer) -> None:
    """P4: every 200 carries the same successor."""
    token = issuer.redeem(issuer.code())["refresh_token"]
    answers = race(environment, {"grant_type": "refresh_token", "refresh_token": token})
    assert Counter(status for status, _ in answers) == {200: 10}
    successors = {body["refresh_token"] for _, body in answers}
    assert len(successors) == 1
    assert len(issuer.rows_of("refresh_tokens")) == 2
    assert sum(row.event == "RefreshRotated" for row in issuer.rows_of("audit_entries")) == 1
    assert issuer.refresh(successors.pop()).status == 200


def test_of_ten_uses_of_an_assertion_one_counts(tmp_path: Path, kv_url: str, clock: TestClock) -> None:
    """RFC 7523 3 jti, on every KV."""
    environment = environment_for(tmp_path, kv_url=kv_url)
    issuer = fill(environment, clock)
    fields = {"grant_type": "refresh_token", "refresh_token": "unknown"} | assertion(clock, "jwt")
    answers = race(environment, fields, client_id=None)
    assert Counter(body["error"] for _, body in answers) == {"invalid_grant": 1, "invalid_client": 9}
    issuer.house.ground.database.engine.dispose()
