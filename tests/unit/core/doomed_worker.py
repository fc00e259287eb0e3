"""A worker that is killed between delivery and mark: `python -m tests.unit.core.doomed_worker URL KEY FOLDER`."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from flask import Flask

from idp.core.clock import SystemClock
from idp.core.database import open_database
from idp.core.outbox import Attempt, Outcome, Worker
from idp.core.sealing import Keyring


def run(url: str, key: str, folder: str) -> None:
    """Delivers into `folder`, and dies at once of it."""

    def deliver(payload: dict[str, Any], attempt: Attempt) -> Outcome:
        Path(folder, f"{payload['name']}.{attempt.tries}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    database = open_database(Flask("doomed"), url, pool_size=4)
    Worker(database, Keyring.from_text(key), SystemClock(), {"mail": deliver}).run_once()


if __name__ == "__main__":
    run(*sys.argv[1:])
