"""A long trail is chained, verified and taken away in bounded memory."""

import os
import resource

import pytest
from sqlalchemy import update

from idp.admin.audit import Export
from idp.admin.audit_export import as_csv
from idp.core.audit import Trail, audit_entries
from idp.core.audit_chain import chain
from idp.core.audit_search import Sought, stream
from idp.core.audit_verify import verify
from idp.core.database import Database
from idp.core.protocol_events import CodeIssued
from idp.core.sealing import Keyring
from tests.builders import TestClock
from tests.unit.core.audit_scene import drop_triggers

ROWS = 100_000


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("tables_url", ["sqlite"], indirect=True)
def test_a_hundred_thousand_entries(database: Database) -> None:
    keyring, clock = Keyring(os.urandom(32)), TestClock()
    trail = Trail(keyring, clock)
    for batch in range(ROWS // 1000):
        with database.transaction() as db:
            for number in range(1000):
                trail.write(db, CodeIssued(subject_id=f"s-{batch}-{number % 10}", client_id="c", scope="openid"))
    before = peak_mib()
    head = None
    while (linked := chain(database, keyring, clock)) is not None:
        head = linked
    assert head is not None
    assert head.position == ROWS
    assert verify(database, keyring, head.signed) == []
    assert sum(1 for _ in as_csv(Export(stream(database, keyring, Sought(), ROWS), ROWS, cut=True))) > ROWS / 1000
    assert peak_mib() - before < 48
    with database.transaction() as db:
        drop_triggers(db)
        db.execute(update(audit_entries).where(audit_entries.c.id == ROWS // 2).values(reason="x"))
    assert [(fault.kind, fault.entry_id) for fault in verify(database, keyring, head.signed)] == [("changed", ROWS // 2)]


def peak_mib() -> float:
    """The most memory this process has ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
