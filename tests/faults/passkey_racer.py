"""One of several processes that have the same answer of a passkey: `python -m tests.faults.passkey_racer URL KV_URL TIMES`.

It says `ready`, reads attempt and answer from a line of JSON, sends it everywhere at once, and prints how many were proven.
"""

import json
import sys

from flask import Flask

from idp.core.clock import SystemClock
from idp.core.database import open_database
from idp.core.events import Bus
from idp.core.kv import open_kv
from idp.factors.passkey import Passkeys, Proven
from idp.factors.passkey_ceremony import RelyingParty
from tests.builders import BEGINNING
from tests.drivers.soft_authenticator import ORIGIN, RP_ID
from tests.faults.scene import at_once


def race(url: str, kv_url: str, times: int) -> int:
    """How many of `times` uses of one answer were proven here."""
    database = open_database(Flask("racer"), url, pool_size=times)
    database.ping()
    passkeys = Passkeys(open_kv(kv_url, SystemClock()), Bus(), RelyingParty(RP_ID, ORIGIN, "Sign-in"))
    print("ready", flush=True)
    attempt, sent = json.loads(sys.stdin.readline())

    def use(_number: int) -> bool:
        with database.transaction() as db:
            return isinstance(passkeys.verify(db, attempt, sent, BEGINNING, None), Proven)

    proven = sum(at_once(use, times))
    database.close()
    return proven


if __name__ == "__main__":
    print(race(sys.argv[1], sys.argv[2], int(sys.argv[3])))
