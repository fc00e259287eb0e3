"""Of many who use one code, or finish one agreement, at one moment, one does; and a code is judged five times (S3.1)."""

from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from idp.activation.case import Case, Stage
from idp.activation.case_codes import MOST_TRIES, CaseCodes
from idp.activation.targets import mail_target
from idp.core.database import Database
from idp.core.events import Bus
from idp.core.sealing import Keyring
from idp.subjects.model import subject_brands, subjects
from idp.subjects.subjects import NewSubject, Subject, Subjects
from tests.builders import BEGINNING, NAMES, a_database, a_hasher, a_subject
from tests.drivers.post import other_than
from tests.faults.scene import AT_ONCE, at_once

CODES = CaseCodes(Keyring(b"k" * 32))
NUMBER = "ST-415206"


def a_case() -> Case:
    target = mail_target("elin@example.test")
    return Case(brand="stellantis", agreement="digest", target=target, stage=Stage.CODE, number=NUMBER)


def sent(database: Database, case: Case) -> str | None:
    """A new code of the case; that of a ghost is shown to nobody."""
    with database.transaction() as db:
        return CODES.renew(db, case, BEGINNING)


def verdicts(database: Database, case: Case, typed: str) -> Counter[str]:
    """What ten typists at once are told."""

    def types(_: int) -> str:
        with database.transaction() as db:
            return type(CODES.prove(db, case, typed, BEGINNING)).__name__

    return Counter(at_once(types))


def test_of_ten_uses_of_a_code_one_counts_and_of_ten_guesses_five_are_judged(tables_url: str) -> None:
    with a_database(tables_url) as database:
        for typed, told in (("right", {"Right": 1}), ("wrong", {"Wrong": MOST_TRIES, "NoMoreTries": AT_ONCE - MOST_TRIES})):
            case = a_case()
            code = sent(database, case)
            assert code is not None
            counted = verdicts(database, case, code if typed == "right" else other_than(code))
            assert told.items() <= counted.items(), counted
        ghost = Case(brand="stellantis", agreement="digest", target=case.target, stage=Stage.CODE)
        assert verdicts(database, ghost, sent(database, ghost) or "") == Counter(
            Wrong=MOST_TRIES, NoMoreTries=AT_ONCE - MOST_TRIES
        )


def test_of_ten_new_subjects_for_one_agreement_one_is_made(tables_url: str, tmp_path: Path) -> None:
    with a_database(tables_url) as database:
        verifier = a_hasher(tmp_path).hash("velvet anchor tundra 8")

        def finishes(number: int) -> bool:
            new = NewSubject(f"elin{number}", f"elin{number}@example.test", numbers={"stellantis": NUMBER})
            with database.transaction() as db:
                return isinstance(Subjects(NAMES).create(db, Bus(), new, verifier, BEGINNING), Subject)

        assert sum(at_once(finishes)) == 1
        with database.reading() as db:
            counts = [db.scalar(select(func.count()).select_from(table)) for table in (subjects, subject_brands)]
        assert counts == [1, 1]


def test_of_ten_who_add_one_agreement_one_has_it(tables_url: str, tmp_path: Path) -> None:
    with a_database(tables_url) as database:
        hasher = a_hasher(tmp_path)
        made = [a_subject(database, hasher, username=f"a{n}", email=f"a{n}@example.test").id for n in range(AT_ONCE)]

        def adds(number: int) -> bool:
            with database.transaction() as db:
                return Subjects(NAMES).claim_number(db, Bus(), made[number], "stellantis", NUMBER) is True

        assert sum(at_once(adds)) == 1
        with database.reading() as db:
            holder = Subjects(NAMES).holder(db, "stellantis", NUMBER)
        assert holder in made
        again = made.index(holder)
        assert adds(again)
