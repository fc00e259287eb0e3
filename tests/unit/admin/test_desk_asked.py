"""What a caller has to prove whose account is of several brands."""

from datetime import UTC, datetime

import pytest

from idp.admin.desk.asked import strictest
from idp.admin.desk.cases import Case
from idp.brands.brand import Question, Script

WAYS = ("script", "code", "script_or_code", "script_and_code")
AT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize("one", WAYS)
@pytest.mark.parametrize("other", WAYS)
@pytest.mark.parametrize("right", [0, 2])
@pytest.mark.parametrize("code", ["", "account", "mail_code"])
def test_what_is_enough_for_both_is_enough_for_each(one: str, other: str, right: int, code: str) -> None:
    questions = (Question(asks="postcode", says="Where?"), Question(asks="vehicle", says="Which?"))
    script = Script(questions=questions, right_answers=2, proof="script")
    verdicts = {question.asks: True for question in questions[:right]}
    case = Case("k_1", "s_1", "s_2", "stellantis", AT, verdicts, code or None, AT if code else None, None)
    for in_account in (True, False):
        each = [case.is_proven(script, asked, in_account=in_account) for asked in (one, other)]
        assert case.is_proven(script, strictest([one, other]), in_account=in_account) == all(each)


def test_a_brand_that_names_no_minimum_is_answered_by_nothing() -> None:
    script = Script(questions=(Question(asks="postcode", says="Where?"),), proof="code")
    case = Case("k_1", "s_1", "s_2", "stellantis", AT, {}, None, None, None)
    assert not case.is_proven(script, "script_or_code")
