import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.core.database import Database
from idp.core.errors import Misconfigured
from idp.core.sealing import Keyring
from idp.core.secrets_store import kept_secret, kept_secrets
from tests.builders import TestClock

OLD, NEW = os.urandom(32), os.urandom(32)


def test_a_secret_is_made_once_and_kept(database: Database) -> None:
    clock = TestClock()
    with database.transaction() as db:
        first = kept_secret(db, Keyring(OLD), "csrf", clock)
        other = kept_secret(db, Keyring(OLD), "pairwise", clock)
    with database.transaction() as db:
        again = kept_secret(db, Keyring(NEW, OLD), "csrf", clock)
    assert first == again != other
    assert len(first) == 32


def test_makers_at_once_agree(database: Database) -> None:
    keyring, clock = Keyring(NEW), TestClock()

    def make(_: int) -> bytes:
        with database.transaction() as db:
            return kept_secret(db, keyring, "csrf", clock)

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(make, range(8)))) == 1


def test_without_its_master_key_it_is_never_made_anew(database: Database) -> None:
    clock = TestClock()
    with database.transaction() as db:
        kept_secret(db, Keyring(OLD), "csrf", clock)
    with pytest.raises(Misconfigured, match="IDP_MASTER_KEY"), database.transaction() as db:
        kept_secret(db, Keyring(NEW), "csrf", clock)


def test_secrets_do_not_change_places(database: Database) -> None:
    keyring, clock = Keyring(NEW), TestClock()
    with database.transaction() as db:
        kept_secret(db, keyring, "a", clock)
        db.execute(kept_secrets.update().values(name="b"))
    with pytest.raises(Misconfigured), database.transaction() as db:
        kept_secret(db, keyring, "b", clock)
