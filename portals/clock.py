"""Time comes in by the door: whatever needs the hour is handed a clock."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the machine's time, timezone-aware UTC."""
    return datetime.now(UTC)
