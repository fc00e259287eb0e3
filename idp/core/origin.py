"""Where a call comes from: what the audit trail and the log say about the sender of a request.

It is ambient (a context variable) because it describes the caller; it decides nothing but who has to wait.
"""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """`address` is IP text, `device` a short label, `request_id` what support asks for, `actor` who acts if not the subject."""

    address: str = ""
    device: str = ""
    request_id: str = ""
    actor: str = ""


_current: ContextVar[Origin] = ContextVar("origin", default=Origin())


def current_origin() -> Origin:
    """The origin of the call under way; an empty one outside any."""
    return _current.get()


def call_from(origin: Origin) -> None:
    """Everything this thread does from here on is called from `origin`, until the next call begins."""
    _current.set(origin)
