"""Work of many threads shares a commit, and fails alone."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import ContextVar
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import Connection, Engine

from idp.core.errors import Unavailable
from idp.core.together import GATHERING_SECONDS, MOST_TOGETHER, Together
from idp.core.turns import Turns
from tests.unit.core.notes import Commits, a_database_of_notes, add, words

caller: ContextVar[str] = ContextVar("caller")


class Crowd:
    """Threads whose work waits until all have come, and so shares one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.turns = Turns(engine)
        self.together = Together(self.turns, MOST_TOGETHER * 2)
        self.commits = Commits(engine)
        self._pool = ThreadPoolExecutor(MOST_TOGETHER * 2)

    def work(self, *works: Callable[[Connection], Any]) -> list[Future[Any]]:
        """Sets them to work, each in a thread of its own, behind somebody who holds the turn until all wait."""
        with ExitStack() as held:
            held.enter_context(self.turns.turn())
            first = self._pool.submit(self.together.run, works[0])
            self._await(lambda: self.together._led and not self.together._waiting)
            futures = [self._pool.submit(self.together.run, work) for work in works[1:]]
            self._await(lambda: len(self.together._waiting) == len(futures))
        return [first, *futures]

    def comes(self, *works: Callable[[Connection], Any]) -> list[Future[Any]]:
        """More of it, once it waits."""
        before = len(self.together._waiting)
        futures = [self._pool.submit(self.together.run, work) for work in works]
        self._await(lambda: len(self.together._waiting) == before + len(futures))
        return futures

    def close(self) -> None:
        self._pool.shutdown()
        self.turns.close()

    def _await(self, condition: Callable[[], bool]) -> None:
        patience = Event()
        for _ in range(500):
            if condition():
                return
            patience.wait(0.01)
        raise AssertionError("nobody came")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with a_database_of_notes(tmp_path) as engine:
        yield engine


@pytest.fixture
def crowd(engine: Engine) -> Iterator[Crowd]:
    crowd = Crowd(engine)
    yield crowd
    crowd.close()


def writing(word: str, answers: str | None = None) -> Callable[[Connection], str]:
    def work(db: Connection) -> str:
        add(db, word, answers)
        return word

    return work


def failing(word: str) -> Callable[[Connection], None]:
    def work(db: Connection) -> None:
        add(db, word)
        raise ValueError(word)

    return work


def test_who_waits_shares_a_commit_and_gets_its_own_answer(crowd: Crowd, engine: Engine) -> None:
    done = crowd.work(*(writing(word) for word in "abcdef"))
    assert [future.result(5) for future in done] == list("abcdef")
    assert words(engine) == set("abcdef")
    # One for who held the turn, one for the first, who came alone, one for the others together.
    assert crowd.commits.count == 3


def test_nobody_goes_on_before_the_commit(crowd: Crowd, engine: Engine) -> None:
    def write(number: int) -> bool:
        word: str = crowd.together.run(writing(str(number)))
        return word in words(engine)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(write, range(160)))


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_what_follows_finds_the_work_on_the_disk_and_fails_alone(
    crowd: Crowd, engine: Engine, failure: type[BaseException]
) -> None:
    def follow(word: str) -> str:
        assert word in words(engine)
        if word == "3":
            raise failure
        return f"after {word}"

    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(crowd.together.run, writing(word), follow) for word in "012345"]
    assert isinstance(done.pop(3).exception(), failure)
    assert [future.result() for future in done] == [f"after {word}" for word in "01245"]
    assert words(engine) == set("012345")


@pytest.mark.parametrize("unlucky", range(4))
def test_work_that_fails_is_undone_alone(crowd: Crowd, engine: Engine, unlucky: int) -> None:
    works: list[Any] = [writing(word) for word in "abcd"]
    works[unlucky] = failing("abcd"[unlucky])
    done = crowd.work(*works)
    assert isinstance(done[unlucky].exception(5), ValueError)
    others = set("abcd") - {"abcd"[unlucky]}
    assert {future.result(5) for place, future in enumerate(done) if place != unlucky} == others
    assert words(engine) == others


class Waiting:
    """Stands for the wait of whoever leads: somebody new comes in each step, as often as `arrivals` says."""

    def __init__(self, crowd: Crowd, arrivals: int) -> None:
        self._crowd = crowd
        self._arrivals = arrivals
        self._all_here = True  # of the last time
        self.steps: list[float] = []
        self.answers: list[bool] = []
        self.come: list[Future[Any]] = []

    def clear(self) -> None:
        self._all_here = False

    def set(self) -> None:
        self._all_here = True

    def wait(self, seconds: float) -> bool:
        self.steps.append(seconds)
        if len(self.come) < self._arrivals:
            self.come.extend(self._crowd.comes(writing(f"late {len(self.come)}")))
        self.answers.append(self._all_here)
        return self._all_here


@pytest.mark.parametrize(("arrivals", "waits"), [(0, 1), (1, 2), (2, 3), (99, 4)])
def test_who_leads_waits_for_company_as_long_as_somebody_comes(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch, arrivals: int, waits: int
) -> None:
    assert {future.result(5) for future in crowd.work(*map(writing, "abc"))} == set("abc")
    waiting = Waiting(crowd, arrivals)
    monkeypatch.setattr(crowd.together, "_all_here", waiting)
    assert crowd.together.run(writing("d")) == "d"
    assert waiting.steps == [GATHERING_SECONDS] * waits
    assert all(future.result(5).startswith("late") for future in waiting.come)


@pytest.mark.parametrize(("most", "waits"), [(4, 3), (3, 2), (2, 1), (1, 0)])
def test_once_all_threads_are_here_nobody_is_waited_for(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch, most: int, waits: int
) -> None:
    assert {future.result(5) for future in crowd.work(*map(writing, "abc"))} == set("abc")
    waiting = Waiting(crowd, arrivals=most - 1)
    monkeypatch.setattr(crowd.together, "_all_here", waiting)
    monkeypatch.setattr(crowd.together, "_most", most)
    before = crowd.commits.count
    assert crowd.together.run(writing("d")) == "d"
    assert waiting.answers == ([False] * waits)[1:] + [True] * bool(waits)
    assert {future.result(5) for future in waiting.come} == {f"late {number}" for number in range(most - 1)}
    assert crowd.commits.count == before + 1


def test_work_runs_once_unless_some_that_shares_its_commit_fails(crowd: Crowd) -> None:
    runs: list[str] = []

    def counted(word: str) -> Callable[[Connection], str]:
        def work(db: Connection) -> str:
            runs.append(word)
            add(db, word)
            return word

        return work

    assert [future.result(5) for future in crowd.work(*map(counted, "abcd"))] == list("abcd")
    assert sorted(runs) == list("abcd")
    runs.clear()

    def unlucky_work(db: Connection) -> None:
        counted("i")(db)
        raise ValueError

    _, *others, unlucky = crowd.work(writing("e"), *map(counted, "fgh"), unlucky_work)
    assert isinstance(unlucky.exception(5), ValueError)
    assert [future.result(5) for future in others] == list("fgh")
    assert sorted(runs) == list("ffgghhii")


def test_a_commit_that_fails_fails_all_who_shared_it(crowd: Crowd, engine: Engine) -> None:
    first, *others = crowd.work(writing("a"), writing("b"), writing("c", answers="nothing that is there"), failing("d"))
    assert first.result(5) == "a"
    assert [type(future.exception(5)) for future in others] == [Unavailable, Unavailable, ValueError]
    assert words(engine) == {"a"}
    assert crowd.together.run(writing("later")) == "later"


def test_what_sqlite_undoes_by_itself_is_lost_for_all_who_shared_it(crowd: Crowd, engine: Engine) -> None:
    def full(db: Connection) -> None:
        db.connection.driver_connection.rollback()  # type: ignore[union-attr]  # as a full disk does
        raise OSError("full")

    first, before, unlucky, after = crowd.work(writing("a"), writing("b"), full, writing("c"))
    assert first.result(5) == "a"
    assert [type(future.exception(5)) for future in (before, unlucky, after)] == [Unavailable, OSError, Unavailable]
    assert words(engine) == {"a"}
    assert crowd.together.run(writing("later")) == "later"


def test_work_knows_who_asked_for_it(crowd: Crowd) -> None:
    def ask(name: str) -> str:
        caller.set(name)
        answer: str = crowd.together.run(lambda _db: caller.get())
        return answer

    names = [str(number) for number in range(64)]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, names)) == names


def test_a_crowd_without_an_end_is_committed_now_and_then(crowd: Crowd, engine: Engine) -> None:
    done = crowd.work(*(writing(str(number)) for number in range(MOST_TOGETHER + 8)))
    assert len({future.result(5) for future in done}) == MOST_TOGETHER + 8
    assert len(words(engine)) == MOST_TOGETHER + 8
    assert crowd.commits.count == 4


def test_who_waits_too_long_is_told_and_takes_its_work_back(engine: Engine) -> None:
    turns = Turns(engine)
    together, go_on = Together(turns, MOST_TOGETHER, patience=0.05), Event()

    def slow(db: Connection) -> None:
        add(db, "slow")
        assert go_on.wait(5)

    with ThreadPoolExecutor(2) as pool:
        with turns.turn():
            first = pool.submit(together.run, slow)
            while not together._led or together._waiting:
                pass
        with pytest.raises(Unavailable):
            together.run(writing("impatient"))
        go_on.set()
        first.result(5)
    assert words(engine) == {"slow"}
    assert together.run(writing("later")) == "later"
    turns.close()


def test_work_that_writes_behind_its_own_back_is_refused_at_once(crowd: Crowd, engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="connection it is given"):
        crowd.together.run(lambda _db: crowd.together.run(writing("nested")))
    assert crowd.together.run(writing("later")) == "later"
    assert words(engine) == {"later"}


def test_a_leader_that_fails_before_it_begins_leaves_nobody_waiting(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd.together._had_company = True
    with monkeypatch.context() as changed:
        changed.setattr(crowd.together, "_all_here", Mock(wait=Mock(side_effect=MemoryError)))
        with pytest.raises(MemoryError):
            crowd.together.run(writing("a"))
    crowd.together._had_company = False
    assert crowd.together.run(writing("later")) == "later"


def test_an_interruption_of_the_leader_leaves_nobody_waiting(crowd: Crowd, engine: Engine) -> None:
    def interrupted(_db: Connection) -> None:
        raise KeyboardInterrupt

    first, *others = crowd.work(writing("a"), writing("b"), interrupted, writing("c"))
    assert first.result(5) == "a"
    assert {type(future.exception(5)) for future in others} <= {Unavailable, KeyboardInterrupt}
    assert words(engine) == {"a"}
    assert crowd.together.run(writing("later")) == "later"
