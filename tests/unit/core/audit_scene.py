"""A trail to write, chain, cut and tamper with."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from idp.core.audit import Trail
from idp.core.audit_chain import Head, chain
from idp.core.audit_cut import Cut, NotWhole, Scissors
from idp.core.audit_triggers import APPEND_ONLY_DDL, CUTS_DDL
from idp.core.audit_verify import Fault, verify
from idp.core.database import Database
from idp.core.event import Bus, Event
from idp.core.protocol_events import CodeIssued
from idp.core.sealing import Keyring
from tests.builders import TestClock


@dataclass(slots=True)
class Scene:
    database: Database
    clock: TestClock
    keyring: Keyring
    trail: Trail

    def write(self, count: int = 3) -> None:
        with self.database.transaction() as db:
            for number in range(count):
                self.trail.write(db, CodeIssued(subject_id=f"s-{number}", client_id="c", session_id="h", acr="1", amr=("pwd",)))

    def chain(self, limit: int = 1000) -> Head | None:
        return chain(self.database, self.keyring, self.clock, limit)

    def found(self, head: Head | None = None) -> list[Fault]:
        return verify(self.database, self.keyring, head.signed if head else None)

    def faults(self, head: Head | None = None) -> list[str]:
        return [fault.kind for fault in self.found(head)]

    def scissors(self, needed: int | None = None) -> Scissors:
        """Cuts, but nothing behind the position that is `needed`."""
        bus = Bus()
        bus.subscribe(Event, self.trail.write)
        return Scissors(self.database, self.keyring, self.clock, bus, lambda _: needed)

    def cut(self, before: datetime, broken: bool = False) -> Cut | NotWhole | None:
        return self.scissors().cut(before, "operator", broken)

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """As an administrator of the database, who can drop triggers."""
        with self.database.transaction() as db:
            drop_triggers(db)
            yield db


def a_scene(database: Database) -> Scene:
    clock, keyring = TestClock(), Keyring(os.urandom(32))
    return Scene(database, clock, keyring, Trail(keyring, clock))


def drop_triggers(db: Connection) -> None:
    for statement in (*APPEND_ONLY_DDL[db.dialect.name], *CUTS_DDL[db.dialect.name]):
        words = statement.split()
        if words[1] == "TRIGGER":
            table = words[words.index("ON") + 1]
            db.execute(text(f"DROP TRIGGER IF EXISTS {words[2]}" + (f" ON {table}" if db.dialect.name == "postgresql" else "")))
