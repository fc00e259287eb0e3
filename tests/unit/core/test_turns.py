"""One writer at a time, on one connection that outlives what goes wrong."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from idp.core.errors import Unavailable
from idp.core.turns import Turns
from tests.unit.core.notes import a_database_of_notes, add, words


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with a_database_of_notes(tmp_path, patience=0.05) as engine:
        yield engine


def test_what_was_written_is_there_when_the_turn_is_over(engine: Engine) -> None:
    turns = Turns(engine)

    def write(number: int) -> bool:
        with turns.turn() as writer:
            add(writer.connection, str(number))
        return str(number) in words(engine)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(write, range(80)))


def test_a_turn_that_raises_leaves_nothing(engine: Engine) -> None:
    turns = Turns(engine)

    def change_my_mind() -> None:
        with turns.turn() as writer:
            add(writer.connection, "a")
            raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        change_my_mind()
    with turns.turn() as writer:
        add(writer.connection, "b")
    assert words(engine) == {"b"}


def test_a_nested_transaction_may_fail_within_a_turn(engine: Engine) -> None:
    with Turns(engine).turn() as writer:
        add(writer.connection, "a")
        nested = writer.connection.begin_nested()
        add(writer.connection, "b")
        nested.rollback()
        add(writer.connection, "c")
    assert words(engine) == {"a", "c"}


def test_a_commit_that_fails_leaves_nothing_and_the_next_is_as_ever(engine: Engine) -> None:
    turns = Turns(engine)
    with pytest.raises(Unavailable), turns.turn() as writer:
        add(writer.connection, "a", answers="nothing that is there")
    with turns.turn() as writer:
        add(writer.connection, "a")
    assert words(engine) == {"a"}


def test_who_waits_too_long_is_told_and_holds_up_nobody(engine: Engine) -> None:
    turns, inside, go_on = Turns(engine, patience=0.05), Event(), Event()

    def hold() -> None:
        with turns.turn() as writer:
            add(writer.connection, "a")
            inside.set()
            assert go_on.wait(5)

    holder = Thread(target=hold)
    holder.start()
    assert inside.wait(5)
    with pytest.raises(Unavailable), turns.turn():
        pass
    go_on.set()
    holder.join(5)
    assert words(engine) == {"a"}


def test_a_database_that_another_process_holds_is_unavailable(engine: Engine, tmp_path: Path) -> None:
    turns, other = Turns(engine), create_engine(f"sqlite:///{tmp_path}/notes.db")
    with other.connect() as holder:
        holder.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable), turns.turn():
            pass
        holder.rollback()
    with turns.turn() as writer:
        add(writer.connection, "a")
    assert words(engine) == {"a"}
    other.dispose()


@pytest.mark.parametrize("how", ["invalidate", "close the driver", "leave open"])
def test_a_connection_that_broke_is_replaced(engine: Engine, how: str) -> None:
    turns = Turns(engine)
    with turns.turn() as writer:
        driver: Any = writer.connection.connection.driver_connection
    {
        "invalidate": writer.connection.invalidate,
        "close the driver": driver.close,
        "leave open": lambda: driver.execute("BEGIN"),
    }[how]()
    with turns.turn() as writer:
        add(writer.connection, "a")
    assert words(engine) == {"a"}


def test_it_can_be_closed_and_used_again(engine: Engine) -> None:
    turns = Turns(engine)
    for word in "ab":
        with turns.turn() as writer:
            add(writer.connection, word)
        turns.close()
    assert words(engine) == {"a", "b"}
