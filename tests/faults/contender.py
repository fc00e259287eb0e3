"""One of several worker processes that get the same request at the same moment, several times each.

`python -m tests.faults.contender` reads one JSON line, builds the provider, prints `ready`, waits for another line, and
prints what came back.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from werkzeug.test import Client

from idp.app import create_app
from idp.settings import Settings
from tests.builders import TestClock


def contend(environment: dict[str, str], path: str, fields: dict[str, str], headers: dict[str, str], times: int) -> list[Any]:
    """Status and body of each of `times` simultaneous requests."""
    settings = Settings.from_environment(environment)
    app = create_app(settings, clock=TestClock())
    together = Barrier(times)

    def once(_: int) -> Any:
        client = Client(app, use_cookies=False)
        together.wait()
        answer = client.post(path, data=fields, headers=headers, base_url=settings.issuer)
        return answer.status_code, json.loads(answer.get_data())

    Client(app).get("/jwks", base_url=settings.issuer)  # the keys are imported, the pool is warm
    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(once, range(times)))


if __name__ == "__main__":
    print(json.dumps(contend(**json.loads(sys.stdin.readline()))), flush=True)
