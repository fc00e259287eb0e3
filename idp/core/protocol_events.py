"""Events of clients, consents, codes, tokens and keys: what happens between the provider and relying parties."""

from dataclasses import dataclass

from idp.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGranted(Event):
    """The subject allowed a client the scopes named."""

    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDenied(Event):
    """The subject answered deny."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Event):
    """The subject took back what they allowed a client: its families end, and it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeIssued(Event):
    """An authorization code went to a client."""

    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRedeemed(Event):
    """A code was exchanged for tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeReplayed(Event):
    """A spent code came again: its family was revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRotated(Event):
    """A refresh token was exchanged for its successor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshReused(Event):
    """A rotated refresh token came again after its grace: its family was revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyRevoked(Event):
    """All tokens of one code were revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAuthenticationFailed(Event):
    """A client did not prove who it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRegistered(Event):
    """A client was added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChanged(Event):
    """A client's metadata changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientBecameAnother(Event):
    """A client gave itself another name or redirect URIs: what customers had allowed it ended, with its families."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecretRotated(Event):
    """A client got a further secret; the older one lives on for the time of the change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecretEnded(Event):
    """A secret of a client no longer works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDisabled(Event):
    """A client may no longer act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEnabled(Event):
    """A client that was stopped may act again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDeleted(Event):
    """A client is gone for good: its secrets, consents and families ended with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotated(Event):
    """The next signing key of an algorithm was published."""

    alg: str = ""
    kid: str = ""
