"""Messages that are of no use after a while: a code that no longer counts must not arrive and be typed in vain."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.core.outbox_rows import Attempt, GiveUp, Outcome

# The name in a payload under which its end stands, as ISO 8601.
UNTIL = "until"


@dataclass(frozen=True, slots=True)
class Perishable:
    """A deliverer that gives up what is past its end, and leaves the rest to `deliver`."""

    deliver: Callable[[dict[str, Any], Attempt], Outcome]

    def __call__(self, payload: dict[str, Any], attempt: Attempt) -> Outcome:
        until = payload.get(UNTIL)
        if until is not None and attempt.now >= datetime.fromisoformat(until):
            return GiveUp("too late to be of use")
        return self.deliver(payload, attempt)
