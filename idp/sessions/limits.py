"""How long sessions last."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How long sessions last: unused, and at most; on shared computers shorter."""

    idle: timedelta
    absolute: timedelta
    shared_idle: timedelta
    shared_absolute: timedelta

    def idle_for(self, shared: bool) -> timedelta:
        """How long a session may go unused."""
        return self.shared_idle if shared else self.idle

    def absolute_for(self, shared: bool) -> timedelta:
        """How long a session lasts at most since the last full sign-in."""
        return self.shared_absolute if shared else self.absolute
