"""Every event of the provider.

An event is recorded inside the transaction that makes it true; subscribers (the trail, notices, back-channel logout) write
in the same transaction, so what happened and what follows from it commit together or not at all.
"""

from dataclasses import dataclass

from idp.core.activation_events import ActivationFinished as ActivationFinished
from idp.core.activation_events import ActivationRefused as ActivationRefused
from idp.core.activation_events import ActivationStarted as ActivationStarted
from idp.core.event import COMMON as COMMON
from idp.core.event import Bus as Bus
from idp.core.event import Event as Event
from idp.core.event import Subscriber as Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectCreated(Event):
    """A subject was added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectDisabled(Event):
    """A subject may no longer sign in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectEnabled(Event):
    """A subject who was stopped may sign in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectLinked(Event):
    """A subject got a customer number at a brand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffChanged(Event):
    """From now on a subject counts as `staff`, who always sign in with two factors, or no longer does."""

    staff: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(Event):
    """A credential was not recognised. The name tried is kept as a keyed digest only."""

    name_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordLocked(Event):
    """A lane takes no password any more; `brand` is the page's. No `until`: no time ends it; `shut`: by too many failures."""

    name_digest: str = ""
    until: str = ""
    shut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordUnlocked(Event):
    """All lanes of a subject take passwords again; `reason` says by what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyCounterStoodStill(Event):
    """A passkey proved itself with a counter that did not move forward: there may be a copy of it. It was refused."""

    authenticator_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStepFailed(Event):
    """A further proof of `kind` was refused after a first one, or at a step-up."""

    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStepProven(Event):
    """A further proof of `kind` counted, after a first one or at a step-up; `reason` `lost`: towards a factor reset."""

    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorEnrolled(Event):
    """A subject has one more way to prove who they are. `recovered`: no strong factor vouched for them."""

    kind: str = ""
    authenticator_id: str = ""
    recovered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorRemoved(Event):
    """A way to prove who one is was given up. `session_id` is the session that did it, and the only one that stays."""

    kind: str = ""
    authenticator_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """The password is another; `reason`: `changed` or `reset`. `session_id`, which did it, is the only session that stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesRenewed(Event):
    """Ten recovery codes were made and shown; earlier ones no longer count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesVoided(Event):
    """The recovery codes went with the last factor they stood in for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserForgotten(Event):
    """So many browsers are no longer known to the subject."""

    browsers: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustWithdrawn(Event):
    """A browser in which the second step was left out is asked for it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSent(Event):
    """A code of `kind` went to the subject; where to is not told."""

    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWithheld(Event):
    """A code of `kind` was asked for and not sent; `reason` names the quota that is used up, or `unreachable`."""

    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceThrottled(Event):
    """A source made too many tries and was told to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SprayingSeen(Event):
    """Guesses are spread, told once in five minutes: over a `network` (IPv6 /48), one `password` on many names, a `flood`."""

    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMe(Event):
    """The subject said that they had no part in what `reason` names: all their sessions and token families end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    """A session began or its assurance was renewed or raised."""

    new_device: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    """A session is over, whichever way: every client visited is told."""
