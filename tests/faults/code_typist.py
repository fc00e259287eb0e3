"""One of several processes with one right code: it types the code many times at once, or asks for another as often."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from idp.core.database import open_database
from idp.core.sealing import Keyring
from idp.factors.sent_code import Place, SentCodes
from idp.subjects.proof import Proof
from tests.builders import BEGINNING
from tests.faults.scene import at_once

CODES = SentCodes(Keyring(b"k" * 32))
CONNECTIONS = 10
LATER = BEGINNING + timedelta(minutes=1)
PROOF = Proof("text_code", ("sms",), "2sv", LATER)

Typed = tuple[Place, str | None]


def typist(url: str, times: int) -> Callable[[Typed], int]:
    """How often a code counted; where there is none to type, how many others were to be sent."""
    database = open_database(Flask("typist"), url, pool_size=CONNECTIONS)
    database.ping()

    def types(typed: Typed) -> int:
        place, code = typed

        def once(_number: int) -> bool:
            with database.transaction() as db:
                if code is None:
                    return CODES.renew(db, place, LATER) is not None
                return CODES.spend(db, place, code, PROOF) == PROOF

        return sum(at_once(once, times))

    return types
