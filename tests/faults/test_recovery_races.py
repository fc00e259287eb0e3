"""One link resets once, one code opens once, one case is mailed once: over two served workers, on each database (S3.1)."""

import signal
from collections import Counter
from dataclasses import replace

import pytest
from jinja2 import Environment, TemplateError

from idp.app.recovery import answering
from idp.recovery.asked import Asked
from tests.drivers.browser import Browser
from tests.drivers.post import Post
from tests.faults.scene import AT_ONCE, Scene, at_once
from tests.faults.test_step_races import told, window
from tests.journeys.recoveries import OVER, asked, letters, opened, wrong
from tests.servers import wait_until

MANY = 40
CROWD = 24
KILLS = 2


def ready_to_choose(scene: Scene, link: str) -> list[Browser]:
    """Browsers that stand before a new password, each by the same link."""
    browsers = [scene.stack.browser() for _ in range(AT_ONCE)]
    for browser in browsers:
        browser.open(link)
        assert "Choose a new password" in browser.submit(press="password").text
    return browsers


def mailed(scene: Scene, name: str) -> tuple[str, str]:
    """The link and the code in this customer's newest mail."""
    mine = [mail for mail in letters(Post(scene.stack, scene.stack.folder)) if mail["To"] == f"{name}@example.test"]
    return opened(mine[-1])


def test_of_ten_resets_by_one_link_one_counts(scene: Scene) -> None:
    scene.stack.add_customer("gwen")
    asked(scene.stack.browser(), scene.shop, "gwen")
    browsers, before = ready_to_choose(scene, mailed(scene, "gwen")[0]), len(told(scene, "PasswordChanged"))
    pages = at_once(lambda number: browsers[number].submit(password=f"saffron glacier walnut {number}"))
    changed = ["Your password is changed" in page.text for page in pages]
    assert changed.count(True) == len(told(scene, "PasswordChanged")) - before == 1
    # Who finds no room to hash is told to come back: the link is over by then.
    assert all(OVER in page.text or page.status == 503 for page, mine in zip(pages, changed, strict=True) if not mine)


def test_of_ten_uses_of_one_code_one_opens(scene: Scene) -> None:
    scene.stack.add_customer("hugo")
    browser = scene.stack.browser()
    asked(browser, scene.shop, "hugo")
    _, code = mailed(scene, "hugo")
    tabs = [window(scene, browser) for _ in range(AT_ONCE)]
    pages = at_once(lambda number: tabs[number].submit(code=code))
    assert sum("Choose a new password" in page.text for page in pages) == 1
    assert {page.status for page in pages} <= {200, 422, 429}


def test_of_forty_codes_at_once_five_are_looked_at(scene: Scene) -> None:
    scene.stack.add_customer("ines")
    browser = scene.stack.browser()
    asked(browser, scene.shop, "ines")
    _, code = mailed(scene, "ines")
    tabs = [window(scene, browser) for _ in range(MANY)]
    pages = at_once(lambda number: tabs[number].submit(code=wrong(code)), MANY)
    assert Counter(page.status for page in pages) == {422: 4, 429: MANY - 4}
    assert browser.submit(code=code).status == 429
    assert sorted(row.tries for row in scene.stack.rows("recovery_cases"))[-1] == 5


def test_of_ten_cases_of_one_subject_that_are_answered_at_once_one_stays_open(scene: Scene) -> None:
    """The quota is three, and the newest of them alone is good."""
    scene.stack.add_customer("jo")
    for _ in range(AT_ONCE):
        asked(scene.stack.browser(), scene.shop, "jo")
    at_once(lambda _: answering(scene.stack.house).answer(100))
    jo = next(row.id for row in scene.stack.rows("subjects") if row.username == "jo")
    mine = [row for row in scene.stack.rows("recovery_cases") if row.subject_id == jo]
    assert (len(mine), sum(row.used_at is None for row in mine)) == (3, 1)


def test_what_breaks_between_taking_a_case_and_its_mail_leaves_both_undone(scene: Scene) -> None:
    scene.stack.add_customer("kira")
    asked(scene.stack.browser(), scene.shop, "kira")
    whole = answering(scene.stack.house)
    broken = replace(whole, letters=replace(whole.letters, templates=Environment(autoescape=True)))
    with pytest.raises((TypeError, TemplateError)):
        broken.answer(100)
    assert [row.asked_sealed is None for row in scene.stack.rows("recovery_cases") if row.answered_at is None] == [False]
    mailed(scene, "kira")


def test_a_worker_that_is_killed_loses_no_case_and_mails_none_twice(scene: Scene) -> None:
    house, before = scene.stack.house, len(mails(scene))
    names = [f"crowd{number}" for number in range(CROWD)]
    for name in names:
        scene.stack.add_customer(name)
    with house.ground.database.transaction() as db:
        for name in names:
            house.asked_cases.ask(db, f"case of {name}", Asked(name), None, house.ground.clock.now())
    for number in range(KILLS):
        worker = scene.stack.command_line.start("worker")
        wait_until(lambda number=number: len(mails(scene)) - before > number * CROWD // (KILLS + 1))
        worker.end(signal.SIGKILL)
    last = scene.stack.command_line.start("worker")
    wait_until(lambda: all(row.answered_at for row in scene.stack.rows("recovery_cases")))
    last.end()
    assert len(mails(scene)) - before == CROWD
    crowd = {row.id for row in scene.stack.rows("subjects") if row.username in names}
    assert Counter(row.subject_id for row in scene.stack.rows("recovery_cases") if row.subject_id in crowd) == dict.fromkeys(
        crowd, 1
    )


def mails(scene: Scene) -> list[object]:
    """Every mail that was ever enqueued, delivered or not."""
    return [row for row in scene.stack.rows("outbox") if row.kind == "mail"]
