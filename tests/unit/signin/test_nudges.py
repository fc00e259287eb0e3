"""When a second step is offered again, on both databases."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from idp.core.database import Database
from idp.factors.password_hash import PasswordHasher
from idp.signin.nudges import is_due, put_off
from idp.subjects.subjects import Subject
from tests.builders import BEGINNING, a_database, a_subject

DAY = timedelta(days=1)


@pytest.fixture
def database(tables_url: str) -> Iterator[Database]:
    with a_database(tables_url) as database:
        yield database


@pytest.fixture
def eve(database: Database, hasher: PasswordHasher) -> Subject:
    return a_subject(database, hasher, username="eve", email="eve@example.test")


def due(database: Database, subject: Subject, days: int, after: timedelta) -> bool:
    with database.reading() as db:
        return is_due(db, subject.id, days, BEGINNING + after)


def test_it_is_due_at_once_and_never_where_the_brand_asks_for_none(database: Database, eve: Subject) -> None:
    assert due(database, eve, 14, timedelta(0))
    assert not due(database, eve, 0, timedelta(0))


def test_the_days_are_the_brands_and_count_from_the_last_time(database: Database, ana: Subject, eve: Subject) -> None:
    for after in (timedelta(0), 3 * DAY):
        with database.transaction() as db:
            put_off(db, eve.id, BEGINNING + after)
    assert not due(database, eve, 7, 10 * DAY - timedelta(seconds=1))
    assert due(database, eve, 7, 10 * DAY)
    assert not due(database, eve, 14, 10 * DAY)
    assert due(database, ana, 14, timedelta(0))
