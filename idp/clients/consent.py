"""What a subject permits: scopes to a client, and the use of one sign-in at a further brand."""

from datetime import datetime

from sqlalchemy import Connection, select

from idp.clients.client import Client
from idp.clients.model import brand_visits, consents
from idp.core.database import upsert
from idp.core.events import Bus
from idp.core.protocol_events import ConsentGranted


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

    def visited_brands(self, db: Connection, subject_id: str) -> frozenset[str]:
        """The brands at which this subject has used the sign-in."""
        rows = db.scalars(select(brand_visits.c.brand).where(brand_visits.c.subject_id == subject_id))
        return frozenset(rows)

    def visit_brand(self, db: Connection, subject_id: str, brand: str, now: datetime) -> None:
        """Remembers that this subject uses the sign-in at `brand`; a second time changes nothing."""
        values = {"subject_id": subject_id, "brand": brand, "allowed_at": now}
        db.execute(upsert(db, brand_visits).values(values).on_conflict_do_nothing())
