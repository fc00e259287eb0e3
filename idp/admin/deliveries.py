"""Deliveries that did not arrive: which, and trying them again."""

from collections.abc import Callable
from dataclasses import dataclass

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus
from idp.core.outbox_state import PAGE, Delivery, State, Wanted, find, retry, retry_all, undelivered
from idp.core.staff_events import DeliveryRetried

MayReach = Callable[[str | None], bool]


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of deliveries; `older` is where the next one begins, or None."""

    deliveries: tuple[Delivery, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Reads the outbox and makes deliveries due again."""

    database: Database
    bus: Bus
    clock: Clock

    def page(self, wanted: Wanted) -> Shown:
        """The newest that are wanted."""
        with self.database.reading() as db:
            found = undelivered(db, wanted, PAGE + 1)
        return Shown(tuple(found[:PAGE]), found[PAGE - 1].id if len(found) > PAGE else None)

    def retry(self, delivery_id: int, may_reach: MayReach) -> Delivery | None:
        """Makes one due now, and answers it; None where it has arrived, is being tried, or is not theirs to reach."""
        with self.database.transaction() as db:
            found = find(db, delivery_id)
            if found is None or not may_reach(found.brand) or not retry(db, delivery_id, self.clock.now()):
                return None
            self.bus.record(db, DeliveryRetried(brand=found.brand, kind=found.kind, delivery_id=str(found.id)))
        return found

    def retry_all(self, wanted: Wanted) -> int:
        """Makes all that are wanted due now, and answers how many."""
        with self.database.transaction() as db:
            kinds = retry_all(db, wanted, self.clock.now())
            for kind, many in sorted(kinds.items()):
                self.bus.record(db, DeliveryRetried(kind=kind, deliveries=many))
        return sum(kinds.values())


def state_of(text: str) -> State:
    """The state that an address asks for; what failed, where it names none that there is."""
    return next((state for state in State if state.value == text), State.FAILED)
