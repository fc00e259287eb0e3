"""How long sessions last."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How long sessions last: unused, and at most; on shared computers, and of staff unused, shorter."""

    idle: timedelta
    absolute: timedelta
    shared_idle: timedelta
    shared_absolute: timedelta
    staff_idle: timedelta

    def idle_for(self, shared: bool, staff: bool) -> timedelta:
        """How long a session may go unused."""
        idle = self.shared_idle if shared else self.idle
        return min(idle, self.staff_idle) if staff else idle

    def absolute_for(self, shared: bool) -> timedelta:
        """How long a session lasts at most since the last full sign-in."""
        return self.shared_absolute if shared else self.absolute
