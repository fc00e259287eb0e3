from datetime import timedelta

import pytest

from idp.core.database import Database
from idp.core.events import Bus
from idp.subjects.authenticators import add, advance, label_of, of, remove, rename, use
from idp.subjects.subjects import NewSubject, Subject, Subjects
from tests.builders import BEGINNING, NAMES

LATER = BEGINNING + timedelta(minutes=1)


@pytest.fixture
def ana_id(database: Database, bus: Bus) -> str:
    with database.transaction() as db:
        ana = Subjects(NAMES).create(db, bus, NewSubject(username="ana", email="ana@example.test"), b"old", BEGINNING)
    assert isinstance(ana, Subject)
    return ana.id


def test_enrolled_are_listed_oldest_first_and_by_kind(database: Database, ana_id: str) -> None:
    with database.transaction() as db:
        totp = add(db, ana_id, "totp", b"seed", LATER, label="Phone", lookup=None)
        assert [a.kind for a in of(db, ana_id)] == ["password", "totp"]
        assert [a.id for a in of(db, ana_id, "totp")] == [totp]
        assert of(db, "s_nobody") == ()


def test_removed_is_gone_for_good(database: Database, ana_id: str) -> None:
    with database.transaction() as db:
        (password,) = of(db, ana_id, "password")
        assert remove(db, password.id, LATER)
        assert not remove(db, password.id, LATER)
        assert of(db, ana_id) == ()
        assert not use(db, password, LATER)
        assert not advance(db, password.id, 5)


def test_use_counts_only_while_the_verifier_is_the_one_that_was_read(database: Database, ana_id: str) -> None:
    with database.transaction() as db:
        (read,) = of(db, ana_id, "password")
        assert use(db, read, LATER, b"new")
        assert not use(db, read, LATER)
        (renewed,) = of(db, ana_id, "password")
    assert (renewed.verifier, renewed.last_used_at) == (b"new", LATER)


def test_a_counter_only_moves_forward(database: Database, ana_id: str) -> None:
    with database.transaction() as db:
        totp = add(db, ana_id, "totp", b"seed", LATER)
        assert [advance(db, totp, step) for step in (7, 7, 6, 8)] == [True, False, False, True]


def test_only_its_owner_renames_it_while_it_is_in_use(database: Database, ana_id: str) -> None:
    with database.transaction() as db:
        totp = add(db, ana_id, "totp", b"seed", LATER, label="Phone")
        assert not rename(db, "s_nobody", totp, "Mine")
        assert rename(db, ana_id, totp, "Blue phone")
        assert [a.label for a in of(db, ana_id, "totp")] == ["Blue phone"]
        remove(db, totp, LATER)
        assert not rename(db, ana_id, totp, "Gone")


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        (" My phone ", "My phone"),
        ("x" * 64, "x" * 64),
        ("x" * 65, None),
        ("", None),
        ("  ", None),
        ("a\u202eb", None),
        ("a\nb", None),
    ],
)
def test_a_label_is_something_one_can_see(typed: str, label: str | None) -> None:
    assert label_of(typed) == label
