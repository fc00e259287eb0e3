"""clients.yaml is changed, broken and mended under a running provider: two servers' workers, and the worker process."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.clients.in_force import last_rejection
from tests.drivers.remote import Lost
from tests.drivers.stack import Stack, a_stack
from tests.servers import PostgresServer, RedisServer, wait_until
from tests.unit.cli.conftest import CLIENTS

NAMED = CLIENTS.replace("name: Stellantis\n", "name: {name}\n").replace("client_name: Portal", "client_name: {name} Portal")
EVERYWHERE = 8  # answers in a row, of two workers: all from one of them is next to impossible, and harmless


def write(file: Path, text: str) -> None:
    aside = file.with_suffix(".new")
    aside.write_text(text, "utf-8")
    aside.replace(file)


def named(name: str) -> str:
    return NAMED.replace("{name}", name)


@pytest.fixture(params=["sqlite", "postgresql"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    file = tmp_path / "brands.yaml"
    write(file, named("Marigold"))
    changed = {"clients_file": str(file)}
    if request.param == "sqlite":
        with a_stack(tmp_path, deliver=True, **changed) as running:
            yield running
        return
    postgres: PostgresServer = request.getfixturevalue("postgres_server")
    redis: RedisServer = request.getfixturevalue("redis_server")
    changed |= {"kv_url": redis.url}
    with postgres.migrated_database() as url, a_stack(tmp_path, deliver=True, database_url=url, **changed) as running:
        yield running


def page(stack: Stack) -> str:
    """A sign-in page, with the names of the brand and of the client as the worker that answers knows them."""
    verifier = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    asked = "client_id=portal&response_type=code&scope=openid&state=s&nonce=n&code_challenge_method=S256"
    address = f"/authorize?{asked}&redirect_uri=https%3A%2F%2Fportal.example%2Fcallback&code_challenge={verifier}"
    return stack.browser().open(address).text


def says_everywhere(stack: Stack, name: str) -> bool:
    return all(f"{name} Portal" in (text := page(stack)) and f"{name} Limited" not in text for _ in range(EVERYWHERE))


def events(stack: Stack, kind: str) -> int:
    return sum(row.event == kind for row in stack.rows("audit_entries"))


def rejection(stack: Stack) -> tuple[str, ...]:
    with stack.house.ground.database.reading() as db:
        found = last_rejection(db)
    return found.problems if found else ()


def test_change_break_and_mend(stack: Stack) -> None:
    assert stack.server is not None
    file = stack.house.ground.settings.clients_file
    assert says_everywhere(stack, "Marigold")
    write(file, named("Juniper"))
    wait_until(lambda: says_everywhere(stack, "Juniper"))
    loaded = events(stack, "ConfigurationLoaded")
    write(file, named("Thistle").replace("redirect_uris", "redirect_urls"))
    wait_until(lambda: rejection(stack) != ())
    assert any("redirect_urls: is not a known field" in problem for problem in rejection(stack))
    # One that is started in the place of a dead one stands on the last good file, too.
    stack.kill_worker()
    stack.wait_until_whole()
    wait_until(lambda: says_everywhere(stack, "Juniper"), *Lost)
    assert (events(stack, "ConfigurationRejected"), events(stack, "ConfigurationLoaded")) == (1, loaded)
    assert "clients_file_rejected" in stack.server.err + (stack.deliverer.err if stack.deliverer else "")
    assert stack.command_line.run("serve").code == 78
    assert stack.command_line.run("worker").code == 78
    write(file, named("Thistle"))
    for process in (stack.server, stack.deliverer):
        assert process is not None
        os.kill(process.pid, signal.SIGHUP)
    wait_until(lambda: says_everywhere(stack, "Thistle"))
    assert rejection(stack) == ()
    assert events(stack, "ConfigurationLoaded") == loaded + 1
    assert len(stack.workers()) == 2
    assert stack.deliverer is not None
    assert stack.deliverer.runs
