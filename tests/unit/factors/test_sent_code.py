from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from idp.core.database import Database
from idp.core.sealing import Keyring
from idp.factors.factor import Wrong
from idp.factors.sent_code import BETWEEN, LIFETIME, Late, Place, Sent, SentCodes, purge, sent_codes
from idp.subjects.proof import Proof
from tests.builders import BEGINNING, written
from tests.drivers.post import other_than

SECOND = timedelta(seconds=1)
MOMENT = timedelta(microseconds=1)
CODES = SentCodes(Keyring(b"k" * 32))


@pytest.fixture
def place(ana_id: str) -> Place:
    return Place("text_code", ana_id, "interaction")


def renew(database: Database, place: Place, now: datetime = BEGINNING) -> str | None:
    return written(database, lambda db: CODES.renew(db, place, now))


def sent(database: Database, place: Place, now: datetime = BEGINNING) -> str:
    code = renew(database, place, now)
    assert code is not None
    return code


def spend(database: Database, place: Place, typed: str, now: datetime = BEGINNING) -> Proof | Wrong | Late:
    return written(database, lambda db: CODES.spend(db, place, typed, proof(now)))


def proof(now: datetime = BEGINNING) -> Proof:
    return Proof("text_code", ("sms",), "2sv", now)


def newest(database: Database, place: Place) -> Sent | None:
    with database.reading() as db:
        return CODES.newest(db, place)


def test_a_code_counts_once(database: Database, place: Place) -> None:
    code = sent(database, place)
    assert spend(database, place, code) == proof()
    assert spend(database, place, code) == Wrong()
    assert newest(database, place) is None


def test_it_counts_for_five_minutes(database: Database, place: Place) -> None:
    code, end = sent(database, place), BEGINNING + LIFETIME
    assert spend(database, place, code, end) == Late()
    assert spend(database, place, other_than(code), end) == Wrong()
    assert spend(database, place, code, end - MOMENT) == proof(end - MOMENT)


@pytest.mark.parametrize("name", ["kind", "subject_id", "interaction_id"])
def test_it_counts_only_where_it_belongs(database: Database, place: Place, ben_id: str, name: str) -> None:
    elsewhere = replace(place, **{name: {"kind": "mail_code", "subject_id": ben_id, "interaction_id": "other"}[name]})
    code = sent(database, place)
    assert spend(database, elsewhere, code) == Wrong()
    assert newest(database, elsewhere) is None
    assert spend(database, place, code) == proof()


def test_whoever_else_goes_on_in_the_interaction_ends_the_code(database: Database, place: Place, ben_id: str) -> None:
    code, later = sent(database, place), BEGINNING + 30 * SECOND
    theirs = sent(database, replace(place, subject_id=ben_id), later)
    assert spend(database, place, code, later) == Wrong()
    assert spend(database, place, theirs, later) == Wrong()
    assert spend(database, replace(place, subject_id=ben_id), theirs, later) == proof(later)


def test_the_next_one_may_be_sent_after_longer_and_longer(database: Database, place: Place) -> None:
    now = BEGINNING
    for seconds in (30, 60, 120, 120):
        code = sent(database, place, now)
        again_at = now + seconds * SECOND
        assert newest(database, place) == Sent(now + LIFETIME, again_at)
        assert renew(database, place, again_at - MOMENT) is None
        assert spend(database, place, other_than(code), now) == Wrong()
        now = again_at
    assert renew(database, place, now) is not None


def test_a_used_code_gives_way_to_a_new_one_after_the_same_pause(database: Database, place: Place) -> None:
    spend(database, place, sent(database, place))
    assert renew(database, place, BEGINNING + 29 * SECOND) is None
    now = BEGINNING + 30 * SECOND
    assert spend(database, place, sent(database, place, now), now) == proof(now)


def test_of_ten_uses_at_once_one_counts(database: Database, place: Place) -> None:
    code = sent(database, place)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: spend(database, place, code), range(10)))
    assert sorted(map(str, answers)) == sorted(map(str, [proof(), *[Wrong()] * 9]))


def test_of_ten_codes_at_once_one_is_sent_and_counts(database: Database, place: Place) -> None:
    with ThreadPoolExecutor(10) as pool:
        codes = [code for code in pool.map(lambda _: renew(database, place), range(10)) if code is not None]
    (code,) = codes
    assert spend(database, place, code) == proof()


def test_no_code_can_be_read_from_the_store(database: Database, place: Place) -> None:
    code = sent(database, place)
    with database.reading() as db:
        (row,) = db.execute(select(sent_codes)).mappings()
    assert not [column for column, value in row.items() if code in str(value).replace(row["digest"], "")]
    strangers = SentCodes(Keyring(b"x" * 32))
    assert written(database, lambda db: strangers.spend(db, place, code, proof())) == Wrong()


def test_codes_have_six_digits_and_differ(database: Database, place: Place) -> None:
    codes = {sent(database, replace(place, interaction_id=str(number))) for number in range(50)}
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert len(codes) > 45


@pytest.mark.parametrize("typed", ["", " ", "12345", "1234567", "１２３４５６", "٠١٢٣٤٥", "\x00" * 6, "\ud800", "9" * 100_000])
def test_garbage_is_simply_wrong(database: Database, place: Place, typed: str) -> None:
    code = sent(database, place)
    assert spend(database, place, typed) == Wrong()
    assert spend(database, place, code) == proof()


@given(code=st.from_regex("[0-9]{6}", fullmatch=True), data=st.data())
def test_every_way_to_group_a_code_is_that_code(code: str, data: st.DataObject) -> None:
    between = st.sampled_from(["", " ", "-", "\u00a0", "\u2013", "\t", " - "])
    assert BETWEEN.sub("", "".join(data.draw(between) + digit for digit in code)) == code


def test_old_codes_are_removed_and_new_ones_stay(database: Database, place: Place) -> None:
    for number in range(3):
        sent(database, replace(place, interaction_id=str(number)))
    hour = BEGINNING + timedelta(hours=1)
    code = sent(database, place, hour)
    assert written(database, lambda db: purge(db, hour, 10)) == 0
    assert [written(database, lambda db: purge(db, hour + SECOND, 2)) for _ in range(3)] == [2, 1, 0]
    assert spend(database, place, code, hour) == proof(hour)
