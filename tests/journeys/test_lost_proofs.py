"""Lost second factors: what counts as a proof, how often it may be tried, and who cannot give enough of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.lost import PHONE, Loss, a_loss, token
from tests.drivers.post import Post, other_than
from tests.drivers.provider import Provider
from tests.journeys.locks import tried

NEW = "saffron glacier walnut 41"


@pytest.fixture
def loss(provider: Provider, browser: Browser, clock: TestClock, tmp_path: Path) -> Loss:
    return a_loss(provider, browser, clock, tmp_path)


def test_wrong_passwords_at_a_sign_in_count_here_too(loss: Loss) -> None:
    tried(loss.browser, loss.shop, *["ana"] * 4)
    loss.begins()
    loss.asks("password")
    assert "locked" in loss.browser.submit(password="wrong").text
    assert len(loss.provider.happened("PasswordLocked")) == 1


def test_wrong_codes_are_counted_and_the_right_one_no_longer_looked_at(loss: Loss) -> None:
    loss.begins()
    loss.asks("mail_code")
    code = loss.post.code("mail_code")
    statuses = [loss.browser.submit(code=other_than(code)).status for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert "Too many tries" in loss.browser.submit(code=code).text
    assert loss.outcomes("SecondStepFailed") == ["wrong"] * 5


def test_a_code_counts_once_in_the_way_it_was_asked_for_and_for_five_minutes(loss: Loss) -> None:
    loss.begins()
    loss.asks("mail_code")
    code = loss.post.code("mail_code")
    other = loss.elsewhere()
    other.begins()
    other.asks("mail_code")
    assert "did not match" in other.browser.submit(code=code).text
    loss.clock.advance(timedelta(minutes=5))
    assert "did not match" in loss.browser.submit(code=code).text
    loss.browser.submit(press="send")
    code = loss.post.code("mail_code")
    typed = loss.browser.page
    assert "One more" in loss.browser.submit(code=code).text
    loss.browser.page = typed
    assert "One more" in loss.browser.submit(code=code).text  # it is asked no more; nothing was given twice


def test_codes_for_strangers_use_up_nothing_of_a_sign_in_and_end_with_the_quota(loss: Loss) -> None:
    for number in range(7):
        other = loss.elsewhere(f"192.0.2.{100 + number}")
        other.begins()
        other.asks("mail_code")
        loss.post.mails()
    assert (len(loss.provider.happened("CodeSent")), len(loss.provider.happened("CodeWithheld"))) == (5, 2)
    loss.provider.add_mail_code("ana")
    loss.shop = loss.provider.add_client("alphera", brand="alphera", consent="implied")
    page = tried(loss.browser, loss.shop, "ana", password=ANA_PASSWORD)
    loss.browser.open(page.url.replace("/totp", "/mail_code"))
    loss.browser.submit(press="send")
    assert len(loss.provider.happened("CodeSent")) == 6


def test_another_code_comes_after_half_a_minute(loss: Loss) -> None:
    loss.begins()
    loss.asks("mail_code")
    loss.post.mails()
    for _ in range(3):
        loss.browser.submit(press="send")
        loss.post.mails()
    assert len(loss.provider.happened("CodeSent")) == 1
    loss.clock.advance(timedelta(seconds=31))
    loss.browser.submit(press="send")
    loss.post.mails()
    assert len(loss.provider.happened("CodeSent")) == 2


@pytest.mark.parametrize(
    ("about", "factor", "said"),
    [
        ({"email_verified": False}, True, "Please call us"),  # nobody could be told
        ({"email_verified": False, "claims": PHONE}, True, "One more"),
        ({}, False, "nothing to remove"),
        ({}, True, "One more"),
    ],
)
def test_who_cannot_prove_enough_is_asked_to_call(
    provider: Provider, browser: Browser, clock: TestClock, tmp_path: Path, about: dict[str, object], factor: bool, said: str
) -> None:
    provider.add_customer("ana", **about)
    if factor:
        provider.add_app("ana")
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    loss = Loss(provider, shop, Post(provider, tmp_path), browser, clock)
    loss.begins()
    assert said in loss.gives("password").text
    assert "020 7946 0101" in browser.text()


def test_staff_are_helped_by_a_person(loss: Loss) -> None:
    loss.provider.make_staff("ana")
    loss.begins()
    assert "Please call us" in loss.gives("password").text


def test_locked_and_no_phone(loss: Loss) -> None:
    """The lock ends first; the mailbox alone never removes anything."""
    loss.provider.add_customer("bea")
    loss.provider.add_app("bea")
    tried(loss.provider.browser("192.0.2.9"), loss.shop, *["bea"] * 5)
    loss.begins("bea")
    loss.gives("mail_code")
    hub = loss.browser.page.url
    assert "lock ends in 15 minutes" in loss.gives("password").text
    loss.browser.open(hub)
    assert "a•••@" not in loss.browser.text()
    assert "A code to your phone" not in loss.browser.text()
    loss.clock.advance(timedelta(minutes=15))
    loss.begins("bea")
    loss.gives("password")
    assert "Nothing has changed yet" in loss.gives("mail_code").text


def test_one_proof_twice_is_one(loss: Loss) -> None:
    loss.begins()
    hub = loss.browser.page.url
    loss.gives("password")
    loss.browser.open(hub)
    assert loss.browser.open(f"{hub}/password").url == f"{loss.browser.home}{hub.removeprefix(loss.browser.home)}"
    fields = token(loss.browser) | {"password": ANA_PASSWORD}
    assert "One more" in loss.browser.post(f"{hub}/password", fields).text
    assert "One more" in loss.browser.post(f"{hub}/begin", fields).text
    assert loss.provider.happened("FactorResetStarted") == []


def test_a_password_that_was_changed_meanwhile_counts_no_more(loss: Loss) -> None:
    loss.begins()
    loss.gives("password")
    loss.provider.change_password("ana", NEW)
    page = loss.gives("mail_code")
    assert "One more" in page.text
    assert ("Given: a code to your e-mail" in page.text, "Given: your password" in page.text) == (True, False)


def test_what_strangers_use_up_leaves_codes_for_who_has_proven_something(loss: Loss) -> None:
    """Ten codes a day for whoever says a name; for its owner, after the password, ten that strangers cannot ask for."""
    thief = loss.elsewhere("203.0.113.9")
    for _ in range(13):
        thief.begins()
        thief.asks("mail_code")
        loss.post.mails()
        loss.clock.advance(timedelta(minutes=13))
    loss.clock.advance(timedelta(hours=1))
    assert loss.told("Your code") == (10, 0)
    loss.begins()
    loss.gives("password")
    assert "Nothing has changed yet" in loss.gives("mail_code").text
    assert loss.told("Your code") == (11, 0)
