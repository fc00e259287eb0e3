"""What happens next with a request: pure, so that every rule can be read, and tested, in one place."""

from dataclasses import dataclass

from idp.core.errors import OAuthError
from idp.oidc.authorization.asked import Asked
from idp.oidc.authorization.scopes import OFFLINE
from idp.sessions.context import Context
from idp.sessions.session import Session
from idp.signin.needs import Need, Nothing, Step


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about the subject of the running session, at this client.

    `sub` is what the client calls them, `granted` what they allowed before. `first_visit`: they have used the sign-in at other
    brands, never at this one. `allowed` and `denied` answer this very request; `selected`: they chose this account for it.
    `need` is what the gate still asks of them.
    """

    session: Session
    sub: str
    granted: frozenset[str]
    first_visit: bool
    allowed: bool
    denied: bool
    selected: bool
    need: Need


@dataclass(frozen=True, slots=True)
class Issue:
    """All is there: issue the code. `context` is what its client may be told."""

    session: Session
    context: Context


@dataclass(frozen=True, slots=True)
class SignIn:
    """The subject must prove who they are, or choose which account to use."""


@dataclass(frozen=True, slots=True)
class Activate:
    """The subject wants online access to begin, or to add an agreement."""


@dataclass(frozen=True, slots=True)
class AskConsent:
    """The subject must allow it. `first_visit`: to the brand, not just to the client."""

    session: Session
    first_visit: bool


@dataclass(frozen=True, slots=True)
class Refuse:
    """The client is told no."""

    error: OAuthError


Decision = Issue | SignIn | Activate | AskConsent | Refuse


def decide(
    asked: Asked, first_party: bool, known: Known | None, *, declined: bool = False, activated: bool = False
) -> Decision:
    """The one next step (Core 3.1.2.3 and 3.1.2.4). Where prompt=none forbids a page, the error that says which was needed.

    `declined`: the subject was asked for a proof, and said "not now"; a lower level that will do as well may have been
    proven before. `activated`: prompt=create was answered.
    """
    silent = "none" in asked.prompts
    if asked.unmet:
        return _refuse("unmet_authentication_requirements", "The level of authentication asked for is not offered")
    if declined and not (known is not None and isinstance(known.need, Nothing)):
        return _refuse("unmet_authentication_requirements", "The subject did not give the proof that was asked for")
    if "create" in asked.prompts and first_party and not activated:
        return Activate()
    if known is None:
        return _login_required() if silent else SignIn()
    if "select_account" in asked.prompts and not known.selected:
        return SignIn()
    if not isinstance(known.need, Nothing):
        return _silently(known.need) if silent else SignIn()
    if asked.subs is not None and known.sub not in asked.subs:
        return _refuse("login_required", "Another subject is signed in than the one asked for")
    return _consent(asked, first_party, known, known.need.context, silent)


def to_be_granted(asked: Asked, first_party: bool) -> frozenset[str]:
    """The scopes that the subject must have allowed by name.

    Implied consent covers all but access that goes on when the customer has left (Core 11).
    """
    return asked.consent_scopes & {OFFLINE} if first_party else asked.consent_scopes


def _consent(asked: Asked, first_party: bool, known: Known, context: Context, silent: bool) -> Decision:
    if known.denied:
        return _refuse("access_denied", "The request was denied")
    asks_again = "consent" in asked.prompts and not known.allowed
    first_visit = first_party and known.first_visit
    if to_be_granted(asked, first_party) <= known.granted and not asks_again and not first_visit:
        return Issue(known.session, context)
    return _refuse("consent_required", "Consent is needed") if silent else AskConsent(known.session, first_visit)


def _silently(need: Need) -> Refuse:
    # Core 3.1.2.6: proofs that the subject has make a sign-in; more than these takes another page first.
    if isinstance(need, Step):
        return _login_required()
    return _refuse("interaction_required", "The subject must set up another proof first")


def _login_required() -> Refuse:
    return _refuse("login_required", "The subject must sign in")


def _refuse(code: str, public: str) -> Refuse:
    return Refuse(OAuthError(code, public, because=public))
