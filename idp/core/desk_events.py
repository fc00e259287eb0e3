"""Events of the support desk: who was looked for, who called, how they proved who they are, and what was done for them."""

from dataclasses import dataclass

from idp.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersSearched(Event):
    """An agent looked for customers. What was typed is kept as a keyed digest only; so many were `found`."""

    typed_digest: str = ""
    found: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSeen(Event):
    """An agent opened the page of the subject, with a call or without; told once an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBegun(Event):
    """An agent opened a case for a caller who says they are the subject."""

    case_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Event):
    """The agent closed the case."""

    case_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerAsked(Event):
    """A caller answered the script of the brand. `right` and `wrong` name questions; answers are kept nowhere.

    `reason` where nothing was judged: `unanswered` by the brand, or `used_up`.
    """

    case_id: str = ""
    right: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerCodeSent(Event):
    """A code to be read to the agent went to the subject by `kind`, or is shown in their account."""

    case_id: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerCodeTried(Event):
    """A caller read a code to the agent; `refused` where it was another, too old, or tried too often."""

    case_id: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportActed(Event):
    """An agent did something for a caller: `kind` says what, `because` is the reason they typed."""

    case_id: str = ""
    kind: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorResetDecided(Event):
    """A second agent allowed the reset that a first one had asked for, or refused it (`outcome`)."""

    case_id: str = ""
    asked_by: str = ""
