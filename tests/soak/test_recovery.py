"""Twenty thousand recoveries in a row: bounded rows, never more mails than the quota, and a worker that catches up (S1)."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from idp.core.outbox import outbox
from idp.recovery.forgetting import KEPT
from tests.drivers.browser import Browser
from tests.drivers.stack import Stack, a_stack
from tests.servers import wait_until

ASKED = 10_000  # on each pair of stores
KNOWN = 20
BROWSERS = 8
QUOTA = 3
PATIENCE_BATCHES = 60

pytestmark = [pytest.mark.soak, pytest.mark.timeout(540)]


def ask(stack: Stack, browser: Browser, numbers: range) -> Counter[int]:
    """Every other name exists. Each comes from a source of its own, as the forwarded address says."""
    form = browser.open("/recovery").forms[0].fields
    seen: Counter[int] = Counter()
    for number in numbers:
        name = f"soaked{number // 2 % KNOWN}" if number % 2 else f"nobody{number}"
        source = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        seen[browser.post("/recovery", form | {"name": name}, follow=False, headers=source).status] += 1
    return seen


@pytest.fixture(params=["sqlite", "postgresql"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    """A stack behind a proxy, so that each call can come from a source of its own."""
    with ExitStack() as running:
        changed = {"trusted_proxies": "127.0.0.1"}
        if request.param == "postgresql":
            changed["database_url"] = running.enter_context(request.getfixturevalue("postgres_server").new_database())
            changed["kv_url"] = request.getfixturevalue("redis_server").url
        yield running.enter_context(a_stack(tmp_path, **changed))


def waiting(stack: Stack) -> int:
    return sum(row.answered_at is None for row in stack.rows("recovery_cases"))


def test_twenty_thousand_recoveries_in_a_row(stack: Stack) -> None:
    for number in range(KNOWN):
        stack.add_customer(f"soaked{number}")
    stack.deliver()
    share = ASKED // BROWSERS
    browsers = [stack.browser() for _ in range(BROWSERS)]
    with ThreadPoolExecutor(BROWSERS) as threads:
        parts = threads.map(lambda n: ask(stack, browsers[n], range(n * share, (n + 1) * share)), range(BROWSERS))
        seen = sum(parts, Counter())
    assert seen == {303: ASKED}
    for _ in range(PATIENCE_BATCHES):
        before = waiting(stack)
        if not before:
            break
        wait_until(lambda before=before: waiting(stack) < before)
    assert waiting(stack) == 0
    with stack.house.ground.database.reading() as db:
        mails = db.execute(outbox.select().where(outbox.c.kind == "mail")).all()
    events = Counter(row.event for row in stack.rows("audit_entries"))
    assert len(mails) == events["RecoveryStarted"] == KNOWN * QUOTA
    assert events["RecoveryWithheld"] == KNOWN
    cases = stack.rows("recovery_cases")
    assert len(cases) == ASKED
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
