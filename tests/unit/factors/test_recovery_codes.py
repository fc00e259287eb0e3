import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from idp.core.database import Database
from idp.factors.factor import Wrong
from idp.factors.recovery_codes import ALPHABET, RecoveryCodes, bare, recovery_codes
from idp.subjects.proof import Proof
from tests.builders import BEGINNING, written

LATER = BEGINNING + timedelta(days=1)
CODES = RecoveryCodes()
PLAIN = st.text(ALPHABET, min_size=16, max_size=16)


def renew(database: Database, subject_id: str) -> tuple[str, ...]:
    return written(database, lambda db: CODES.renew(db, subject_id, BEGINNING))


def spend(database: Database, subject_id: str, code: str) -> Proof | Wrong:
    return written(database, lambda db: CODES.spend(db, subject_id, code, LATER))


def left(database: Database, subject_id: str) -> int:
    with database.reading() as db:
        return CODES.left(db, subject_id)


def test_ten_different_codes_of_80_bits_in_groups(database: Database, ana_id: str) -> None:
    codes = renew(database, ana_id)
    assert len(set(codes)) == 10
    assert len(ALPHABET) ** 16 == 2**80
    assert all(re.fullmatch(rf"([{ALPHABET}]{{4}}-){{3}}[{ALPHABET}]{{4}}", code) for code in codes)
    assert not set("ILOU") & set(ALPHABET)


def test_each_code_counts_once(database: Database, ana_id: str) -> None:
    codes = renew(database, ana_id)
    for number, code in enumerate(codes):
        assert left(database, ana_id) == 10 - number
        assert spend(database, ana_id, code) == Proof("recovery_code", ("otp",), "pwd", LATER)
        assert spend(database, ana_id, code) == Wrong()
    assert left(database, ana_id) == 0


def test_new_codes_replace_the_old(database: Database, ana_id: str) -> None:
    old = renew(database, ana_id)
    spend(database, ana_id, old[0])
    new = renew(database, ana_id)
    assert left(database, ana_id) == 10
    assert not set(old) & set(new)
    assert {spend(database, ana_id, code) for code in old} == {Wrong()}
    assert left(database, ana_id) == 10


def test_codes_are_their_subjects_own(database: Database, ana_id: str, ben_id: str) -> None:
    codes = renew(database, ana_id)
    assert left(database, ben_id) == 0
    assert spend(database, ben_id, codes[0]) == Wrong()
    renew(database, ben_id)
    assert isinstance(spend(database, ana_id, codes[0]), Proof)
    assert (left(database, ana_id), left(database, ben_id)) == (9, 10)


def test_no_code_can_be_read_from_the_store(database: Database, ana_id: str) -> None:
    codes = renew(database, ana_id)
    with database.reading() as db:
        stored = " ".join(str(row) for row in db.execute(select(recovery_codes)))
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]


@pytest.mark.parametrize("code", ["", " ", "-", "\x00", "\ud800", "\ufeff", "0" * 16, "é" * 100_000, "A" * 15])
def test_garbage_is_simply_wrong(database: Database, ana_id: str, code: str) -> None:
    renew(database, ana_id)
    assert spend(database, ana_id, code) == Wrong()
    assert left(database, ana_id) == 10


@given(code=PLAIN, data=st.data())
def test_every_way_to_type_a_code_is_that_code(code: str, data: st.DataObject) -> None:
    ways = {"0": "0Oo", "1": "1IiLl"}
    between = st.sampled_from(["", "-", " ", "\u2013", "\u2011", " - ", "\u00a0", "\n"])
    typed = "".join(data.draw(st.sampled_from(ways.get(c, c + c.lower()))) + data.draw(between) for c in code)
    assert bare(typed) == code


@given(one=PLAIN, other=PLAIN)
def test_different_codes_stay_different(one: str, other: str) -> None:
    assert (bare(one) == bare(other)) == (one == other)


def test_of_ten_uses_of_one_code_one_counts(database: Database, ana_id: str) -> None:
    code = renew(database, ana_id)[3]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: spend(database, ana_id, code), range(10)))
    assert sum(isinstance(answer, Proof) for answer in answers) == 1
    assert left(database, ana_id) == 9


def test_of_renewals_at_once_one_stands_whole(database: Database, ana_id: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        sets = list(pool.map(lambda _: renew(database, ana_id), range(4)))
    assert left(database, ana_id) == 10
    good = [[isinstance(spend(database, ana_id, code), Proof) for code in codes] for codes in sets]
    assert sorted(sum(row) for row in good) == [0, 0, 0, 10]


def test_voided_codes_are_as_if_they_had_never_been(database: Database, ana_id: str, ben_id: str) -> None:
    (code, *_), (kept, *_) = renew(database, ana_id), renew(database, ben_id)
    with database.reading() as db:
        assert CODES.made_at(db, ana_id) == BEGINNING
    assert written(database, lambda db: CODES.void(db, ana_id))
    assert not written(database, lambda db: CODES.void(db, ana_id))
    with database.reading() as db:
        assert CODES.made_at(db, ana_id) is None
    assert left(database, ana_id) == 0
    assert isinstance(spend(database, ana_id, code), Wrong)
    assert isinstance(spend(database, ben_id, kept), Proof)
