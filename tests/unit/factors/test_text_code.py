from datetime import timedelta

from sqlalchemy import select

from idp.core.database import Database
from idp.core.sealing import Keyring
from idp.factors.mail_code import MailCode
from idp.factors.sent_code import SentCodes
from idp.factors.text_code import TextCode
from idp.subjects.authenticators import authenticators, of, remove
from tests.builders import BEGINNING, written

KEYRING = Keyring(b"k" * 32)
CODES = SentCodes(KEYRING)
TEXT, MAIL = TextCode(KEYRING, CODES), MailCode(CODES)
NUMBER, OTHER = "+447700900118", "+447700900552"


def number_of(database: Database, subject_id: str) -> str | None:
    with database.reading() as db:
        return TEXT.number(db, subject_id)


def enrol(database: Database, subject_id: str, number: str) -> str:
    return written(database, lambda db: TEXT.enrol(db, subject_id, number, BEGINNING))


def test_codes_go_to_the_number_that_was_enrolled(database: Database, ana_id: str, ben_id: str) -> None:
    assert number_of(database, ana_id) is None
    enrol(database, ana_id, NUMBER)
    assert (number_of(database, ana_id), number_of(database, ben_id)) == (NUMBER, None)


def test_two_people_may_share_a_phone(database: Database, ana_id: str, ben_id: str) -> None:
    enrol(database, ana_id, NUMBER)
    enrol(database, ben_id, NUMBER)
    assert number_of(database, ana_id) == number_of(database, ben_id) == NUMBER


def test_a_new_number_takes_the_place_of_the_old(database: Database, ana_id: str) -> None:
    enrol(database, ana_id, NUMBER)
    newer = enrol(database, ana_id, OTHER)
    with database.reading() as db:
        assert [(one.id, one.label) for one in of(db, ana_id, "text_code")] == [(newer, "•••• 552")]
    assert number_of(database, ana_id) == OTHER
    written(database, lambda db: remove(db, newer, BEGINNING))
    assert number_of(database, ana_id) is None


def test_no_number_can_be_read_from_the_store(database: Database, ana_id: str) -> None:
    enrol(database, ana_id, NUMBER)
    with database.reading() as db:
        (row,) = db.execute(select(authenticators).where(authenticators.c.kind == "text_code")).mappings()
    assert not [value for value in row.values() if "7700900" in str(value)]


def test_mail_is_turned_on_once(database: Database, ana_id: str) -> None:
    first = written(database, lambda db: MAIL.enrol(db, ana_id, BEGINNING))
    assert written(database, lambda db: MAIL.enrol(db, ana_id, BEGINNING + timedelta(days=1))) == first
