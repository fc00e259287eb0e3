"""openid-client, the library for Node: it registers by itself, and is as strict with answers as its makers thought right."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.drivers.browser import Browser
from tests.drivers.registrant import Registrant
from tests.drivers.stack import Stack
from tests.foreign.customer import goes
from tests.servers import program

NODE = Path(__file__).parent / "node"


@contextmanager
def an_application(stack: Stack) -> Iterator[subprocess.Popen[str]]:
    """The application as a process, with an initial access token good for two clients."""
    environment = {"ISSUER": stack.issuer, "TOKEN": Registrant.a_token(stack, "alphera", uses=2)}
    command = [program("node"), str(NODE / "application.mjs")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def converse(process: subprocess.Popen[str], browser: Browser) -> dict[str, Any]:
    """Sends the browser wherever the application says, until it says what it learnt."""
    assert process.stdin
    assert process.stdout
    assert process.stderr
    for line in process.stdout:
        said: dict[str, Any] = json.loads(line)
        if "go" not in said:
            return said
        process.stdin.write(f"{goes(browser, said['go'])}\n")
        process.stdin.flush()
    raise AssertionError(process.stderr.read())


def test_it_registers_signs_in_refreshes_and_signs_out(stack: Stack) -> None:
    """RFC 7591 3.2.1, Core 3.1.3.7: with a secret; FAPI 2.0 Security Profile 5.3.3: with its keys alone, pushed and proven."""
    with an_application(stack) as application:
        learnt = converse(application, stack.browser())
    for story in learnt.values():
        assert story["person"]["name"] == "Ana Ferreira"
        assert story["person"]["email"] == "ana@example.test"
    assert (learnt["secret"]["type"], learnt["proofs"]["type"]) == ("bearer", "dpop")
