"""What every event of the provider is, and the bus that carries them up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened. `outcome` is `ok` or `refused`; `reason` says why in one stable word."""

    subject_id: str | None = None
    client_id: str | None = None
    brand: str | None = None
    session_id: str | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    outcome: str = "ok"
    reason: str = ""

    @property
    def name(self) -> str:
        return type(self).__name__

    def details(self) -> dict[str, Any]:
        """What this kind of event says beyond the common fields."""
        kind = type(self)
        if kind not in _OWN:
            _OWN[kind] = tuple(f.name for f in fields(kind) if f.name not in COMMON)
        return {name: getattr(self, name) for name in _OWN[kind]}


COMMON = frozenset(f.name for f in fields(Event))
_OWN: dict[type[Event], tuple[str, ...]] = {}


Subscriber = Callable[[Connection, Event], None]
ToAll = Callable[[Connection, Sequence[Event]], None]


class Bus:
    """Hands each recorded event to its subscribers, in the order of their subscription."""

    def __init__(self) -> None:
        self._subscribers: list[tuple[type[Event], Subscriber, ToAll]] = []
        # By kind: to ask every subscriber's of each event would cost more than most of what they do.
        self._by_kind: dict[type[Event], tuple[Subscriber, ...]] = {}

    def subscribe(self, kind: type[Event], subscriber: Subscriber, to_all: ToAll | None = None) -> None:
        """Calls `subscriber` with every event of `kind` and its subclasses; `to_all` with many of one act, where given."""

        def one_by_one(db: Connection, events: Sequence[Event]) -> None:
            for event in events:
                subscriber(db, event)

        self._subscribers.append((kind, subscriber, to_all or one_by_one))
        self._by_kind = {}

    def record(self, db: Connection, event: Event) -> None:
        """Tells the subscribers of `event`, inside the caller's transaction. Whatever they raise undoes the act itself."""
        known = self._by_kind
        theirs = known.get(type(event))
        if theirs is None:
            theirs = tuple(subscriber for kind, subscriber, _ in self._subscribers if isinstance(event, kind))
            known[type(event)] = theirs
        for subscriber in theirs:
            subscriber(db, event)

    def record_all(self, db: Connection, events: Sequence[Event]) -> None:
        """The same for many events of one act: each subscriber hears of all that concern it before the next one does."""
        for kind, _, to_all in self._subscribers:
            to_all(db, [event for event in events if isinstance(event, kind)])
