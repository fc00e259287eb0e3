"""One of several processes with one right code: `python -m tests.faults.code_typist URL SUBJECT CODE TIMES` says `ready`, waits
for a line, types the code at once, does the same with asking for another, and prints how often it counted and how many came."""

import sys
from datetime import timedelta

from flask import Flask

from idp.core.database import Database, open_database
from idp.core.sealing import Keyring
from idp.factors.sent_code import Place, SentCodes
from idp.subjects.proof import Proof
from tests.builders import BEGINNING
from tests.faults.scene import at_once

CODES = SentCodes(Keyring(b"k" * 32))
CONNECTIONS = 10
LATER = BEGINNING + timedelta(minutes=1)
PROOF = Proof("text_code", ("sms",), "2sv", LATER)


def spend(database: Database, place: Place, code: str) -> bool:
    """Types the code, in a transaction of its own."""
    with database.transaction() as db:
        return CODES.spend(db, place, code, PROOF) == PROOF


def renew(database: Database, place: Place) -> bool:
    """Asks for another code, in a transaction of its own."""
    with database.transaction() as db:
        return CODES.renew(db, place, LATER) is not None


def typing(url: str, place: Place, code: str, times: int) -> tuple[int, int]:
    """How often the code counted, and then how many others were to be sent."""
    database = open_database(Flask("typist"), url, pool_size=CONNECTIONS)
    database.ping()
    print("ready", flush=True)
    sys.stdin.readline()
    counted = sum(at_once(lambda _: spend(database, place, code), times))
    print("ready", flush=True)
    sys.stdin.readline()
    renewed = sum(at_once(lambda _: renew(database, place), times))
    database.close()
    return counted, renewed


if __name__ == "__main__":
    _, url, subject_id, code, times = sys.argv
    print(*typing(url, Place("text_code", subject_id, "interaction"), code, int(times)))
