"""Events of what people change of their own account: names, contacts, language, and its end."""

from dataclasses import dataclass

from idp.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChanged(Event):
    """A subject gave other names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChosen(Event):
    """A subject chose the language in which they are spoken to; empty: the browser's."""

    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChanged(Event):
    """A subject has another e-mail address, which they confirmed. `session_id` did it, and is the only session that stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChanged(Event):
    """A subject has another phone number, which they confirmed, or none (`reason` is `removed`). `session_id` as above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactUndone(Event):
    """A change of e-mail or phone (`reason`) was taken back from the old contact: all contacts are as they were before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosing(Event):
    """The subject wants their account closed, `at` a moment they were told; until then they may think again."""

    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingCancelled(Event):
    """The subject keeps their account after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(Event):
    """The account is closed for good: what was personal is erased, its identifiers are never given to anybody else."""
