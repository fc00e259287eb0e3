"""Links that take a change of contacts back, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from idp.core.database import Database
from idp.core.handles import digest
from idp.selfservice import contact_undos
from idp.selfservice.contact_undos import EMAIL, LIFETIME, PHONE
from idp.subjects.subjects import Subject
from tests.builders import BEGINNING, a_database, a_hasher, a_subject

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(tables_url: str) -> Iterator[Database]:
    with a_database(tables_url) as opened:
        yield opened


@pytest.fixture
def ana(database: Database, tmp_path: Path) -> Subject:
    return a_subject(database, a_hasher(tmp_path))


def test_a_link_brings_its_own_change_and_all_later_ones_oldest_first(database: Database, ana: Subject) -> None:
    """Of one moment too: what counts is which was made first, and a clock may stand still."""
    with database.transaction() as db:
        handles = [
            contact_undos.offer(db, ana.id, kind, old, "alphera", BEGINNING, codes=bool(codes))
            for kind, old, codes in ((EMAIL, "1@example.test", 0), (PHONE, "", 1), (EMAIL, "2@example.test", 0))
        ]
    with database.transaction() as db:
        found = contact_undos.find(db, digest(handles[1]), BEGINNING)
        assert found is not None
        assert (found.kind, found.old, found.codes, found.brand) == (PHONE, "", True, "alphera")
        undone = contact_undos.use(db, digest(handles[1]), BEGINNING)
        assert [undo.old for undo in undone] == ["", "2@example.test"]
        assert contact_undos.use(db, digest(handles[2]), BEGINNING) == ()
        assert [undo.old for undo in contact_undos.use(db, digest(handles[0]), BEGINNING)] == ["1@example.test"]


def test_a_link_brings_back_all_that_its_reader_was_told_of_and_nobody_elses(database: Database, ana: Subject) -> None:
    with database.transaction() as db:
        handles = [
            contact_undos.offer(db, ana.id, PHONE, old, None, BEGINNING, told=told)
            for old, told in (("1", "else@example.test"), ("2", "Ana@example.test"), ("3", ""), ("4", "ana@example.test"))
        ]
        undone = contact_undos.use(db, digest(handles[3]), BEGINNING)
        assert [undo.old for undo in undone] == ["4", "2", "3"]
        assert [undo.old for undo in contact_undos.use(db, digest(handles[0]), BEGINNING)] == ["1"]


def test_an_address_is_kept_for_whoever_may_take_it_back(database: Database, ana: Subject) -> None:
    with database.transaction() as db:
        handle = contact_undos.offer(db, ana.id, EMAIL, "Old@example.test", None, BEGINNING)
        contact_undos.offer(db, ana.id, PHONE, "phone@example.test", None, BEGINNING)
        assert contact_undos.is_kept(db, " oLD@example.test", "another", BEGINNING)
        assert not contact_undos.is_kept(db, "old@example.test", ana.id, BEGINNING)
        assert not contact_undos.is_kept(db, "phone@example.test", "another", BEGINNING)
        assert not contact_undos.is_kept(db, "old@example.test", "another", BEGINNING + LIFETIME)
        contact_undos.use(db, digest(handle), BEGINNING)
        assert not contact_undos.is_kept(db, "old@example.test", "another", BEGINNING)


def test_after_a_week_a_link_is_over_and_forgotten(database: Database, ana: Subject) -> None:
    over = BEGINNING + LIFETIME
    with database.transaction() as db:
        handles = [contact_undos.offer(db, ana.id, EMAIL, "old@example.test", None, BEGINNING) for _ in range(3)]
        handle = digest(handles[0])
        assert contact_undos.find(db, handle, over - MINUTE) is not None
        assert contact_undos.find(db, handle, over) is None
        assert contact_undos.use(db, handle, over) == ()
        assert contact_undos.purge(db, over - MINUTE) == 0
        assert contact_undos.purge(db, over, limit=2) == 2
        assert contact_undos.purge(db, over) == 1


def test_what_is_kept_of_former_contacts_can_be_told(database: Database, ana: Subject) -> None:
    with database.transaction() as db:
        used = contact_undos.offer(db, ana.id, EMAIL, "old@example.test", None, BEGINNING)
        contact_undos.offer(db, ana.id, PHONE, "", None, BEGINNING)
        contact_undos.use(db, digest(used), BEGINNING)
        assert contact_undos.former(db, ana.id, BEGINNING) == ((EMAIL, "old@example.test", BEGINNING + LIFETIME),)
        assert contact_undos.former(db, ana.id, BEGINNING + LIFETIME) == ()
        assert contact_undos.former(db, "another", BEGINNING) == ()
