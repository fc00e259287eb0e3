"""kill -9 between the delivery and its mark: delivered again, never lost."""

import base64
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from idp.core.database import Database
from idp.core.outbox import Attempt, Delivered, Outcome, Worker, enqueue
from idp.core.sealing import Keyring
from tests.builders import TestClock


def test_what_a_killed_worker_delivered_is_delivered_again(database: Database, tables_url: str, tmp_path: Path) -> None:
    key = base64.b64encode(os.urandom(32)).decode()
    keyring = Keyring.from_text(key)
    now = TestClock(datetime.now(UTC))
    folder = tmp_path / "delivered"
    folder.mkdir()
    with database.transaction() as db:
        for name in ("one", "two", "three"):
            enqueue(db, keyring, "mail", {"name": name}, now)
    command = [sys.executable, "-m", "tests.unit.core.doomed_worker", tables_url, key, str(folder)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    first = {path.name for path in folder.iterdir()}
    assert first
    assert all(name.endswith(".1") for name in first)

    def deliver(payload: dict[str, Any], attempt: Attempt) -> Outcome:
        (folder / f"{payload['name']}.{attempt.tries}").touch()
        return Delivered()

    worker = Worker(database, keyring, now, {"mail": deliver})
    worker.run_once()
    now.advance(timedelta(seconds=90))
    worker.run_once()
    names = {path.name.partition(".")[0] for path in folder.iterdir() if path.name not in first}
    assert names == {"one", "two", "three"}
    assert worker.run_once() == 0
