"""What the tests of the foundations share."""

from collections.abc import Iterator

import pytest
from flask import Flask

from idp.core.audit_tables import audit_cuts, audit_entries, audit_links, audit_sent, trail_keys
from idp.core.database import Database, metadata, open_database
from idp.core.mail import demo_messages
from idp.core.outbox import outbox
from idp.core.pulse import pulses
from idp.core.secrets_store import kept_secrets
from idp.core.tallies import tallies, tally_cursor

TABLES = [audit_entries, audit_links, audit_cuts, audit_sent, trail_keys, outbox, demo_messages, kept_secrets]
TABLES += [pulses, tallies, tally_cursor]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of each kind with the tables of the foundations alone, which are made soon."""
    database = open_database(Flask("tests"), database_url, pool_size=16)
    metadata.create_all(database.engine, tables=TABLES)
    yield database
    database.close()
