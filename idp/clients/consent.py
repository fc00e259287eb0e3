"""What a subject permits: scopes to a client, and the use of one sign-in at a further brand."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from idp.clients.client import Client
from idp.clients.model import brand_visits, consents
from idp.core.database import upsert
from idp.core.events import Bus
from idp.core.protocol_events import ConsentGranted, ConsentWithdrawn


@dataclass(frozen=True, slots=True)
class Consent:
    """The scopes a client was allowed, the last of them at `granted_at`."""

    client_id: str
    scopes: frozenset[str]
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """A brand whose own applications are used, since `allowed_at`."""

    brand: str
    allowed_at: datetime


class Consents:
    """Remembers consent until it is withdrawn."""

    def granted(self, db: Connection, subject_id: str, client_id: str) -> frozenset[str]:
        """The scopes this subject has allowed this client so far."""
        scope = db.scalar(
            select(consents.c.scope).where(consents.c.subject_id == subject_id, consents.c.client_id == client_id)
        )
        return frozenset((scope or "").split())

    def grant(self, db: Connection, bus: Bus, subject_id: str, client: Client, scopes: frozenset[str], now: datetime) -> None:
        """Adds `scopes` to what this subject allows this client."""
        scope = " ".join(sorted(self.granted(db, subject_id, client.id) | scopes))
        values = {"subject_id": subject_id, "client_id": client.id, "scope": scope, "granted_at": now}
        # Of two answers at once the second meets the first one's row: it must change it, not fail on it.
        keep = upsert(db, consents).values(values)
        latest = {"scope": keep.excluded.scope, "granted_at": keep.excluded.granted_at}
        db.execute(keep.on_conflict_do_update(index_elements=["subject_id", "client_id"], set_=latest))
        event = ConsentGranted(subject_id=subject_id, client_id=client.id, brand=client.brand, scope=" ".join(sorted(scopes)))
        bus.record(db, event)

    def of(self, db: Connection, subject_id: str) -> tuple[Consent, ...]:
        """Everything the subject allows clients by name, oldest first."""
        rows = select(consents.c.client_id, consents.c.scope, consents.c.granted_at).where(consents.c.subject_id == subject_id)
        ordered = rows.order_by(consents.c.granted_at, consents.c.client_id)
        return tuple(Consent(row.client_id, frozenset(row.scope.split()), row.granted_at) for row in db.execute(ordered))

    def visits(self, db: Connection, subject_id: str) -> tuple[Visit, ...]:
        """The brands whose own applications the subject uses, oldest first."""
        theirs = (brand_visits.c.subject_id == subject_id) & brand_visits.c.withdrawn_at.is_(None)
        rows = select(brand_visits.c.brand, brand_visits.c.allowed_at).where(theirs).order_by(brand_visits.c.allowed_at)
        return tuple(Visit(*row) for row in db.execute(rows))

    def withdraw(self, db: Connection, bus: Bus, subject_id: str, client: Client, session_id: str) -> bool:
        """Takes back everything the subject allows this client; True for exactly one of many callers."""
        if not self._forget(db, subject_id, client.id):
            return False
        bus.record(db, _withdrawn(subject_id, client, session_id))
        return True

    def withdraw_brand(
        self,
        db: Connection,
        bus: Bus,
        subject_id: str,
        brand: str,
        own: tuple[Client, ...],
        session_id: str,
        now: datetime,
    ) -> bool:
        """Takes back the use of the sign-in at `brand`, whose `own` clients they are; True for exactly one of many callers.

        The next visit there is asked for again, as the first one at a further brand is.
        """
        this = (brand_visits.c.subject_id == subject_id) & (brand_visits.c.brand == brand)
        running = update(brand_visits).where(this, brand_visits.c.withdrawn_at.is_(None))
        if db.execute(running.values(withdrawn_at=now)).rowcount != 1:
            return False
        for client in own:
            self._forget(db, subject_id, client.id)
            bus.record(db, _withdrawn(subject_id, client, session_id))
        return True

    def _forget(self, db: Connection, subject_id: str, client_id: str) -> bool:
        this = (consents.c.subject_id == subject_id) & (consents.c.client_id == client_id)
        return db.execute(delete(consents).where(this)).rowcount == 1

    def has_visited(self, db: Connection, subject_id: str) -> bool:
        """Whether the subject has ever used the sign-in anywhere, also where they took it back."""
        return db.scalar(select(brand_visits.c.brand).where(brand_visits.c.subject_id == subject_id).limit(1)) is not None

    def visited_brands(self, db: Connection, subject_id: str) -> frozenset[str]:
        """The brands at which this subject uses the sign-in."""
        return frozenset(visit.brand for visit in self.visits(db, subject_id))

    def visit_brand(self, db: Connection, subject_id: str, brand: str, now: datetime) -> None:
        """Remembers that this subject uses the sign-in at `brand`; a second time changes nothing."""
        values = {"subject_id": subject_id, "brand": brand, "allowed_at": now, "withdrawn_at": None}
        keep, withdrawn = upsert(db, brand_visits).values(values), brand_visits.c.withdrawn_at.is_not(None)
        db.execute(keep.on_conflict_do_update(index_elements=["subject_id", "brand"], set_=values, where=withdrawn))


def _withdrawn(subject_id: str, client: Client, session_id: str) -> ConsentWithdrawn:
    return ConsentWithdrawn(subject_id=subject_id, client_id=client.id, brand=client.brand, session_id=session_id)
