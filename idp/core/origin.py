"""Where a call comes from: what the audit trail and the log say about the sender of a request.

It is ambient (a context variable) because it describes the caller, never decides anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """`address` is the throttle source's IP text, `device` a short label, `request_id` what support asks for."""

    address: str = ""
    device: str = ""
    request_id: str = ""
    actor: str = ""


_current: ContextVar[Origin] = ContextVar("origin", default=Origin())


def current_origin() -> Origin:
    """The origin of the call under way; an empty one outside any."""
    return _current.get()


@contextmanager
def calling_from(origin: Origin) -> Iterator[None]:
    """Runs the block as called from `origin`."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)
