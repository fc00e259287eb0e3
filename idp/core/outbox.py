"""The outbox: `enqueue` in the acting transaction, and the `Worker` that delivers, a few at a time."""

import json
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.errors import Unavailable
from idp.core.logs import get_log
from idp.core.outbox_rows import (
    PURPOSE,
    Arrived,
    Attempt,
    Delivered,
    GiveUp,
    Leased,
    Lost,
    Outcome,
    Retry,
    Sent,
    Waiting,
    due,
    enqueue,
    fate,
    lease,
    outbox,
    purge,
    sent_to,
    settle,
)
from idp.core.sealing import Keyring, Unsealable

__all__ = [
    "Arrived",
    "Attempt",
    "Delivered",
    "Deliverer",
    "GiveUp",
    "Lost",
    "Outcome",
    "Retry",
    "Sent",
    "Waiting",
    "Worker",
    "enqueue",
    "fate",
    "outbox",
    "purge",
    "sent_to",
]

AT_ONCE = 8
# A receiver that hangs may hold this many threads, a kind whose receivers all hang this many: the rest goes on.
PER_TARGET = 2
PER_KIND = 6
LEASE = timedelta(seconds=60)
POLL_SECONDS = 0.4
PAUSE_SECONDS = 1.0

Deliverer = Callable[[dict[str, Any], Attempt], Outcome]

log = get_log(__name__)


class Worker:
    """Delivers with one `Deliverer` per kind; kinds without one are left alone.

    A deliverer must return within 60 s, or another worker may deliver the same again. `told` hears of each try, by its kind.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        deliverers: dict[str, Deliverer],
        chance: Callable[[], float] = random.random,
        told: Callable[[str, Outcome], None] = lambda _kind, _outcome: None,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._deliverers = deliverers
        self._chance = chance
        self._told = told

    def run_once(self, limit: int = 1000) -> int:
        """Delivers what is due now, up to `limit`, and returns how many tries that took. Raises `Unavailable`."""
        taken = 0
        under_way: dict[Future[None], Leased] = {}
        with ThreadPoolExecutor(AT_ONCE, "delivery") as threads:
            while True:
                started = self._start(threads, under_way, limit - taken)
                taken += started
                if not under_way:
                    return taken
                _drop_finished(under_way, wait(under_way, return_when=FIRST_COMPLETED).done)

    def run_forever(self, stop: Event) -> None:
        """Delivers until `stop` is set, then waits for the deliveries under way. An absent database is waited for."""
        under_way: dict[Future[None], Leased] = {}
        with ThreadPoolExecutor(AT_ONCE, "delivery") as threads:
            while not stop.is_set():
                try:
                    started = self._start(threads, under_way, AT_ONCE)
                except (Unavailable, SQLAlchemyError) as error:  # away, read-only, not migrated yet: all of it may pass
                    log.error("outbox_unavailable", because=getattr(error, "because", type(error).__name__))
                    stop.wait(PAUSE_SECONDS)
                    continue
                if under_way and (started or len(under_way) == AT_ONCE):
                    _drop_finished(under_way, wait(under_way, POLL_SECONDS, FIRST_COMPLETED).done)
                else:
                    stop.wait(POLL_SECONDS)
                    _drop_finished(under_way, {future for future in under_way if future.done()})

    def _start(self, threads: ThreadPoolExecutor, under_way: dict[Future[None], Leased], limit: int) -> int:
        free = min(AT_ONCE - len(under_way), limit)
        if free <= 0:
            return 0
        chosen = self._choose(list(under_way.values()), free)
        if not chosen:
            return 0
        now = self._clock.now()
        with self._database.transaction() as db:
            leased = lease(db, chosen, now, now + LEASE)
        for each in leased:
            under_way[threads.submit(self._deliver, each)] = each
        return len(leased)

    def _choose(self, busy: list[Leased], free: int) -> list[int]:
        kinds = Counter(each.attempt.kind for each in busy)
        targets = Counter(each.attempt.target for each in busy)
        open_kinds = [kind for kind in self._deliverers if kinds[kind] < PER_KIND]
        crowded = [target for target, count in targets.items() if target and count >= PER_TARGET]
        with self._database.reading() as db:
            candidates = due(db, open_kinds, crowded, self._clock.now(), 8 * AT_ONCE)
        chosen: list[int] = []
        for delivery_id, kind, target in candidates:
            fits = kinds[kind] < PER_KIND and (not target or targets[target] < PER_TARGET)
            if fits and len(chosen) < free:
                chosen.append(delivery_id)
                kinds[kind] += 1
                targets[target] += 1
        return chosen

    def _deliver(self, leased: Leased) -> None:
        outcome = self._attempt(leased)
        self._told(leased.attempt.kind, outcome)
        if not isinstance(outcome, Delivered):
            attempt = leased.attempt
            log.warning("delivery_failed", delivery=attempt.delivery_id, kind=attempt.kind, because=outcome.because)
        with self._database.transaction() as db:
            settle(db, leased, outcome, self._clock.now(), self._chance())

    def _attempt(self, leased: Leased) -> Outcome:
        try:
            payload = json.loads(self._keyring.open(leased.sealed, PURPOSE))
        except Unsealable as error:
            return GiveUp(error.because)
        try:
            return self._deliverers[leased.attempt.kind](payload, leased.attempt)
        except Exception as error:
            # A deliverer that breaks must neither lose the delivery nor stop the worker.
            log.exception("deliverer_broke", kind=leased.attempt.kind)
            return Retry(type(error).__name__)


def _drop_finished(under_way: dict[Future[None], Leased], finished: set[Future[None]]) -> None:
    for future in finished:
        leased = under_way.pop(future)
        if error := future.exception():
            # The mark did not reach the database: the lease ends, and the delivery is made again.
            log.error("delivery_not_marked", delivery=leased.attempt.delivery_id, because=str(error))
