"""Retention: old entries go, up to a signed head, and an anchor stays from which the proof goes on.

A stretch of the trail goes in one transaction with its anchor and the event that tells of it, so that a cut that is broken off
leaves a trail that is whole. What does not prove itself is not cut: its traces would go with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

from sqlalchemy import Connection, Row, delete, func, insert, select

from idp.core.audit_events import AuditCut
from idp.core.audit_links import Anchor, hold, last_cut, sign_cut
from idp.core.audit_tables import audit_cuts, audit_entries, audit_links
from idp.core.audit_verify import MOST_FAULTS, Fault, faults_of_links
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.event import Bus
from idp.core.sealing import Keyring

# Heads stand at most a thousand entries apart: this bounds what one transaction holds up.
MOST_HEADS = 3


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch was cut: so many `entries`; the trail begins behind `position`."""

    position: int
    entries: int


@dataclass(frozen=True, slots=True)
class NotWhole:
    """Nothing was cut: the stretch does not prove itself."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Scissors:
    """Cuts the trail. `needed_from` answers behind which position entries must stay for somebody; None: nobody needs any."""

    database: Database
    keyring: Keyring
    clock: Clock
    bus: Bus
    needed_from: Callable[[Connection], int | None]

    def cut(self, before: datetime, reason: Literal["retention", "operator"], broken: bool = False) -> Cut | NotWhole | None:
        """Cuts a stretch, at most to the last signed head before `before`; None where there is nothing to cut.

        Call again until it is None. `broken` cuts what does not prove itself too. The worker that links entries waits.
        """
        with self.database.reading() as db:
            if not self._heads(db, last_cut(db, self.keyring), before):
                return None
        with self.database.transaction() as db:
            hold(db)
            anchor = last_cut(db, self.keyring)
            heads = self._heads(db, anchor, before)
            if not heads:
                return None
            head = heads[-1]
            faults = tuple(islice(faults_of_links(db, self.keyring, anchor, head.position), MOST_FAULTS))
            if faults and not broken:
                return NotWhole(faults)
            entries = self._remove(db, anchor, head)
            day = f"{before:%Y-%m-%dT%H:%M:%SZ}"
            told = AuditCut(reason=reason, before=day, position=head.position, entries=entries, faults=len(faults))
            self.bus.record(db, told)
        return Cut(head.position, entries)

    def _heads(self, db: Connection, anchor: Anchor, before: datetime) -> list[Row[int, str, datetime]]:
        needed = self.needed_from(db)
        # Heads are signed in the order of their positions: what the first of them does not tell, no later one does.
        first = select(audit_links.c.position, audit_links.c.link, audit_links.c.head_signed_at).where(
            audit_links.c.position > anchor.position, audit_links.c.head_signed_at.is_not(None)
        )
        heads = db.execute(first.order_by(audit_links.c.position).limit(MOST_HEADS))
        return [one for one in heads if one.head_signed_at < before and (needed is None or one.position <= needed)]

    def _remove(self, db: Connection, anchor: Anchor, head: Row[int, str, datetime]) -> int:
        goes = audit_links.c.position <= head.position
        newest = db.scalar(select(func.max(audit_links.c.entry_id)).where(goes)) or 0
        now = self.clock.now()
        fresh = Anchor(head.position, head.link, max(newest, anchor.entry_id))
        cut = {"position": head.position, "signed": sign_cut(self.keyring, fresh, now), "cut_at": now}
        db.execute(insert(audit_cuts), cut)
        # The entries first: the triggers ask their links whether they may go.
        linked = select(audit_links.c.entry_id).where(goes)
        removed = db.execute(delete(audit_entries).where(audit_entries.c.id.in_(linked))).rowcount
        db.execute(delete(audit_links).where(goes))
        return removed
