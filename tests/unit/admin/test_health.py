"""What somebody should look at, and what each key does."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from idp.admin.health import Alert, Ward, ago
from idp.core.errors import Unavailable
from idp.core.outbox import enqueue
from idp.core.pulse import Pulse, beat
from tests.builders import TestClock
from tests.drivers.provider import Provider, a_provider

REJECTED = Alert("A file was rejected", "The last good one stays.")


@pytest.fixture
def provider(tmp_path: Path, clock: TestClock) -> Iterator[Provider]:
    with a_provider(tmp_path, clock) as provider:
        yield provider


def away() -> None:
    raise Unavailable("away")


def fine() -> None:
    pass


def rejected(_db: Connection, _now: datetime) -> Iterable[Alert]:
    return (REJECTED,)


def ward(provider: Provider, kv: object = fine) -> Ward:
    ground = provider.house.ground
    assert callable(kv)
    checks = {"kv": kv}
    return Ward(ground.database, provider.house.protocol.keys, ground.clock, checks, ground.kv.version, (rejected,))


def titles(provider: Provider, kv: object = fine) -> list[str]:
    return [alert.title for alert in ward(provider, kv).look(None).alerts]


def beats(provider: Provider) -> None:
    now = provider.clock.now()
    with provider.house.ground.database.transaction() as db:
        beat(db, Pulse("a:1", now, now, "0.1.0"))


def test_what_other_parts_have_to_say_is_told_too(provider: Provider) -> None:
    beats(provider)
    condition = ward(provider).look(None)
    assert condition.alerts == (REJECTED,)


def test_a_part_that_is_away_comes_first_and_is_not_asked_for_its_version(provider: Provider) -> None:
    beats(provider)
    assert titles(provider, away) == ["The part called kv does not answer", REJECTED.title]
    assert "SQLite as KV" not in dict(ward(provider, away).look(None).versions)


def test_a_worker_may_be_busy_for_two_minutes(provider: Provider) -> None:
    beats(provider)
    provider.clock.advance(timedelta(minutes=2))
    assert titles(provider) == [REJECTED.title]
    provider.clock.advance(timedelta(seconds=1))
    assert "No worker has been seen for 2 minutes" in titles(provider)


def test_a_delivery_that_waits_for_a_quarter_of_an_hour_is_told(provider: Provider) -> None:
    ground = provider.house.ground
    with ground.database.transaction() as db:
        enqueue(db, ground.keyring, "mail", {}, ground.clock, brand="alphera")
    for minutes, told in ((15, False), (1, True)):
        provider.clock.advance(timedelta(minutes=minutes))
        beats(provider)
        assert ("A delivery has been waiting for 16 minutes" in titles(provider)) is told
    assert [alert.title for alert in ward(provider).look(frozenset({"stellantis"})).alerts] == [REJECTED.title]


def test_each_key_says_what_comes_next(provider: Provider) -> None:
    def states() -> list[tuple[str, str]]:
        lines = ward(provider).look(None).keys
        return [(line.state, line.next) for line in lines if line.alg == "ES256"]

    ground = provider.house.ground
    assert states() == [("signs", "rotation due")]
    with ground.database.transaction() as db:
        provider.house.protocol.keys.rotate(db, ground.bus, provider.clock.now())
    assert states() == [("signs", "retires"), ("published, signs soon", "signs")]
    provider.clock.advance(timedelta(hours=2))
    assert states() == [("retired, still published", "goes"), ("signs", "rotation due")]
    provider.clock.advance(timedelta(days=32))
    assert states() == [("signs", "rotation due")]


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "a moment"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=119), "1 minute"),
        (timedelta(hours=25), "1 day"),
        (timedelta(days=-1), "a moment"),
    ],
)
def test_a_length_in_words(length: timedelta, words: str) -> None:
    assert ago(length) == words
