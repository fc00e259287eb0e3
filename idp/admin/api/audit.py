"""The audit trail by the admin API: all of it by and by, oldest first."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from idp.admin.api.operations import AUDIT, Asked, Operation, Told
from idp.admin.api.paging import PAGING, Cursors, limit_of
from idp.admin.rights import Right
from idp.core.audit_feed import Linked, feed
from idp.core.clock import Clock
from idp.core.sealing import Keyring

SAME = (
    "occurred_at",
    "event",
    "outcome",
    "reason",
    "actor",
    "subject_id",
    "client_id",
    "brand",
    "session_digest",
    "acr",
    "amr",
    "details",
)
PERSONAL = ("address", "device", "request_id")


@dataclass(frozen=True, slots=True)
class AuditOperations:
    """Reads the trail in the order of its chain: entries appear when they are linked, within seconds."""

    keyring: Keyring
    cursors: Cursors
    clock: Clock

    def operations(self) -> tuple[Operation, ...]:
        """What can be done."""
        about = "Entries of the trail, oldest first; `next` goes on where this page ends, now or later"
        return (
            Operation(
                "readAudit", about, "GET", "/audit", AUDIT, Right.READ_AUDIT, self.read, {200: "AuditPage"}, query=PAGING
            ),
        )

    def read(self, db: Connection, asked: Asked) -> Told:
        """GET: a page; `more` says whether there was more when it was made."""
        limit, after = limit_of(asked.query), self.cursors.read(asked.query, self.clock.now()) or 0
        found = feed(db, self.keyring, after, limit + 1, asked.caller.brands(Right.READ_AUDIT))
        page = found[:limit]
        behind = self.cursors.make(page[-1].position if page else after)
        return Told({"items": [_shown(one) for one in page], "next": behind, "more": len(found) > limit})


def _shown(linked: Linked) -> dict[str, Any]:
    entry = linked.entry
    return (
        {"position": linked.position}
        | {name: getattr(entry, name) for name in SAME}
        | {name: str(entry.personal.get(name, "")) for name in PERSONAL}
    )
