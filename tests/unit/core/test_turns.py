from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text

from idp.core.errors import Unavailable
from idp.core.turns import MOST_TOGETHER, Turns


class Commits:
    """Counts what reaches the disk through connections that are opened from now on."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0
        event.listen(engine, "connect", self._watch)

    def _watch(self, connection: Any, _record: Any) -> None:
        connection.set_trace_callback(self._count)

    def _count(self, statement: str) -> None:
        self.count += statement == "COMMIT"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path}/turns.db", pool_size=20, connect_args={"check_same_thread": False})

    @event.listens_for(made, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")

    with made.begin() as db:
        db.execute(
            text("CREATE TABLE notes (word TEXT PRIMARY KEY, answers TEXT REFERENCES notes DEFERRABLE INITIALLY DEFERRED)")
        )
    made.dispose()
    yield made
    made.dispose()


def add(db: Any, word: str, answers: str | None = None) -> None:
    """A note; SQLite refuses to commit one that answers a note which is not there."""
    db.execute(text("INSERT INTO notes VALUES (:word, :answers)"), {"word": word, "answers": answers})


def words(engine: Engine) -> set[str]:
    """What is committed, as a stranger sees it."""
    driver = engine.raw_connection()
    try:
        return {row[0] for row in driver.cursor().execute("SELECT word FROM notes").fetchall()}
    finally:
        driver.close()


class Stage:
    """One thread holds the turn until told; others queue behind it and so share its transaction."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.inside, self.go_on = Event(), Event()
        self.errors: dict[str, BaseException] = {}
        self.threads: list[Thread] = []

    def hold(self, word: str, error: BaseException | None = None, answers: str | None = None) -> None:
        self._start(word, error, wait=True, answers=answers)
        assert self.inside.wait(5)

    def queue(self, word: str, error: BaseException | None = None) -> None:
        before = self.turns._queue
        self._start(word, error, wait=False)
        while self.turns._queue == before:
            pass

    def finish(self) -> None:
        self.go_on.set()
        for thread in self.threads:
            thread.join(10)
            assert not thread.is_alive()

    def _start(self, word: str, error: BaseException | None, wait: bool, answers: str | None = None) -> None:
        def write() -> None:
            try:
                with self.turns.transaction() as db:
                    add(db, word, answers)
                    if wait:
                        self.inside.set()
                        assert self.go_on.wait(5)
                    if error is not None:
                        raise error
            except BaseException as caught:
                self.errors[word] = caught

        self.threads.append(Thread(target=write))
        self.threads[-1].start()


def test_who_queues_shares_a_commit(engine: Engine) -> None:
    commits = Commits(engine)
    stage = Stage(Turns(engine))
    stage.hold("a")
    for word in "bcdef":
        stage.queue(word)
    stage.finish()
    assert not stage.errors
    assert words(engine) == set("abcdef")
    assert commits.count == 1


def test_nobody_goes_on_before_the_commit(engine: Engine) -> None:
    turns, seen = Turns(engine), []
    start = Barrier(8)

    def write(number: int) -> None:
        start.wait()
        for step in range(20):
            with turns.transaction() as db:
                add(db, f"{number}.{step}")
            seen.append(f"{number}.{step}" in words(engine))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert seen == [True] * 160
    assert len(words(engine)) == 160


@pytest.mark.parametrize("failing", ["a", "b", "c"])
def test_a_part_that_fails_is_undone_alone(engine: Engine, failing: str) -> None:
    stage = Stage(Turns(engine))
    fault = ValueError("changed my mind")
    stage.hold("a", fault if failing == "a" else None)
    for word in "bc":
        stage.queue(word, fault if word == failing else None)
    stage.finish()
    assert stage.errors == {failing: fault}
    assert words(engine) == set("abc") - {failing}


def test_a_nested_transaction_may_fail_within_a_part(engine: Engine) -> None:
    turns = Turns(engine)
    with turns.transaction() as db:
        add(db, "a")
        nested = db.begin_nested()
        add(db, "b")
        nested.rollback()
        add(db, "c")
    assert words(engine) == {"a", "c"}


def test_a_commit_that_fails_fails_every_part(engine: Engine) -> None:
    stage = Stage(Turns(engine))
    stage.hold("a", answers="nothing that is there")
    stage.queue("b")
    stage.finish()
    assert {name: type(error) for name, error in stage.errors.items()} == {"a": Unavailable, "b": Unavailable}
    assert words(engine) == set()
    with stage.turns.transaction() as db:
        add(db, "a")
    assert words(engine) == {"a"}


def test_what_sqlite_undoes_by_itself_is_lost_for_all_who_shared_it(engine: Engine) -> None:
    turns = Turns(engine)
    stage = Stage(turns)
    stage.hold("a")
    stage.queue("b")

    def undone() -> None:
        try:
            with turns.transaction() as db:
                add(db, "c")
                db.connection.driver_connection.rollback()  # as a full disk does
                raise OSError("full")
        except OSError as caught:
            stage.errors["c"] = caught

    stage.threads.append(Thread(target=undone))
    stage.threads[-1].start()
    while turns._queue < 2:
        pass
    stage.finish()
    assert words(engine) <= {"a", "b"}
    assert words(engine) == set("ab") - stage.errors.keys()
    assert isinstance(stage.errors["c"], OSError)
    with turns.transaction() as db:
        add(db, "later")
    assert "later" in words(engine)


def test_who_waits_too_long_is_told_and_holds_up_nobody(engine: Engine) -> None:
    stage = Stage(Turns(engine, patience=0.1))
    stage.hold("a")
    stage.queue("b")
    stage.threads[-1].join(5)
    assert isinstance(stage.errors["b"], Unavailable)
    stage.finish()
    assert words(engine) == {"a"}


def test_a_part_is_committed_even_if_the_next_in_the_queue_gives_up(engine: Engine) -> None:
    turns = Turns(engine)
    turns._queue += 1  # somebody seems to come, and never does
    with turns.transaction() as db:
        add(db, "a")
    assert words(engine) == {"a"}


def test_a_queue_without_an_end_is_committed_now_and_then(engine: Engine) -> None:
    commits, turns = Commits(engine), Turns(engine)
    turns._queue += 1

    def write(number: int) -> None:
        with turns.transaction() as db:
            add(db, str(number))

    with ThreadPoolExecutor(MOST_TOGETHER * 2) as pool:
        list(pool.map(write, range(MOST_TOGETHER * 2)))
    assert len(words(engine)) == MOST_TOGETHER * 2
    assert commits.count >= 2


def test_a_database_that_is_locked_by_another_process_is_an_error(engine: Engine, tmp_path: Path) -> None:
    other = create_engine(f"sqlite:///{tmp_path}/turns.db")
    impatient = create_engine(f"sqlite:///{tmp_path}/turns.db", connect_args={"timeout": 0.05, "check_same_thread": False})

    @event.listens_for(impatient, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    turns = Turns(impatient)
    with other.connect() as holder:
        holder.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable), turns.transaction():
            pass
        holder.rollback()
    with turns.transaction() as db:
        add(db, "a")
    assert words(engine) == {"a"}
    other.dispose()
    impatient.dispose()
