"""What an agent types of an answer, however it is spelled, is what the brand compares."""

import pytest

from idp.admin.desk.answers import Answers, NoAnswers, Unreadable, read_answers
from idp.brands.brand import Question, Script

ASKS = ("agreement", "birth_date", "postcode", "full_name", "last_payment", "vehicle")
SCRIPT = Script(questions=tuple(Question(asks=asks, says="?") for asks in ASKS), right_answers=2, proof="script")
EMPTY = dict.fromkeys(ASKS, "")

READ = [
    ("agreement", " pcp-447 1902 ", "PCP4471902"),
    ("birth_date", "12 4 1987", "1987-04-12"),
    ("birth_date", "12/04/1987", "1987-04-12"),
    ("birth_date", "12.4.1987", "1987-04-12"),
    ("birth_date", "1987-04-12", "1987-04-12"),
    ("postcode", "bs1 4qa", "BS14QA"),
    ("full_name", " Ana   Ferreira ", "Ana Ferreira"),
    ("last_payment", "£1,412.50", "1412.50"),
    ("last_payment", "412,5", "412.5"),
    ("last_payment", "1 412", "1412"),
    ("vehicle", "ky24 vnr", "KY24VNR"),
]
UNREAD = [
    ("birth_date", "30 2 1987"),
    ("birth_date", "12 4 87"),
    ("birth_date", "4 1987"),
    ("birth_date", "12 4 1987 x"),
    ("last_payment", "about 400"),
    ("last_payment", "-1"),
    ("last_payment", "1.2.3"),
    ("agreement", "–"),
    ("postcode", "x" * 101),
    ("full_name", "a\x07b"),
]


@pytest.mark.parametrize(("asks", "typed", "answer"), READ)
def test_it_is_read(asks: str, typed: str, answer: str) -> None:
    assert read_answers(SCRIPT, EMPTY | {asks: typed}) == Answers({asks: answer})


@pytest.mark.parametrize(("asks", "typed"), UNREAD)
def test_what_cannot_be_meant_is_told_with_how_to_type_it(asks: str, typed: str) -> None:
    read = read_answers(SCRIPT, EMPTY | {asks: typed})
    assert isinstance(read, Unreadable)
    assert read.asks == asks
    assert typed not in read.advice


def test_nothing_typed_is_no_answer() -> None:
    assert read_answers(SCRIPT, EMPTY | {"postcode": "  "}) == NoAnswers()


def test_an_answer_does_not_show_where_it_is_written_down_by_accident() -> None:
    assert "1987" not in repr(Answers({"birth_date": "1987-04-12"}))
