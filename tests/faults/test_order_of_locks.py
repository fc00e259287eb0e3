"""Rows of PostgreSQL that two want at one moment: all take them in one order, so that none is ended for another's sake."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, select, text, update

from idp.admin.desk.tables import support_cases
from idp.app.telling import closings_of
from idp.core.database import Database
from idp.factors.passkey import Passkeys
from idp.signin.lockout import Rule
from idp.signin.lockout_tables import password_lanes
from idp.subjects import closing
from idp.subjects.authenticators import authenticators
from idp.subjects.model import subjects
from idp.subjects.names import name_key
from tests.builders import TestClock
from tests.drivers.browser import Browser
from tests.drivers.ceremony import ceremony_of, uses
from tests.drivers.desk import REASON, a_desk
from tests.drivers.lost import PHONE, Loss
from tests.drivers.post import Post
from tests.drivers.provider import Provider, a_provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.locks import mailed_link, tried
from tests.journeys.recoveries import NEW, OVER, asked, newest
from tests.running import wait_until
from tests.servers import PostgresServer

PASSKEYS = select(authenticators.c.id).where(authenticators.c.kind == Passkeys.kind).with_for_update()
NEW_ADDRESS = update(subjects).values(email="ana@elsewhere.test", email_key=name_key("ana@elsewhere.test"))
LANES = select(password_lanes.c.who).with_for_update()
CASES = select(support_cases.c.id).with_for_update()
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture
def provider(tmp_path: Path, clock: TestClock, postgres_server: PostgresServer) -> Iterator[Provider]:
    with postgres_server.migrated_database() as url, a_provider(tmp_path, clock, database_url=url) as running:
        running.add_customer(claims=PHONE)
        yield running


def all_wait(database: Database, number: int) -> None:
    """Comes back when so many wait for a row that somebody else holds."""

    def do() -> bool:
        with database.reading() as db:
            return db.scalar(text(WAITING)) == number

    wait_until(do)


@contextmanager
def held(database: Database, statement: Executable) -> Iterator[Callable[..., Future[Any]]]:
    """What is begun in the block gets as far as `statement` lets it, one after the other, and goes on after the block."""
    with ThreadPoolExecutor() as threads, database.transaction() as db:
        db.execute(statement)
        begun: list[Future[Any]] = []

        def begins(act: Callable[..., Any], *given: Any) -> Future[Any]:
            begun.append(threads.submit(act, *given))
            all_wait(database, len(begun))
            return begun[-1]

        yield begins


def almost_locked_again(provider: Provider, shop: RelyingParty, clock: TestClock, folder: Path) -> tuple[Browser, Browser]:
    """A stranger whose next wrong password locks Ana's name once more, and Ana, before the link that the first lock brought."""
    stranger, owner = provider.browser("192.0.2.9"), provider.browser()
    tried(stranger, shop, *["ana"] * 5)
    link = mailed_link(provider, folder)
    clock.advance(timedelta(hours=1))
    tried(stranger, shop, *["ana"] * 4)
    owner.open(link)
    return stranger, owner


def test_a_passkey_is_removed_while_it_signs_in_once_more(provider: Provider) -> None:
    """In a tab that was open before its browser had a session, so that nobody was known there yet."""
    club = provider.add_client("club", brand="alphera", consent="implied")
    device = provider.add_passkey()
    owner, other = provider.browser(), provider.browser()
    other.open(club.request())
    tab = ceremony_of(other)
    for browser in (owner, other):
        browser.open(club.request())
        assert uses(browser, device).left
    owner.open(owner.open("/account/security/passkeys").link("Remove"))
    with held(provider.house.ground.database, PASSKEYS) as begins:
        signs_in = begins(tab.send, tab.answered(device))
        removes = begins(owner.submit)
    assert signs_in.result().status in (0, 200)
    assert "is removed" in removes.result().text
    assert len(provider.happened("SignedIn")) == 3
    assert "Sign in to" in other.open(club.request()).text


def test_a_lost_passkey_goes_while_whoever_has_it_signs_in(provider: Provider, clock: TestClock, tmp_path: Path) -> None:
    """At the end of a reset, whose owner has no session that anybody could wait for."""
    club = provider.add_client("club", brand="alphera", consent="implied")
    loss = Loss(provider, club, Post(provider, tmp_path), provider.browser(), clock)
    device, finder = provider.add_passkey(), provider.browser()
    loss.has_begun("password", "mail_code")
    loss.waits(72)
    loss.comes_back()
    loss.gives("password")
    finder.open(club.request())
    tab = ceremony_of(finder)
    with held(provider.house.ground.database, PASSKEYS) as begins:
        finishes = begins(loss.browser.submit)
        signs_in = begins(tab.send, tab.answered(device))
    assert finishes.result().status == 200
    assert len(provider.happened("FactorResetFinished")) == 1
    assert signs_in.result().status == 422
    assert provider.happened("SignedIn") == []


def test_a_link_mailed_to_an_address_sets_no_password_once_that_address_has_changed(provider: Provider, tmp_path: Path) -> None:
    """Though the change is not done yet when the new password is sent."""
    club, post, browser = provider.add_client("club", brand="alphera"), Post(provider, tmp_path), provider.browser()
    asked(browser, club)
    link, _ = newest(post)
    browser.open(link)
    browser.submit(press="password")
    with held(provider.house.ground.database, NEW_ADDRESS) as begins:
        sets = begins(partial(browser.submit, password=NEW))
    assert OVER in sets.result().text
    assert provider.happened("PasswordChanged") == []


def test_a_link_mailed_to_an_address_opens_no_lock_once_that_address_has_changed(provider: Provider, tmp_path: Path) -> None:
    club, post, browser = provider.add_client("club", brand="stellantis"), Post(provider, tmp_path), provider.browser()
    tried(provider.browser("192.0.2.9"), club, *["ana"] * 5)
    asked(browser, club)
    link, _ = newest(post)
    browser.open(link)
    with held(provider.house.ground.database, NEW_ADDRESS) as begins:
        opens = begins(partial(browser.submit, press="unlock"))
    assert OVER in opens.result().text
    assert provider.happened("PasswordUnlocked") == []


def test_a_lock_is_opened_by_mail_while_a_password_fails_that_would_lock_again(
    provider: Provider, clock: TestClock, tmp_path: Path
) -> None:
    """Both take the lane and the link that is mailed: whoever comes second opens what the first has locked."""
    club = provider.add_client("stellantis", brand="stellantis")
    stranger, owner = almost_locked_again(provider, club, clock, tmp_path)
    stranger.open(club.request())
    with held(provider.house.ground.database, LANES) as begins:
        fails = begins(partial(stranger.sign_in, "ana", "not the password"))
        opens = begins(partial(owner.submit, press="unlock"))
    assert "is locked" in fails.result().text
    assert "You can sign in again" in opens.result().text
    assert len(provider.happened("PasswordLocked")) == 2
    assert len(provider.happened("PasswordUnlocked")) == 1


def test_a_stricter_lock_that_falls_while_a_mailed_link_opens_one_is_not_opened_by_the_mailbox_alone(
    provider: Provider, clock: TestClock, tmp_path: Path
) -> None:
    provider.add_app()
    lenient, strict = (provider.add_client(brand, brand=brand) for brand in ("stellantis", "alphera"))
    stranger, owner = almost_locked_again(provider, lenient, clock, tmp_path)
    stranger.open(strict.request())
    with held(provider.house.ground.database, LANES) as begins:
        fails = begins(partial(stranger.sign_in, "ana", "not the password"))
        opens = begins(partial(owner.submit, press="unlock"))
    assert "is locked" in fails.result().text
    assert "code from your app" in opens.result().text
    assert provider.happened("PasswordUnlocked") == []


def test_two_who_open_all_lanes_take_them_in_one_order(
    tmp_path: Path, clock: TestClock, postgres_server: PostgresServer
) -> None:
    """Where PostgreSQL reads the table as it was written, too: it does so as long as that is cheaper than an index."""
    as_written = "%20-c%20enable_indexscan%3Doff%20-c%20enable_bitmapscan%3Doff"
    with postgres_server.migrated_database() as url, a_provider(tmp_path, clock, database_url=url + as_written) as provider:
        house, database, ana = provider.house, provider.house.ground.database, provider.add_customer()
        with database.transaction() as db:
            for browser in ("z", "a"):
                lane = replace(house.locking.lockout.lane(ana.id, "ana"), browser=browser)
                house.locking.lockout.failed(db, lane, Rule(5, "by_itself", 15), "stellantis", clock.now())

        def releases() -> bool:
            with database.transaction() as db:
                return house.locking.release(db, ana.id, "support", clock.now())

        def holds() -> None:
            with database.transaction() as db:
                house.locking.hold(db, ana.id)

        with held(database, LANES.where(password_lanes.c.browser == "a")) as begins:
            both = [begins(holds), begins(releases)]
        assert [one.result() for one in both] == [None, False]


def test_a_code_for_a_caller_goes_to_no_address_that_changes_meanwhile(
    tmp_path: Path, clock: TestClock, postgres_server: PostgresServer
) -> None:
    with postgres_server.migrated_database() as url, a_desk(tmp_path, clock, "stellantis", database_url=url) as desk:
        desk.takes_the_call()
        with held(desk.provider.house.ground.database, NEW_ADDRESS.where(subjects.c.id == desk.ana.id)) as begins:
            sends = begins(partial(desk.sam.browser.submit, press="mail_code", follow=False))
        assert sends.result().status < 500
        assert desk.provider.happened("CallerCodeSent") == []


@pytest.mark.parametrize("act", ["end_sessions", "factor_reset"])
def test_support_helps_in_the_moment_in_which_the_account_ends(
    tmp_path: Path, clock: TestClock, postgres_server: PostgresServer, act: str
) -> None:
    with postgres_server.migrated_database() as url, a_desk(tmp_path, clock, "stellantis", database_url=url) as desk:
        desk.provider.add_app("ana")
        desk.proves()
        database, house = desk.provider.house.ground.database, desk.provider.house
        with database.transaction() as db:
            assert closing.begin(db, desk.ana.id, desk.brand, clock.now())
        with held(database, CASES) as begins:
            helps = begins(partial(desk.sam.browser.submit, press=act, reason=REASON, follow=False))
            ends = begins(closings_of(house).finish, 1)
        assert helps.result().status == 303
        assert ends.result() == 1
        assert len(desk.provider.happened("SupportActed")) == 1
        assert len(desk.provider.happened("AccountClosed")) == 1
