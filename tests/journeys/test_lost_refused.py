"""Lost second factors: what leads nowhere, and what strangers learn, which is nothing."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.lost import Loss, a_loss, token
from tests.drivers.provider import Provider
from tests.journeys.locks import tried

BRANDS = ["stellantis", "alphera"]
NEW_EACH_TIME = r"prove(/|%2F)[\w-]{22}|nonce=\S+|value=\"[0-9a-f]{64}\"|<span class=\"mono\">[^<]*|<code>[^<]*"
NEW = "saffron glacier walnut 41"


@pytest.fixture
def loss(provider: Provider, browser: Browser, clock: TestClock, tmp_path: Path) -> Loss:
    return a_loss(provider, browser, clock, tmp_path)


def seen(page: Page) -> tuple[int, str]:
    """What a stranger sees, without what is new on every page."""
    body = re.sub(NEW_EACH_TIME, "", page.body)
    return page.status, body.replace("nobody", "ana")


def as_a_stranger(loss: Loss, name: str) -> list[tuple[int, str]]:
    """Every page that can be seen without a proof."""
    pages = [loss.begins(name)]
    hub = loss.browser.page.url
    pages += [loss.asks("password"), loss.browser.submit(password="wrong"), loss.browser.submit(password="")]
    loss.browser.open(hub)
    pages.append(loss.asks("mail_code"))
    pages += [loss.browser.submit(code=code) for code in ("", "12", *["123456"] * 6)]
    pages += [loss.browser.open(f"{hub}/{kind}") for kind in ("text_code", "agreement", "totp")]
    pages += [loss.browser.post(f"{hub}/{act}", token(loss.browser)) for act in ("begin", "remove", "text_code/send")]
    return [seen(page) for page in pages]


@pytest.mark.parametrize("brand", BRANDS)
def test_a_stranger_sees_the_same_for_every_name(loss: Loss, brand: str) -> None:
    loss.provider.add_customer("plain")
    loss.shop = loss.provider.add_client(f"shop-{brand}", brand=brand, consent="implied")
    by_name = [as_a_stranger(loss.elsewhere(f"192.0.2.{n}"), name) for n, name in enumerate(("ana", "nobody", "plain"), 9)]
    assert by_name[0] == by_name[1]
    assert [status for status, _ in by_name[0]] == [status for status, _ in by_name[2]]
    assert not any("•••" in body for pages in by_name for _, body in pages)
    assert loss.post.texts() == []


def test_the_database_is_asked_the_same_for_every_name(loss: Loss) -> None:
    """Who could time our answers learns as little: the statements are the same, but those of the trail about a subject."""
    loss.begins("whoever is first")  # and finds the caches empty
    engine = loss.provider.house.ground.database.engine
    said: dict[str, list[str]] = {"ana": [], "nobody": []}
    for name, statements in said.items():

        def note(_db: Any, _cursor: Any, statement: str, *_: Any, kept: list[str] = statements) -> None:
            if not re.search("trail_keys|audit_entries", statement):
                kept.append(statement.split(" WHERE", maxsplit=1)[0])

        event.listen(engine, "before_cursor_execute", note)
        loss.begins(name)
        loss.asks("mail_code")
        loss.browser.submit(code="123456")
        event.remove(engine, "before_cursor_execute", note)
    assert said["ana"] == said["nobody"]
    assert any("sent_codes" in statement for statement in said["ana"])


def test_a_locked_name_looks_the_same_whether_or_not_it_exists(loss: Loss) -> None:
    pages = {}
    for name in ("ana", "nobody"):
        loss.begins(name)
        loss.asks("password")
        pages[name] = [seen(loss.browser.submit(password="wrong")) for _ in range(7)]
    assert pages["ana"] == pages["nobody"]
    assert [status for status, _ in pages["ana"]] == [422] * 4 + [429] * 3
    # The lane is that of a sign-in, so the right password counts neither here nor there.
    loss.begins()
    assert "locked" in loss.gives("password").text
    assert "is locked" in tried(loss.browser, loss.shop, "ana", password=ANA_PASSWORD).text


def test_the_way_belongs_to_its_browser_and_to_no_sign_in(loss: Loss) -> None:
    loss.begins()
    hub = loss.browser.page.url
    loss.gives("password")
    loss.gives("mail_code")
    stranger = loss.provider.browser("192.0.2.66")
    assert "no longer open" in stranger.open(hub).text
    sign_in = hub.replace("/recovery/lost/prove/", "/signin/")
    for path in ("", "/totp", "/mail_code", "/other", "/offer"):
        assert "Sign in to" not in loss.browser.open(f"{sign_in}{path}").text
    assert loss.browser.open(loss.shop.request(prompt="none")).query["error"] == "login_required"
    assert "Nothing has changed yet" in loss.browser.open(hub).text


def test_one_runs_at_a_time_and_three_are_begun_in_a_week(loss: Loss) -> None:
    for number in range(3):
        loss.has_begun("password", "mail_code")
        if number == 0:
            again = loss.elsewhere()
            assert "begun already" in again.has_begun("password", "text_code").text
        loss.browser.open(loss.link("stop"))
        loss.browser.submit()
        loss.clock.advance(timedelta(hours=2))
    assert "Not again this week" in loss.has_begun("password", "mail_code").text
    assert loss.outcomes("RecoveryWithheld") == ["resets"] * 2
    loss.clock.advance(timedelta(days=7))
    assert "wait has begun" in loss.has_begun("password", "mail_code").text


def test_nothing_is_finished_early_or_late(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    loss.waits(23.9)
    with pytest.raises(IndexError):
        loss.link("finish")
    loss.waits(0.2)
    link = loss.link("finish")
    loss.comes_back()
    loss.gives("password")
    ready = loss.browser.page
    loss.clock.advance(timedelta(hours=72))
    assert "This is over" in loss.browser.open(link).text
    loss.browser.page = ready
    page = loss.browser.submit()
    assert "Remove your second step" not in page.text
    loss.waits(0)
    assert loss.outcomes("FactorResetCancelled") == ["lapsed"]
    assert loss.provider.happened("AuthenticatorRemoved") == []


@pytest.mark.parametrize(
    ("what", "when"),
    [
        ("disabled", "at the end"),
        ("contact_changed", "at the end"),
        ("staff", "at the end"),
        ("contact_changed", "before the end"),
    ],
)
def test_what_changed_meanwhile_ends_it(loss: Loss, what: str, when: str) -> None:
    loss.has_begun("password", "mail_code")
    if when == "at the end":
        loss.waits(24)
        loss.comes_back()
        loss.gives("password")
    house = loss.provider.house
    with house.ground.database.transaction() as db:
        ana = house.people.subjects.find(db, "ana")
        assert ana is not None
        if what == "disabled":
            house.people.subjects.disable(db, house.ground.bus, ana.id, loss.clock.now())
        elif what == "staff":
            house.people.subjects.set_staff(db, house.ground.bus, ana.id, True, loss.clock.now())
        else:
            house.people.text_code.enrol(db, ana.id, "+447700900999", loss.clock.now())
    if when == "at the end":
        assert "This is over" in loss.browser.submit().text
        loss.waits(72)
    else:
        loss.waits(24)
    assert loss.outcomes("FactorResetCancelled") == [what]
    assert loss.provider.happened("AuthenticatorRemoved") == []


def test_the_mailbox_alone_does_not_finish_it(loss: Loss) -> None:
    """Who reads the mail has the link; a code that is mailed too would prove nothing more."""
    loss.has_begun("mail_code", "text_code")
    loss.waits(24)
    thief = loss.elsewhere()
    page = thief.comes_back()
    assert ("A code to your phone" in page.text, "A code to your e-mail" in page.text) == (True, False)
    hub = page.url
    for kind in ("mail_code", "password"):
        assert thief.browser.open(f"{hub}/{kind}").url == hub
    assert "once more" in thief.browser.post(f"{hub}/remove", token(thief.browser) | {"password": NEW}).text
    assert loss.provider.happened("AuthenticatorRemoved") == []


def test_a_finished_reset_is_over_for_every_link_and_form(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    loss.waits(24)
    stop, finish = loss.link("stop"), loss.link("finish")
    loss.comes_back()
    loss.gives("password")
    page = loss.browser.page
    loss.browser.submit()
    loss.browser.page = page
    assert "already answered" in loss.browser.submit().text
    for link in (stop, finish, f"{finish}x", f"{loss.browser.home}/recovery/lost/stop?at=made-up"):
        assert "This is over" in loss.browser.open(link).text
    assert len(loss.provider.happened("FactorResetFinished")) == 1
    loss.waits(100)
    assert loss.outcomes("FactorResetCancelled") == []


def test_an_opened_link_is_for_the_browser_that_opened_it(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    page = loss.browser.open(loss.link("stop"))
    stranger = loss.provider.browser("192.0.2.66")
    assert "This is over" in stranger.open(page.url).text
    assert "This is over" in stranger.post("/recovery/lost/stop", page.forms[0].fields | token(stranger)).text
    assert loss.outcomes("FactorResetCancelled") == []


def test_who_comes_by_themselves_finds_the_same_way(loss: Loss) -> None:
    """Without a sign-in nobody knows whose dress to wear; the brand of the mail is one that there is."""
    page = loss.browser.open("/recovery/lost")
    assert "its support checks who you are" in page.text
    loss.browser.submit(name="ana")
    loss.gives("mail_code")
    assert "Nothing has changed yet" in loss.gives("password").text
    assert "The wait has begun" in loss.browser.submit().text
    loss.waits(24)
    loss.comes_back()
    loss.gives("password")
    assert "is removed" in loss.browser.submit().text
    assert loss.browser.open("/recovery/lost/said/anything").status == 200
    assert loss.browser.open("/recovery/lost/begun/anything").url.endswith("/recovery/lost")


def test_an_empty_name_is_asked_again(loss: Loss) -> None:
    loss.browser.open("/recovery/lost")
    page = loss.browser.submit(name="  ")
    assert (page.status, "Type your username or e-mail" in page.text) == (422, True)
