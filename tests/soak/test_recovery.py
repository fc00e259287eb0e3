"""Twenty thousand recoveries in a row: bounded rows, never more mails than the quota, and a worker that catches up (S1)."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from idp.core.database import metadata
from idp.core.outbox import outbox
from idp.recovery.forgetting import KEPT
from tests.drivers.browser import Browser
from tests.drivers.stack import Stack, a_stack
from tests.servers import PostgresServer, RedisServer, wait_until

ASKED = 20_000
ASKED_ON_ONE_HOST = 4_000  # stores of a single host answer the same, and more slowly
KNOWN = 20
BROWSERS = 8
QUOTA = 3
BATCH = 1000  # that many are answered within a minute, or it fails
PROXY = {"trusted_proxies": "127.0.0.1"}

pytestmark = [pytest.mark.soak, pytest.mark.timeout(720)]


def ask(stack: Stack, browser: Browser, numbers: range) -> Counter[int]:
    """Every other name exists. Each comes from a source of its own, as the forwarded address says."""
    form = browser.open("/recovery").forms[0].fields
    seen: Counter[int] = Counter()
    for number in numbers:
        name = f"soaked{number // 2 % KNOWN}" if number % 2 else f"nobody{number}"
        source = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        seen[browser.post("/recovery", form | {"name": name}, follow=False, headers=source).status] += 1
    return seen


@pytest.fixture
def on_one_host(tmp_path: Path) -> Iterator[Stack]:
    """A stack on SQLite, behind a proxy, so that each call can come from a source of its own."""
    with a_stack(tmp_path, **PROXY) as running:
        yield running


@pytest.fixture
def in_production(tmp_path: Path, postgres_server: PostgresServer, redis_server: RedisServer) -> Iterator[Stack]:
    """The same on PostgreSQL and Redis."""
    with (
        postgres_server.new_database() as database_url,
        a_stack(tmp_path, database_url=database_url, kv_url=redis_server.url, **PROXY) as running,
    ):
        yield running


def waiting(stack: Stack) -> int:
    unanswered = select(func.count()).where(metadata.tables["recovery_cases"].c.answered_at.is_(None))
    with stack.house.ground.database.reading() as db:
        return db.execute(unanswered).scalar_one()


def test_twenty_thousand_recoveries_in_a_row(in_production: Stack) -> None:
    are_bounded(in_production, ASKED)


def test_fewer_on_the_stores_of_one_host(on_one_host: Stack) -> None:
    are_bounded(on_one_host, ASKED_ON_ONE_HOST)


def are_bounded(stack: Stack, asked: int) -> None:
    """Asks so many times, and looks at what is left of it."""
    for number in range(KNOWN):
        stack.add_customer(f"soaked{number}")
    stack.deliver()
    share = asked // BROWSERS
    browsers = [stack.browser() for _ in range(BROWSERS)]
    with ThreadPoolExecutor(BROWSERS) as threads:
        parts = threads.map(lambda n: ask(stack, browsers[n], range(n * share, (n + 1) * share)), range(BROWSERS))
        seen = sum(parts, Counter())
    assert seen == {303: asked}
    while left := waiting(stack):
        wait_until(lambda left=left: waiting(stack) <= max(left - BATCH, 0))
    with stack.house.ground.database.reading() as db:
        mails = db.execute(outbox.select().where(outbox.c.kind == "mail")).all()
    events = Counter(row.event for row in stack.rows("audit_entries"))
    assert len(mails) == events["RecoveryStarted"] == KNOWN * QUOTA
    assert events["RecoveryWithheld"] == KNOWN
    cases = stack.rows("recovery_cases")
    assert len(cases) == asked
    assert {row.asked_sealed for row in cases} == {None}
    assert sum(row.used_at is None and row.subject_id is not None for row in cases) == KNOWN
    purge_all(stack)
    assert stack.rows("recovery_cases") == []


def purge_all(stack: Stack) -> None:
    """What the worker does an hour later."""
    ground, later = stack.house.ground, stack.clock.now() + KEPT * 2
    gone = 1
    while gone:
        with ground.database.transaction() as db:
            gone = stack.house.asked_cases.purge(db, later, 500)
