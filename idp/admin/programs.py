"""Clients of the admin API belong to nobody, and outlive whoever made them: whose hands they went through, and who has left.

Such a program goes on when one of them is stopped or loses the role, for it is the company's and not theirs. But they may know
its secret, or hold its key; so it is named until an administrator has exchanged that, and says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, select

from idp.admin.api.operations import SCOPES
from idp.admin.model import client_hands
from idp.admin.rights import Post, Role
from idp.admin.roles import Roles
from idp.clients.registry import Clients, Listed
from idp.core.clock import Clock
from idp.core.database import upsert
from idp.core.events import Bus, Event
from idp.core.origin import current_origin
from idp.core.staff_events import ProgramLeftBehind, ProgramLookedAfter
from idp.subjects.subjects import Subject, Subjects

BY_STAFF = "staff:"
# Only they may say what a client of the admin API is, or have its secret.
KEEPER = Post(Role.ADMINISTRATOR, None)


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who may know what the client proves itself with; `left`: they are stopped, or no administrator any more."""

    client: Listed
    who: Subject
    left: bool


@dataclass(frozen=True, slots=True)
class Programs:
    """Collaborators."""

    clients: Clients
    subjects: Subjects
    roles: Roles
    bus: Bus
    clock: Clock

    def when_touched(self, db: Connection, event: Event) -> None:
        """Subscriber: a client was registered or changed, or got a secret, by whoever acts now."""
        actor = current_origin().actor
        who = self.subjects.get(db, actor.removeprefix(BY_STAFF)) if actor.startswith(BY_STAFF) else None
        if event.client_id is None or who is None:
            return
        row = {"client_id": event.client_id, "subject_id": who.id, "since": self.clock.now()}
        db.execute(upsert(db, client_hands).values(row).on_conflict_do_nothing())

    def when_left(self, db: Connection, event: Event) -> None:
        """Subscriber: somebody was stopped or lost a role. The trail tells which programs somebody should look after."""
        for hand in self._hands(db, client_hands.c.subject_id == event.subject_id) if event.subject_id else ():
            if hand.left:
                client = hand.client.client
                self.bus.record(db, ProgramLeftBehind(subject_id=hand.who.id, client_id=client.id, brand=client.brand))

    def left_behind(self, db: Connection) -> list[Hand]:
        """Every program that somebody left behind, by id."""
        return [hand for hand in self._hands(db) if hand.left]

    def of(self, db: Connection, client_id: str) -> list[Hand]:
        """Whose hands this program went through; nobody's, where the client is no program."""
        return list(self._hands(db, client_hands.c.client_id == client_id))

    def looked_after(self, db: Connection, client_id: str) -> bool:
        """Somebody says that whoever left knows nothing of use any more; False where nobody had."""
        gone = [hand for hand in self.of(db, client_id) if hand.left]
        for hand in gone:
            this = (client_hands.c.client_id == client_id) & (client_hands.c.subject_id == hand.who.id)
            if db.execute(delete(client_hands).where(this)).rowcount == 1:
                brand = hand.client.client.brand
                self.bus.record(db, ProgramLookedAfter(subject_id=hand.who.id, client_id=client_id, brand=brand))
        return bool(gone)

    def _hands(self, db: Connection, *which: ColumnElement[bool]) -> Iterator[Hand]:
        order = (client_hands.c.client_id, client_hands.c.since)
        query = select(client_hands.c.client_id, client_hands.c.subject_id).where(*which).order_by(*order)
        for row in db.execute(query).all():
            client, who = self.clients.listed(db, row.client_id), self.subjects.get(db, row.subject_id)
            if client is not None and who is not None and client.client.scopes & SCOPES:
                yield Hand(client, who, who.disabled or KEEPER not in self.roles.of(db, who.id))
