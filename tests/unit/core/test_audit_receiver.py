"""The receiver that the documentation shows takes what is ours, and nothing else."""

import json
import re
import runpy
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from idp.core.audit_sending import SIGNATURE, signature

SECRET = "thirty-two characters of a secret"
PAGE = Path(__file__).parent.parent.parent.parent / "docs" / "audit.md"
BODY = json.dumps({"entries": [{"position": 1}, {"position": 2}]}).encode()


class Receiver:
    """The program on the page, running."""

    def __init__(self, folder: Path) -> None:
        program = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
        assert program is not None
        file = folder / "receiver.py"
        file.write_text(program[1])
        self.stored: dict[int, Any] = {}
        self.client: FlaskClient = runpy.run_path(str(file), {"store_unless_known": self.stored.setdefault})[
            "app"
        ].test_client()

    def gets(self, proof: str, body: bytes = BODY) -> int:
        return self.client.post("/idp-trail", data=body, headers={SIGNATURE: proof}).status_code


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    monkeypatch.setenv("SECRET", SECRET)
    return Receiver(tmp_path)


def test_what_we_send_is_taken_once(receiver: Receiver) -> None:
    proof = signature(SECRET.encode(), BODY, int(time.time()))
    assert [receiver.gets(proof), receiver.gets(proof)] == [204, 204]
    assert list(receiver.stored) == [1, 2]


def test_what_others_send_or_send_later_is_refused(receiver: Receiver) -> None:
    now = int(time.time())
    assert receiver.gets(signature(b"another secret", BODY, now)) == 401
    assert receiver.gets(signature(SECRET.encode(), BODY, now), BODY + b" ") == 401
    assert receiver.gets(signature(SECRET.encode(), BODY, now - 400)) == 401
    assert receiver.gets(signature(SECRET.encode(), BODY, now).replace(f"t={now}", f"t={now + 1}")) == 401
    assert receiver.stored == {}
