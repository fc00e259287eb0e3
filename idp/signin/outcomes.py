"""What a step of a sign-in can come to. Expected outcomes are values, and pages match them to exhaustion."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.sessions.session import Session, Started


@dataclass(frozen=True, slots=True)
class Browser:
    """Where something is presented: the browser's digest, the session it has now, its network address.

    `shared`: it was ticked that others use this computer. `device` is the lasting handle it sent, empty where it sent none.
    """

    digest: str
    session: Session | None
    address: str
    shared: bool = False
    device: str = ""


@dataclass(frozen=True, slots=True)
class Proven:
    """Nothing more is needed: the session, with its new handle, and where to resume.

    `device` is the handle by which this browser is known from now on; empty on a shared computer.
    """

    started: Started
    resume: str
    device: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A proof counted, and more is needed: the gate says what."""


@dataclass(frozen=True, slots=True)
class NotRecognised:
    """Name and password do not belong together; why is never told."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A field was left empty. Not a try."""

    field: str


@dataclass(frozen=True, slots=True)
class TooLong:
    """The password is longer than any that can have been chosen. Not a try."""


@dataclass(frozen=True, slots=True)
class TooManyTries:
    """Not looked at. `here`: too much failed where this came from; else strangers are at it and everybody unknown is slowed."""

    retry_after: timedelta
    here: bool


@dataclass(frozen=True, slots=True)
class LockedOut:
    """No password counts for this name from here, right or wrong, until `until`; None waits for a release.

    `brand` is that of the page where the lock fell.
    """

    brand: str | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Over:
    """What was proven before no longer counts: the subject was disabled, the password changed, or its lane is locked."""


@dataclass(frozen=True, slots=True)
class NotAsked:
    """This kind of proof is not what comes next: a step was skipped, or a page replayed. Not a try."""


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The code proves nothing; `left` more tries. `because`: `wrong`, `used`, `late`, or `clock`: `minutes` fast or slow."""

    left: int
    because: str = "wrong"
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Paused:
    """Too many codes were wrong; the next try is possible at `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Dispatched:
    """A new code is on its way."""


@dataclass(frozen=True, slots=True)
class TooSoon:
    """The code before is so new that it may still arrive; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """As many codes were sent as may be; the next is possible after `retry_after`."""

    retry_after: timedelta


@dataclass(frozen=True, slots=True)
class Unreachable:
    """There is nowhere to send a code to, or no way to send it."""
