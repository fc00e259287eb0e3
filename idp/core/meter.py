"""Counts of this process, and the sums over all processes that share a folder.

Nobody waits to count: what is counted is put into a queue, and whoever finds the records free writes all that waits there.
A lock that every request took would make the threads of a busy worker queue for it.
"""

from bisect import bisect_left
from collections import Counter, deque
from pathlib import Path
from threading import Lock

from idp.core.event import Event
from idp.core.logs import get_log
from idp.core.meter_file import Name, Records, in_memory, kept, take_over
from idp.core.metrics import DURATIONS, EVENTS, FAMILIES, REQUESTS, Family, kind_of

SUM, REST = "sum", "+Inf"
GAUGES = frozenset(family.name for family in FAMILIES if family.kind == "gauge")

log = get_log(__name__)


class Meter:
    """Counts in memory until `begin`, from then on in a file; any thread may count at any time. Counting never fails."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[tuple[tuple[Name, float], ...]] = deque()
        self._records: Records = in_memory()
        self._places: dict[Name, int] = {}
        self._folder: Path | None = None

    def begin(self, folder: Path) -> None:
        """From here on counts are kept in `folder`, where other processes find them. Call it after a fork, never before.

        Where no file can be had, they stay in memory, and the log says so.
        """
        with self._lock:
            try:
                self._records = take_over(folder)
            except (OSError, ValueError) as error:
                log.warning("counts_not_kept", because=type(error).__name__)
                return
            self._folder, self._places = folder, self._records.places()
            for name, place in self._places.items():
                if name[0] in GAUGES:  # what waited, waits no longer
                    self._records.values[place] = 0.0

    def add(self, family: Family, *labels: str, by: float = 1.0) -> None:
        """Counts `by` more."""
        self._count((((family.name, *labels), by),))

    def answered(self, endpoint: str, status: str, took: float) -> None:
        """Counts a request to `endpoint` that was answered with a class of `status` (`2xx`) after so many seconds."""
        self._count((((REQUESTS.name, endpoint, status), 1.0), *_observed(DURATIONS, took, (endpoint,))))

    def sums(self) -> dict[Name, float]:
        """Everything counted, over all processes: a name is a family's and its labels, and for histograms one part more."""
        sums: Counter[Name] = Counter()
        if self._folder is not None:
            for one in kept(self._folder):
                if one.lives or one.name[0] not in GAUGES:
                    sums[one.name] += one.value  # type: ignore[assignment]
            return dict(sums)
        with self._lock:
            self._write()
            return {name: self._records.values[place] for name, place in self._places.items()}

    def _count(self, counts: tuple[tuple[Name, float], ...]) -> None:
        self._waiting.append(counts)
        # Whoever holds the records looks into the queue once more after letting go, so that nothing stays in it.
        while self._waiting and self._lock.acquire(blocking=False):
            try:
                self._write()
            finally:
                self._lock.release()

    def _write(self) -> None:
        while self._waiting:
            for name, by in self._waiting.popleft():
                place = self._places.get(name)
                if place is None:
                    place = self._records.add(name)
                    if place is None:
                        continue
                    self._places[name] = place
                self._records.values[place] += by


def _observed(family: Family, value: float, labels: tuple[str, ...]) -> tuple[tuple[Name, float], ...]:
    at = bisect_left(family.buckets, value)
    bound = str(family.buckets[at]) if at < len(family.buckets) else REST
    return ((family.name, *labels, bound), 1.0), ((family.name, *labels, SUM), value)


def count_event(meter: Meter, event: Event) -> None:
    """Counts an event as it is recorded. Where the transaction is undone after all, it stays counted: the trail is exact."""
    kind = kind_of(event.name, getattr(event, "kind", ""), event.amr, event.reason)
    meter.add(EVENTS, event.name, event.outcome, event.brand or "", kind)
