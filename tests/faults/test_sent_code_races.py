"""One sent code typed by two processes at once counts once, and of requests for another one is heard (S3.1)."""

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from idp.factors.sent_code import Place
from tests.builders import ANA_PASSWORD, BEGINNING, a_database, a_hasher, a_subject, written
from tests.drivers.browser import Browser
from tests.drivers.post import Post
from tests.drivers.stack import Stack
from tests.faults.code_typist import CODES, typist
from tests.faults.rivals import rivals
from tests.faults.scene import AT_ONCE, at_once

PROCESSES = 2
TIMES = 10
NAMES = ("ana", "ben", "cleo")


def test_of_twenty_uses_of_a_code_one_counts(tables_url: str, tmp_path: Path) -> None:
    hasher = a_hasher(tmp_path)
    with a_database(tables_url) as database, rivals(PROCESSES, typist, tables_url, TIMES) as types:
        for name in NAMES:
            subject = a_subject(database, hasher, username=name, email=f"{name}@example.test")
            place = Place("text_code", subject.id, f"interaction of {name}")
            code = written(database, lambda db, place=place: CODES.renew(db, place, BEGINNING))
            assert code is not None
            assert sum(types((place, code))) == 1
            assert sum(types((place, None))) == 1


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


def twin(stack: Stack, browser: Browser) -> Browser:
    """Another window of the same browser, in which nobody is signed in yet."""
    other, value = stack.browser(), browser.cookie("idp_browser")
    assert value is not None
    other.bring("idp_browser", value)
    return other
