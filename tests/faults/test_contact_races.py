"""Two changes of one contact at once, and a change taken back twice at once, through both served workers (S3.1)."""

from collections import Counter

from tests.drivers.browser import Browser, Page
from tests.drivers.ceremony import uses
from tests.drivers.post import CODE, Post, read
from tests.drivers.stack import Stack
from tests.faults.scene import AT_ONCE, at_once

EMAIL = "/account/details/email"
NAME = "mover"


def asks_for(browser: Browser, post: Post, address: str) -> tuple[Page, str]:
    """The page of the code that was mailed to `address`, and the code."""
    browser.open(EMAIL)
    page = browser.submit(contact=address)
    mails = [mail for mail in post.mails() if mail["To"] == address]
    return page, CODE.findall(read(mails[-1]))[0]


def test_of_two_changes_at_once_one_is_made_and_of_ten_ways_back_one_is_taken(stack: Stack) -> None:
    subject, post = stack.add_customer(NAME), Post(stack, stack.folder)
    shop, device = stack.add_client("movers", brand="stellantis", consent="implied"), stack.add_passkey(NAME)
    browsers = [stack.browser(), stack.browser()]
    for browser in browsers:
        browser.open(shop.request())
        assert uses(browser, device).left
    pages = [asks_for(browser, post, f"{NAME}{number}@example.test") for number, browser in enumerate(browsers)]

    def confirms(number: int) -> Page:
        page, code = pages[number]
        return browsers[number].post(EMAIL + "/code", page.forms[0].fields | {"code": code})

    answers = at_once(confirms, len(browsers))
    assert sum("Your e-mail address is changed" in page.text for page in answers) == 1
    assert [page.status for page in answers if "is changed" not in page.text] in ([400], [200])
    assert told(stack)["EmailChanged"] == 1

    (mail,) = [mail for mail in post.mails() if mail["To"] == subject.email and "/undo/" in read(mail)]
    link = f"/undo/{read(mail).partition('/undo/')[2].split()[0]}"
    readers = [stack.browser() for _ in range(AT_ONCE)]
    opened = [reader.open(link).forms[0].fields for reader in readers]
    answers = at_once(lambda number: readers[number].post("/undo", opened[number]))
    assert Counter("as they were before" in page.text for page in answers) == {True: 1, False: AT_ONCE - 1}
    assert {page.status for page in answers} == {200}
    assert (told(stack)["ContactUndone"], told(stack)["NotMe"]) == (1, 1)
    (row,) = [row for row in stack.rows("subjects") if row.id == subject.id]
    assert (row.email, row.email_verified) == (subject.email, True)


def told(stack: Stack) -> Counter[str]:
    """How often each event is in the trail."""
    return Counter(row.event for row in stack.rows("audit_entries"))
