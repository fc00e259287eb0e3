"""A customer closes the account: two weeks to think again, then nothing personal is left and nobody gets the name."""

from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from idp.cli.worker import chores, do
from idp.core.audit import tail
from idp.core.database import metadata
from idp.subjects import details
from idp.subjects.subjects import Taken
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.drivers.staff import StaffMember
from tests.journeys.recoveries import asked

CLOSE = "/account/close"
WEEKS = timedelta(days=14)
KEPT = {"subjects", "audit_entries", "trail_keys", "sessions", "families"}
WAITS = "Your account will be closed on 16 November 2026"


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    brand = str(request.param)
    provider.add_customer(given_name="Ana", family_name="Ferreira", numbers={brand: "C-4711"})
    return provider.add_client("shop", brand=brand, consent="implied", frontchannel_logout_uri="https://shop.example/front")


@pytest.fixture
def post(provider: Provider, tmp_path: Path) -> Post:
    return Post(provider, tmp_path)


def signs_in(provider: Provider, shop: RelyingParty, browser: Browser | None = None) -> Browser:
    at = browser or provider.browser()
    at.open(shop.request())
    at.sign_in("ana", ANA_PASSWORD)
    return at


def closes(browser: Browser, typed: str = " ANA ") -> Page:
    browser.open(CLOSE)
    return browser.submit(username=typed)


def worker_comes_by(provider: Provider) -> None:
    for chore in chores(provider.house):
        if "clos" in chore.name:
            do(chore, Event())


def test_it_ends_everything_and_says_until_when_one_can_think_again(provider: Provider, shop: RelyingParty, post: Post) -> None:
    other, here = signs_in(provider, shop), signs_in(provider, shop)
    other.open(shop.request(scope="openid offline_access"))
    tokens = shop.redeem(shop.code(other.submit(press="allow")))
    assert "Type your username, ana, to confirm" in here.open(CLOSE).text
    assert WAITS in closes(here).text
    assert [frame.partition("?")[0] for frame in here.page.frames] == ["https://shop.example/front"]
    assert all("Sign in to your account" in browser.open("/account").text for browser in (here, other))
    assert shop.refresh(tokens["refresh_token"]).status == 400
    mail = post.mails()[-1]
    assert str(mail["Subject"]).startswith(WAITS)
    assert "choose “Keep my account”" in read(mail)
    assert [event.details()["at"] for event in provider.happened("AccountClosing")] == ["2026-11-16T09:30:00+00:00"]


def test_another_name_closes_nothing(provider: Provider, shop: RelyingParty) -> None:
    here = signs_in(provider, shop)
    for typed in ("", "ben", "ana@example.test", "ana\x00"[:3] + "x"):
        page = closes(here, typed)
        assert (page.status, "That is not your username" in page.text) == (422, True)
    assert here.open("/account").status == 200
    assert not provider.happened("AccountClosing")


def test_it_takes_a_fresh_proof(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    here = signs_in(provider, shop)
    here.open(CLOSE)
    sent = here.page.forms[-1].fields | {"username": "ana"}
    clock.advance(timedelta(minutes=6))
    assert "Confirm it’s you" in here.post(CLOSE, sent).text
    assert not provider.happened("AccountClosing")


def test_who_signs_in_is_asked_and_gets_nowhere_before_the_answer(
    provider: Provider, shop: RelyingParty, clock: TestClock, post: Post
) -> None:
    closes(signs_in(provider, shop))
    clock.advance(timedelta(days=13))
    back = signs_in(provider, shop)
    assert (WAITS in back.text(), back.cookie("idp_session")) == (True, None)
    asking = back.page.url
    assert WAITS in back.post(asking, back.page.forms[-1].fields).text  # says nothing
    assert WAITS in back.open(asking.replace("/closing", "/offer")).text
    assert (
        "Sign in" in back.open(asking.replace("/signin/", "/authorize/").replace("/closing", "")).text or WAITS in back.text()
    )
    stranger = provider.browser()
    assert "no longer open" in stranger.open(asking).text
    back.open(asking)
    assert back.submit(press="keep").left
    assert back.open("/account").status == 200
    assert any(str(mail["Subject"]).startswith("Your account stays") for mail in post.mails())
    clock.advance(WEEKS)
    worker_comes_by(provider)
    signs_in(provider, shop, back)
    assert back.page.left
    assert (len(provider.happened("ClosingCancelled")), provider.happened("AccountClosed")) == (1, [])


def test_a_passkey_and_a_second_step_lead_to_the_same_question(provider: Provider, shop: RelyingParty) -> None:
    app = provider.add_app()
    here = signs_in(provider, shop)
    here.submit(code=app.code())
    closes(here)
    provider.clock.advance(timedelta(minutes=1))
    back = signs_in(provider, shop)
    assert WAITS in back.submit(code=app.code()).text
    assert back.submit(press="keep").left


def test_the_owner_is_reminded_once_three_days_before(
    provider: Provider, shop: RelyingParty, clock: TestClock, post: Post
) -> None:
    closes(signs_in(provider, shop))
    for day, reminders in ((10, 0), (1, 1), (1, 1)):
        clock.advance(timedelta(days=day))
        worker_comes_by(provider)
        assert sum("Three days left" in str(mail["Subject"]) for mail in post.mails()) == reminders


def test_after_two_weeks_nothing_personal_is_left(provider: Provider, shop: RelyingParty, clock: TestClock, post: Post) -> None:
    with provider.house.ground.database.reading() as db:
        subject = provider.house.people.subjects.find(db, "ana")
    assert subject is not None
    here = signs_in(provider, shop)
    closes(here)
    clock.advance(WEEKS - timedelta(seconds=1))
    worker_comes_by(provider)
    assert provider.happened("AccountClosed") == []
    clock.advance(timedelta(seconds=1))
    worker_comes_by(provider)
    worker_comes_by(provider)
    assert len(provider.happened("AccountClosed")) == 1
    assert str(post.mails()[-1]["Subject"]).startswith("Your account is closed")
    back = signs_in(provider, shop)
    assert "did not match" in back.text()
    with provider.house.ground.database.reading() as db:
        left = {
            table.name
            for table in metadata.sorted_tables
            if "subject_id" in table.columns
            and db.execute(select(table.c.subject_id).where(table.c.subject_id == subject.id)).first()
        }
        found = provider.house.people.subjects.get(db, subject.id)
        entries = [entry for entry in tail(db, provider.house.ground.keyring, 100) if entry.subject_id == subject.id]
        rows = [str(row) for table in metadata.sorted_tables for row in db.execute(table.select())]
    assert [row for row in rows if "ana@" in row or "'ana'" in row] == []
    assert left <= KEPT
    assert found is not None
    assert (found.disabled, found.username, found.email, found.given_name, dict(found.claims)) == (True, "", "", None, {})
    assert entries
    assert all(entry.personal == {} for entry in entries)


def test_a_closed_account_is_written_to_no_more(provider: Provider, shop: RelyingParty, clock: TestClock, post: Post) -> None:
    closes(signs_in(provider, shop))
    clock.advance(WEEKS)
    worker_comes_by(provider)
    before = len(post.mails())
    for name in ("ana", "ana@example.test"):
        assert "Look in your mail" in asked(provider.browser(), shop, name).text
    for _ in range(6):
        signs_in(provider, shop)
    assert len(post.mails()) == before


def test_nobody_else_ever_gets_the_name(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    closes(signs_in(provider, shop))
    clock.advance(WEEKS)
    worker_comes_by(provider)
    provider.add_customer("bea")
    house = provider.house
    with house.ground.database.transaction() as db:
        bea = house.people.subjects.find(db, "bea")
        assert bea is not None
        assert not details.set_email(db, house.people.subjects.closed_names, bea, "ANA@example.test", clock.now())
    for username, email, field in (("Ana", "new@example.test", "username"), ("new", "ANA@example.test", "email")):
        with pytest.raises(AssertionError) as refused:
            provider.add_customer(username, email=email)
        assert refused.value.args[0] == Taken(field)  # type: ignore[arg-type]


@pytest.mark.parametrize("shop", ["alphera"], indirect=True)
def test_staff_hand_their_role_on_first(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    """S3.12: the last administrator stays, also one who became it while the account waited."""
    closes(signs_in(provider, shop))
    provider.give_role("administrator")
    clock.advance(WEEKS)
    worker_comes_by(provider)
    assert provider.happened("AccountClosed") == []
    alex = StaffMember(provider, "administrator", username="alex")
    alex.open(CLOSE)
    page = alex.browser.submit(username="alex")
    assert (page.status, "Have an administrator take your role first" in page.text) == (422, True)
    assert len(provider.happened("AccountClosing")) == 1
