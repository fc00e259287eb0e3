"""The events of online access that begins. Agreements are kept as keyed digests only."""

from dataclasses import dataclass

from idp.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationStarted(Event):
    """A code went to the contact that the brand has on file for an agreement, which is kept as a keyed digest only."""

    kind: str = ""
    agreement_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationRefused(Event):
    """No way to online access: `unknown`, `throttled`, `no_contact`, `withheld`, `wrong_code`, `active` (told by mail),
    `told_today` (active, and told before).
    """

    agreement_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationFinished(Event):
    """An agreement has online access now: `kind` says whether by a new subject (`created`) or by one before (`added`)."""

    kind: str = ""
