"""A hundred thousand customers are imported in minutes and in flat memory, with a kill in between, while the rest goes on."""

import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from idp.subjects.model import subject_brands, subject_imports, subjects
from tests.drivers.stack import Stack
from tests.servers import wait_until
from tests.soak.vitals import vitals_of

ROWS = 100_000
BAD_EVERY = 1000
MOST_SECONDS = 300
MOST_MIB = 200
MOST_GROWTH_MIB = 24
HASH = "$2b$12$GhvMmNVjRW29ulnudl.LbuAnUtN/LRfe1JsBm1Xu6LE3059z5Tr8m"

pytestmark = [pytest.mark.soak, pytest.mark.timeout(540)]


def write(file: Path, rows: int) -> None:
    with file.open("w") as lines:
        lines.write("username,email,email_verified,given_name,customer_numbers,password_hash\n")
        for number in range(rows):
            email = "nowhere" if number % BAD_EVERY == 0 else f"soaked{number}@example.test"
            lines.write(f"soaked{number},{email},true,Name {number},stellantis:SO-{number},{HASH}\n")


def line(stack: Stack) -> int:
    with stack.house.ground.database.reading() as db:
        return db.scalar(select(func.max(subject_imports.c.line))) or 0


def test_customers_come_in_minutes_and_in_flat_memory(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    write(file, ROWS)
    began = time.monotonic()
    first = stack.command_line.start("subject", "import", "--file", str(file))
    wait_until(lambda: line(stack) > 0)
    early = vitals_of(first.pid).mib
    wait_past(stack, ROWS // 4)
    late = vitals_of(first.pid).mib
    assert first.end(signal.SIGKILL).code == -signal.SIGKILL
    second = stack.command_line.start("subject", "import", "--file", str(file), "--resume", "--json")
    wait_past(stack, ROWS * 9 // 10)
    last = vitals_of(second.pid).mib
    ended = second.wait()
    took = time.monotonic() - began
    print(f"import of {ROWS} rows: {took:.0f} s, {early:.0f} → {late:.0f} MiB, resumed {last:.0f} MiB")
    assert f'"added": {ROWS - ROWS // BAD_EVERY}' in ended.out, ended.err[-2000:]
    assert ended.code == 1
    with stack.house.ground.database.reading() as db:
        theirs = subject_brands.c.customer_number.like("SO-%")
        assert db.scalar(select(func.count()).select_from(subject_brands).where(theirs)) == ROWS - ROWS // BAD_EVERY
        assert db.scalar(select(func.count()).select_from(subjects).where(subjects.c.email == "nowhere")) == 0
    assert max(early, late, last) < MOST_MIB
    assert max(late, last) - early < MOST_GROWTH_MIB
    assert took < MOST_SECONDS


def wait_past(stack: Stack, wanted: int) -> None:
    """Waits until the import is past line `wanted`, as long as it moves."""
    while (now := line(stack)) < wanted:
        wait_until(lambda now=now: line(stack) > now)
