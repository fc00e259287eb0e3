"""One sent code typed by two processes at once counts once, and of requests for another one is heard (S3.1)."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from idp.factors.sent_code import Place
from tests.builders import ANA_PASSWORD, BEGINNING, a_database, a_hasher, a_subject, written
from tests.drivers.browser import Browser
from tests.drivers.post import Post
from tests.drivers.stack import Stack
from tests.faults.code_typist import CODES
from tests.faults.scene import AT_ONCE, at_once

PROCESSES = 2
TIMES = 10
ROUNDS = 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_twenty_uses_of_a_code_one_counts(database_url: str, tmp_path: Path, _round: int) -> None:
    with a_database(database_url) as database:
        place = Place("text_code", a_subject(database, a_hasher(tmp_path)).id, "interaction")
        code = written(database, lambda db: CODES.renew(db, place, BEGINNING))
        assert code is not None
        command = [sys.executable, "-m", "tests.faults.code_typist", database_url, place.subject_id, code, str(TIMES)]
        pipe = subprocess.PIPE
        typists = [subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) for _ in range(PROCESSES)]
        for _ in ("the code", "another code"):
            everybody_is_ready(typists)
        results = [[int(word) for word in typist.communicate()[0].split()] for typist in typists]
    assert [sum(column) for column in zip(*results, strict=True)] == [1, 1]


def test_of_ten_clicks_at_once_one_sends_and_of_ten_uses_one_signs_in(stack: Stack) -> None:
    """Through both served workers: clicks that come together are one click, and neither use up the quota nor end its code."""
    name = "texter"
    stack.add_customer(name)
    stack.add_phone(name)
    shop = stack.add_client("texts", brand="stellantis", consent="implied")
    browser = stack.browser()
    browser.open(shop.request())
    page = browser.sign_in(name, ANA_PASSWORD)
    path, fields = urlsplit(page.url).path, page.forms[0].fields
    windows = [browser, *(twin(stack, browser) for _ in range(AT_ONCE - 1))]
    pages = at_once(lambda number: windows[number].post(f"{path}/send", fields))
    assert {each.status for each in pages} == {200}
    told = Counter(row.event for row in stack.rows("audit_entries"))
    assert (told["CodeSent"], told["CodeWithheld"]) == (1, 0)
    code = Post(stack, stack.folder).code("text_code")
    pages = at_once(lambda number: windows[number].post(path, fields | {"code": code}))
    assert sum(each.left for each in pages) == 1
    told = Counter(row.event for row in stack.rows("audit_entries"))
    assert told["SignedIn"] == 1


def everybody_is_ready(typists: list["subprocess.Popen[str]"]) -> None:
    """Waits for all of them, then lets them go on together."""
    for typist in typists:
        assert typist.stdout is not None
        assert typist.stdout.readline() == "ready\n"
    for typist in typists:
        assert typist.stdin is not None
        typist.stdin.write("go\n")
        typist.stdin.flush()


def twin(stack: Stack, browser: Browser) -> Browser:
    """Another window of the same browser, in which nobody is signed in yet."""
    other, value = stack.browser(), browser.cookie("idp_browser")
    assert value is not None
    other.bring("idp_browser", value)
    return other
