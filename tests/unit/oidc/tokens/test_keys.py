import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from idp.core.database import Database
from idp.core.errors import Misconfigured
from idp.core.events import Bus
from idp.core.sealing import Keyring
from idp.oidc.tokens.keys import ALGORITHMS, RETIRED_STAYS, Keys
from idp.oidc.tokens.model import signing_keys
from tests.builders import TestClock, Witness, a_database

MASTER = bytes(range(32))


@pytest.fixture
def database(tables_url: str) -> Iterator[Database]:
    with a_database(tables_url) as opened:
        yield opened


@pytest.fixture
def keys(database: Database, clock: TestClock) -> Keys:
    made = Keys(database, Keyring(MASTER), clock)
    with database.transaction() as db:
        made.ensure(db, clock.now())
    return made


@pytest.fixture
def bus() -> Bus:
    return Bus()


def rotate(keys: Keys, database: Database, bus: Bus, clock: TestClock) -> list[str]:
    with database.transaction() as db:
        return keys.rotate(db, bus, clock.now())


def published(keys: Keys) -> set[str]:

    return {key["kid"] for key in json.loads(keys.public_set().body)["keys"]}


def test_the_first_keys_sign_at_once_and_are_made_once(keys: Keys, database: Database, clock: TestClock) -> None:
    before = {alg: keys.signer(alg).kid for alg in ALGORITHMS}
    with database.transaction() as db:
        keys.ensure(db, clock.now())
    clock.advance(timedelta(seconds=6))
    assert {alg: keys.signer(alg).kid for alg in ALGORITHMS} == before
    assert published(keys) == set(before.values())
    keys.check()


def test_private_parts_are_sealed(keys: Keys, database: Database) -> None:
    with database.reading() as db:
        rows = db.execute(select(signing_keys)).all()
    assert all(b'"d"' not in row.private_sealed and "d" not in row.public_jwk for row in rows)


def test_a_provider_without_keys_does_not_start(database: Database, clock: TestClock) -> None:
    with pytest.raises(Misconfigured, match="idp seed"):
        Keys(database, Keyring(MASTER), clock).check()


def test_an_algorithm_that_a_version_brings_has_a_key_at_the_next_start(
    keys: Keys, database: Database, bus: Bus, clock: TestClock
) -> None:
    """What signs already stays; a provider that never had a key gets none by itself."""
    before = {alg: keys.signer(alg).kid for alg in ALGORITHMS}
    older = {alg: kid for alg, kid in before.items() if alg != "PS256"}
    with database.transaction() as db:
        db.execute(delete(signing_keys).where(signing_keys.c.alg == "PS256"))
    clock.advance(timedelta(days=3))
    with pytest.raises(Misconfigured, match="PS256"):
        Keys(database, Keyring(MASTER), clock).check()
    for _ in range(2):
        with database.transaction() as db:
            keys.ensure_new(db, clock.now())
    keys.check()
    assert older.items() < {alg: keys.signer(alg).kid for alg in ALGORITHMS}.items()
    assert keys.signer("PS256").kid != before["PS256"]
    assert len(published(keys)) == len(ALGORITHMS)
    with database.transaction() as db:
        db.execute(delete(signing_keys))
        keys.ensure_new(db, clock.now())
        assert keys.all(db) == []


def test_a_rotation_knows_algorithms_that_had_no_key(keys: Keys, database: Database, bus: Bus, clock: TestClock) -> None:
    with database.transaction() as db:
        db.execute(delete(signing_keys).where(signing_keys.c.alg == "PS256"))
    assert len(rotate(keys, database, bus, clock)) == len(ALGORITHMS)


def test_what_a_newer_version_signs_by_is_published_alone(keys: Keys, database: Database, bus: Bus, clock: TestClock) -> None:
    """Workers of two versions run side by side while one is replaced by the other."""
    with database.transaction() as db:
        row = dict(db.execute(select(signing_keys).limit(1)).mappings().one())
        later = {"alg": "PS512", "kid": "later", "public_jwk": {"kid": "later"}, "private_sealed": b"?"}
        db.execute(insert(signing_keys), [row | later])
    clock.advance(timedelta(days=90))
    keys.check()
    assert "later" in published(keys)
    assert len(keys.rotate_if_due(bus, clock.now())) == len(ALGORITHMS)


def test_keys_that_cannot_be_opened_stop_the_start(keys: Keys, database: Database, clock: TestClock) -> None:
    """Never a silent new key."""
    with pytest.raises(Misconfigured, match="IDP_MASTER_KEY"):
        Keys(database, Keyring(bytes(32)), clock).check()
    Keys(database, Keyring(bytes(32), MASTER), clock).check()


@pytest.mark.parametrize("only", [MASTER, bytes(32)])
def test_one_key_that_cannot_be_opened_stops_the_start_though_others_sign(
    keys: Keys, database: Database, bus: Bus, clock: TestClock, only: bytes
) -> None:
    """The next one, of a host that has the new master key already; the last one, where the old master key went too early."""
    both = Keys(database, Keyring(bytes(32), MASTER), clock)
    rotate(both, database, bus, clock)
    if only != MASTER:
        clock.advance(timedelta(hours=2))
    both.check()
    for refuses in (Keys.check, Keys.public_set, lambda keys: keys.signer("ES256"), lambda keys: keys.find("of anybody")):
        with pytest.raises(Misconfigured, match="IDP_MASTER_KEY"):
            refuses(Keys(database, Keyring(only), clock))


def test_two_rotations_give_one_key(keys: Keys, database: Database, bus: Bus, clock: TestClock) -> None:
    witness = Witness(bus)
    first = rotate(keys, database, bus, clock)
    clock.advance(timedelta(minutes=59))
    assert rotate(keys, database, bus, clock) == first
    assert len(witness.named("KeyRotated")) == len(ALGORITHMS)
    clock.advance(timedelta(minutes=1))
    assert set(rotate(keys, database, bus, clock)).isdisjoint(first)


def test_the_next_key_is_published_for_an_hour_before_it_signs(
    keys: Keys, database: Database, bus: Bus, clock: TestClock
) -> None:
    old = keys.signer("ES256").kid
    new = rotate(keys, database, bus, clock)
    clock.advance(timedelta(seconds=6))
    assert set(new) < published(keys)
    clock.advance(timedelta(minutes=59))
    assert keys.signer("ES256").kid == old
    clock.advance(timedelta(minutes=1))
    assert keys.signer("ES256").kid in new
    assert old in published(keys)
    clock.advance(RETIRED_STAYS)
    assert published(keys) == set(new)
    assert keys.find(old) is not None


def test_rotation_by_schedule(keys: Keys, database: Database, bus: Bus, clock: TestClock) -> None:
    clock.advance(timedelta(days=89))
    assert keys.rotate_if_due(bus, clock.now()) == []
    clock.advance(timedelta(days=1))
    assert len(keys.rotate_if_due(bus, clock.now())) == len(ALGORITHMS)
    assert keys.rotate_if_due(bus, clock.now()) == []


def test_another_process_learns_of_a_rotation_within_seconds(
    keys: Keys, database: Database, bus: Bus, clock: TestClock
) -> None:
    other = Keys(database, Keyring(MASTER), clock)
    etag = other.public_set().etag
    new = rotate(keys, database, bus, clock)
    assert other.public_set().etag == etag
    clock.advance(timedelta(seconds=5))
    assert other.public_set().etag != etag
    assert set(new) < published(other)


def test_the_key_set_outlives_its_database(keys: Keys, database: Database, clock: TestClock, tmp_path: Path) -> None:
    """A database that restarts does not take the key set from relying parties."""
    body = keys.public_set().body
    with database.transaction() as db:
        db.execute(update(signing_keys).values(gone_at=clock.now()))
    broken = Keys(database, Keyring(MASTER), clock)
    broken._loaded, broken._imported = keys._loaded, keys._imported
    with a_database(f"sqlite:///{tmp_path}/empty.db") as gone:
        gone.close()
        (tmp_path / "empty.db").unlink()
        (tmp_path / "empty.db").mkdir()
        broken._database = gone
        clock.advance(timedelta(minutes=1))
        assert broken.public_set().body == body
