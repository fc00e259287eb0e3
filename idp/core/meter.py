"""Counts of this process, and the sums over all processes that share a folder."""

from bisect import bisect_left
from collections import Counter
from pathlib import Path
from threading import Lock

from idp.core.event import Event
from idp.core.logs import get_log
from idp.core.meter_file import Name, Records, in_memory, kept, take_over
from idp.core.metrics import EVENTS, FAMILIES, Family, kind_of

SUM, REST = "sum", "+Inf"
GAUGES = frozenset(family.name for family in FAMILIES if family.kind == "gauge")

log = get_log(__name__)


class Meter:
    """Counts in memory until `begin`, from then on in a file; any thread may count at any time. Counting never fails."""

    def __init__(self) -> None:
        self._lock = Lock()
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
        self._add((family.name, *labels), by)

    def observe(self, family: Family, value: float, *labels: str) -> None:
        """Counts `value` into a histogram."""
        at = bisect_left(family.buckets, value)
        bound = str(family.buckets[at]) if at < len(family.buckets) else REST
        self._add((family.name, *labels, bound), 1.0)
        self._add((family.name, *labels, SUM), value)

    def sums(self) -> dict[Name, float]:
        """Everything counted, over all processes: a name is a family's and its labels, and for histograms one part more."""
        sums: Counter[Name] = Counter()
        if self._folder is not None:
            for one in kept(self._folder):
                if one.lives or one.name[0] not in GAUGES:
                    sums[one.name] += one.value  # type: ignore[assignment]
            return dict(sums)
        with self._lock:
            return {name: self._records.values[place] for name, place in self._places.items()}

    def _add(self, name: Name, by: float) -> None:
        with self._lock:
            place = self._places.get(name)
            if place is None:
                place = self._records.add(name)
                if place is None:
                    return
                self._places[name] = place
            self._records.values[place] += by


def count_event(meter: Meter, event: Event) -> None:
    """Counts an event as it is recorded. Where the transaction is undone after all, it stays counted: the trail is exact."""
    kind = kind_of(event.name, getattr(event, "kind", ""), event.amr, event.reason)
    meter.add(EVENTS, event.name, event.outcome, event.brand or "", kind)
