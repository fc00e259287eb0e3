"""One of several processes that have the same answer of a passkey: it sends that everywhere at once."""

from collections.abc import Callable
from typing import Any

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


def racer(url: str, kv_url: str, times: int) -> Callable[[tuple[str, Any]], int]:
    """How many of `times` uses of one answer in an attempt were proven here."""
    database = open_database(Flask("racer"), url, pool_size=times)
    database.ping()
    passkeys = Passkeys(open_kv(kv_url, SystemClock()), Bus(), RelyingParty(RP_ID, ORIGIN, "Sign-in"))

    def uses(asked: tuple[str, Any]) -> int:
        attempt, sent = asked

        def use(_number: int) -> bool:
            with database.transaction() as db:
                return isinstance(passkeys.verify(db, attempt, sent, BEGINNING, None), Proven)

        return sum(at_once(use, times))

    return uses
