"""What a sign-in counts or uses once, tried many times at one moment over two served workers, on each database (S3.1)."""

from collections import Counter

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser
from tests.faults.scene import AT_ONCE, Scene, at_once
from tests.journeys.locks import mailed_link, tried

GUESSES = 100
BROWSERS = 5
TRIES = 40


def windows(scene: Scene, username: str, browsers: int, of_each: int) -> list[Browser]:
    """Browsers that stand at the second step, each in several windows: the same cookies, the same page."""
    found = []
    for _ in range(browsers):
        browser = scene.stack.browser()
        browser.open(scene.shop.request())
        assert "Enter the code" in browser.sign_in(username, ANA_PASSWORD).text
        found += [window(scene, browser) for _ in range(of_each)]
    return found


def window(scene: Scene, browser: Browser) -> Browser:
    other = scene.stack.browser()
    other.bring("idp_browser", browser.cookie("idp_browser") or "")
    other.page = browser.page
    return other


def told(scene: Scene, name: str) -> list[str | None]:
    return [row.reason for row in scene.stack.rows("audit_entries") if row.event == name]


@pytest.mark.parametrize("name", ["ana", "nobody"])
def test_of_a_hundred_wrong_passwords_sent_at_once_five_count(scene: Scene, name: str) -> None:
    """Through both served workers, for a customer and for a name that does not exist."""
    before = counted(scene)
    browsers = [scene.stack.browser() for _ in range(GUESSES)]
    for browser in browsers:
        browser.open(scene.shop.request())
    pages = at_once(lambda number: browsers[number].sign_in(name, f"not the password {number}"), GUESSES)
    # Who finds no room to hash is told to come back, and was not counted.
    assert {page.status for page in pages} <= {422, 503}
    assert counted(scene) - before == Counter({"wrong_password": 5, "PasswordLocked": 1})
    assert {lane.failures for lane in scene.stack.rows("password_lanes")} == {5}


def counted(scene: Scene) -> Counter[str]:
    """What the trail holds: wrong passwords that were judged, and locks that fell."""
    judged = [reason for reason in told(scene, "SignInFailed") if reason == "wrong_password"]
    return Counter([*judged, *("PasswordLocked" for _ in told(scene, "PasswordLocked"))])


def test_of_ten_uses_of_one_code_one_signs_in(scene: Scene) -> None:
    scene.stack.add_customer("cleo")
    app = scene.stack.add_app("cleo")
    tabs, before = windows(scene, "cleo", BROWSERS, AT_ONCE // BROWSERS), len(told(scene, "SignedIn"))
    code = app.code()
    pages = at_once(lambda number: tabs[number].submit(code=code))
    assert len(told(scene, "SignedIn")) - before == 1
    assert sum(page.left for page in pages) == 1


def test_of_ten_uses_of_one_recovery_code_one_signs_in(scene: Scene) -> None:
    scene.stack.add_customer("dora")
    scene.stack.add_app("dora")
    code, *_ = scene.stack.add_recovery_codes("dora")
    tabs, before = windows(scene, "dora", BROWSERS, AT_ONCE // BROWSERS), len(told(scene, "SignedIn"))
    for tab in tabs:
        tab.open(tab.page.url.replace("/totp", "/recovery_code"))
    at_once(lambda number: tabs[number].submit(code=code))
    assert len(told(scene, "SignedIn")) - before == 1
    assert sum(row.used_at is not None for row in scene.stack.rows("recovery_codes")) == 1


def test_of_forty_codes_at_once_five_are_looked_at(scene: Scene) -> None:
    scene.stack.add_customer("elsa")
    app = scene.stack.add_app("elsa")
    tabs, before = windows(scene, "elsa", BROWSERS, TRIES // BROWSERS), Counter(told(scene, "SecondStepFailed"))
    wrong = app.other_than_right()
    pages = at_once(lambda number: tabs[number].submit(code=wrong), TRIES)
    assert Counter(page.status for page in pages) == {422: 5, 429: TRIES - 5}
    assert Counter(told(scene, "SecondStepFailed")) - before == {"wrong": 5, "paused": TRIES - 5}
    tab = next(tab for tab in tabs if tab.page.status == 422)
    assert tab.submit(code=app.code()).status == 429


def test_of_ten_answers_to_the_mail_about_a_lock_one_counts(scene: Scene) -> None:
    scene.stack.add_customer("fay")
    assert "is locked" in tried(scene.stack.browser(), scene.shop, *["fay"] * 5).text
    link = mailed_link(scene.stack, scene.stack.folder, "fay")
    browsers = [scene.stack.browser() for _ in range(AT_ONCE)]
    for browser in browsers:
        browser.open(link)
    pages = at_once(lambda number: browsers[number].submit(press=("unlock", "deny")[number % 2]))
    over = ["no longer good" in page.text for page in pages]
    assert (over.count(False), over.count(True)) == (1, AT_ONCE - 1)
    assert len(told(scene, "PasswordUnlocked")) + len(told(scene, "NotMe")) == 1
