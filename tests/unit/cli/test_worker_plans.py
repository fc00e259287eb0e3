"""What the worker asks turn after turn reads the rows it is about, however many others there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from idp.cli.worker import chores
from tests.builders import TestClock
from tests.drivers.provider import Provider, a_provider

OFTEN = ("answer_recoveries", "answer_lost", "factor_resets", "close_accounts", "remind_of_closing")
PURGES = ("purge_recoveries", "purge_codes", "purge_contacts")


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Whatever is said to the database in the block."""
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        said.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def plans(provider: Provider, chore: str) -> dict[str, list[str]]:
    """How SQLite finds the rows of each statement of a chore."""
    (act,) = (one.act for one in chores(provider.house) if one.name == chore)
    with statements(provider.house.ground.database.engine) as said:
        act()
    asked = [(statement, parameters) for statement, parameters in said if statement.startswith(("SELECT", "UPDATE", "DELETE"))]
    with provider.house.ground.database.reading() as db:
        return {
            statement: [row.detail for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in asked
        }


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, list[str]]]]:
    with a_provider(tmp_path_factory.mktemp("worker"), TestClock()) as provider:
        yield {chore: plans(provider, chore) for chore in OFTEN + PURGES}


@pytest.mark.parametrize("chore", OFTEN)
def test_what_is_asked_often_searches(found: dict[str, dict[str, list[str]]], chore: str) -> None:
    steps = [step for plan in found[chore].values() for step in plan]
    assert steps
    assert [step for step in steps if step.startswith("SCAN")] == []


@pytest.mark.parametrize("chore", PURGES)
def test_what_is_purged_is_found_by_an_index(found: dict[str, dict[str, list[str]]], chore: str) -> None:
    steps = [step for plan in found[chore].values() for step in plan]
    assert steps
    assert [step for step in steps if step.startswith("SCAN") and "USING" not in step] == []


def test_who_waits_is_not_looked_for_among_those_who_were_answered(found: dict[str, dict[str, list[str]]]) -> None:
    steps = [step for chore in ("answer_recoveries", "answer_lost") for plan in found[chore].values() for step in plan]
    assert [step for step in steps if step.startswith("SEARCH") and "_waiting_" not in step] == []
