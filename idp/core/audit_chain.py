"""The hash chain over the audit trail, made in batches behind the acting transactions.

The signed head of each batch goes to the log, out of the database's reach: whoever rewrites or cuts the tables cannot rewrite
that. `audit_verify` proves the chain.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from idp.core.audit_links import FORGED, PAGE, SOUND, head_signer, hold, horizon, last_cut, link_of, unlinked
from idp.core.audit_rows import is_sound
from idp.core.audit_tables import audit_entries, audit_links
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.logs import get_log
from idp.core.sealing import Keyring

log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: `position` counts from 1, `signed` is the text for `idp audit verify --head`."""

    position: int
    link: str
    signed: str


def chain(database: Database, keyring: Keyring, clock: Clock, limit: int = PAGE) -> Head | None:
    """Links up to `limit` entries in one transaction and logs the signed head; None where there was nothing to link.

    Two workers at once queue; positions have no gaps.
    """
    with database.reading() as db:
        known = horizon(db, last_cut(db, keyring))
        if db.scalar(unlinked(audit_entries.c.id > known, limit=1)) is None:
            return None
    with database.transaction() as db:
        head = _link_more(db, keyring, clock, limit)
    if head is not None:
        log.info("audit_head", position=head.position, head=head.signed)
    return head


def _link_more(db: Connection, keyring: Keyring, clock: Clock, limit: int) -> Head | None:
    hold(db)
    anchor = last_cut(db, keyring)
    last = db.execute(select(audit_links).order_by(audit_links.c.position.desc()).limit(1)).mappings().one_or_none()
    position, link = (last["position"], last["link"]) if last is not None else (anchor.position, anchor.link)
    rows = db.execute(unlinked(audit_entries.c.id > horizon(db, anchor), limit)).mappings().all()
    if not rows:
        return None
    now = clock.now()
    links = []
    for row in rows:
        position += 1
        fresh = {"position": position, "entry_id": row["id"], "head_signed_at": now if row is rows[-1] else None}
        sound = is_sound(keyring, row)
        if not sound:
            log.error("audit_entry_forged", entry_id=row["id"])
        link = link_of(keyring, keyring.key_id, link, fresh, row["mac"], SOUND if sound else FORGED)
        links.append(fresh | {"link": link})
    db.execute(insert(audit_links), links)
    return Head(position, link, head_signer(keyring).sign({"position": position, "link": link}, now))
