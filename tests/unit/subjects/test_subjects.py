from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.core.database import Database
from idp.core.events import Bus
from idp.subjects.authenticators import of
from idp.subjects.subjects import Malformed, NewSubject, Subject, Subjects, Taken
from tests.builders import BEGINNING, NAMES, Witness

subjects = Subjects(NAMES)


def created(database: Database, bus: Bus, new: NewSubject) -> Subject | Taken | Malformed:
    with database.transaction() as db:
        return subjects.create(db, bus, new, b"verifier", BEGINNING)


@pytest.fixture
def ana(database: Database, bus: Bus) -> Subject:
    new = NewSubject(
        username="Ana", email="ana@example.test", given_name="Ana", family_name="Ferreira", numbers={"stellantis": "ST-204118"}
    )
    subject = created(database, bus, new)
    assert isinstance(subject, Subject)
    return subject


def test_any_spelling_of_username_and_email_finds_the_subject(database: Database, ana: Subject) -> None:
    for name in ("Ana", "ana", " ANA ", "ａｎａ", "ANA@Example.Test", "\tana@example.test\n"):
        with database.reading() as db:
            assert subjects.find(db, name) == ana


def test_any_other_text_finds_nobody(database: Database, ana: Subject) -> None:
    for name in ("", "   ", "an", "ana\x00", "\ud800", "a" * 100_000, "ana'--", "%"):
        with database.reading() as db:
            assert subjects.find(db, name) is None


def test_a_confirmed_number_finds_the_one_who_has_it(database: Database, bus: Bus, ana: Subject) -> None:
    for name, number, confirmed in (
        ("ben", "1", True),
        ("dev", "2", True),
        ("eva", "2", True),
        ("fay", "3", False),
        ("gil", "4", None),
    ):
        claims = {"phone_number": f"+44770090010{number}", "phone_number_verified": confirmed}
        known = {claim: value for claim, value in claims.items() if value is not None}
        created(database, bus, NewSubject(username=name, email=f"{name}@example.test", claims=known))
    with database.reading() as db:
        found = {number: subjects.with_phone(db, f"+44770090010{number}") for number in "12345"}
    assert {number: subject.username for number, subject in found.items() if subject is not None} == {"1": "ben"}


def test_created_subject_has_its_password_its_number_and_its_events(
    database: Database, ana: Subject, witness: Witness, bus: Bus
) -> None:
    created(database, bus, NewSubject(username="ben", email="ben@example.test", numbers={"stellantis": "ST-310552"}))
    with database.reading() as db:
        assert subjects.get(db, ana.id) == ana
        assert [a.kind for a in of(db, ana.id)] == ["password"]
        assert subjects.customer_number(db, ana.id, "stellantis") == "ST-204118"
        assert subjects.customer_number(db, ana.id, "alphera") is None
    assert [e.name for e in witness.events] == ["SubjectCreated", "SubjectLinked"]
    assert ana.name == "Ana Ferreira"


ANSWERS: list[tuple[NewSubject, Taken | Malformed]] = [
    (NewSubject(username="ANA", email="other@example.test"), Taken("username")),
    (NewSubject(username="other", email="ANA@EXAMPLE.TEST"), Taken("email")),
    (NewSubject(username="other", email="o@example.test", numbers={"stellantis": "ST-204118"}), Taken("customer_number")),
    (NewSubject(username="", email="o@example.test"), Malformed("username")),
    (NewSubject(username="ben@example.test", email="o@example.test"), Malformed("username")),
    (NewSubject(username="ben＠example.test", email="o@example.test"), Malformed("username")),
    (NewSubject(username=" ben", email="o@example.test"), Malformed("username")),
    (NewSubject(username="b\x00n", email="o@example.test"), Malformed("username")),
    (NewSubject(username="b" * 129, email="o@example.test"), Malformed("username")),
    (NewSubject(username="ben", email="ben"), Malformed("email")),
    (NewSubject(username="ben", email="ben@example"), Malformed("email")),
    (NewSubject(username="ben", email="ben@example.test\nBcc: all@example.test"), Malformed("email")),
]


def test_what_is_taken_or_malformed_is_said_and_nothing_is_stored(database: Database, bus: Bus, ana: Subject) -> None:
    for new, answer in ANSWERS:
        assert created(database, bus, new) == answer
        with database.reading() as db:
            found = {s.id for name in (new.username, new.email) if (s := subjects.find(db, name))}
        assert found <= {ana.id}


def test_of_four_who_want_one_name_at_once_one_gets_it(database: Database, bus: Bus) -> None:
    wanted = [NewSubject(username="ben", email=f"ben{n}@example.test", numbers={"alphera": f"AL-{n}"}) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda new: created(database, bus, new), wanted))
    assert sorted(type(answer).__name__ for answer in answers) == ["Subject", "Taken", "Taken", "Taken"]
    assert [a for a in answers if isinstance(a, Taken)] == [Taken("username")] * 3


def test_same_number_at_two_brands_may_belong_to_two_subjects(database: Database, bus: Bus, ana: Subject) -> None:
    answer = created(database, bus, NewSubject(username="b", email="b@example.test", numbers={"alphera": "ST-204118"}))
    assert isinstance(answer, Subject)


def test_linking_again_replaces_the_number(database: Database, bus: Bus, witness: Witness, ana: Subject) -> None:
    with database.transaction() as db:
        assert subjects.link(db, bus, ana.id, "stellantis", "ST-1") is True
        assert subjects.link(db, bus, ana.id, "stellantis", "ST-1") is True
        assert subjects.customer_number(db, ana.id, "stellantis") == "ST-1"
    assert len(witness.named("SubjectLinked")) == 2


def test_disabling_happens_once(database: Database, bus: Bus, witness: Witness, ana: Subject) -> None:
    with database.transaction() as db:
        assert subjects.disable(db, bus, ana.id, BEGINNING)
        assert not subjects.disable(db, bus, ana.id, BEGINNING)
        assert not subjects.disable(db, bus, "s_nobody", BEGINNING)
        found = subjects.find(db, "ana")
    assert found is not None
    assert found.disabled
    assert len(witness.named("SubjectDisabled")) == 1
