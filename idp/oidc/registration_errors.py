"""What a client is told when it cannot register, or manage itself, as it wished (RFC 7591 3.2.2, RFC 7592, RFC 6750)."""

from idp.clients.registrar import Faults
from idp.core.errors import OAuthError
from idp.oidc.refusals.facts import without_secrets
from idp.web.bearer import challenge

REALM = "register"
BAD_METADATA, BAD_REDIRECT_URI = "invalid_client_metadata", "invalid_redirect_uri"
LONGEST = 500


def no_access() -> OAuthError:
    """No token was sent where one is needed."""
    public = "An access token for registration is needed"
    return OAuthError("invalid_token", public, because="no registration token", status=401, challenge=challenge(REALM))


def bad_token() -> OAuthError:
    """The token is not good here: unknown, ended, used up, or another client's."""
    public = "The access token is not valid here"
    told = challenge(REALM, "invalid_token", public)
    return OAuthError("invalid_token", public, because="the registration token is not good", status=401, challenge=told)


def full() -> OAuthError:
    """As many clients as there may be registered themselves."""
    public = "No more clients can register themselves"
    return OAuthError("temporarily_unavailable", public, because="too many clients registered themselves", status=503)


def refused(faults: Faults, description: str = "", code: str = "", status: int = 400) -> OAuthError:
    """Metadata that cannot be registered, every mistake named; or `description` where it is none of theirs."""
    said = description or "; ".join(f"{fault.field}: {fault.reason}" if fault.field else fault.reason for fault in faults)
    about_redirects = any(fault.field == "redirect_uris" for fault in faults)
    found = code or (BAD_REDIRECT_URI if about_redirects else BAD_METADATA)
    # Who sent an address may read all of it; what is logged and kept for others holds no password of theirs.
    because = f"metadata: {_printable(without_secrets(said))}"
    return OAuthError(found, _printable(said), because=because, status=status)


def _printable(text: str) -> str:
    # RFC 6749 5.2: of ASCII all that can be seen, but for the quotation mark and the backslash.
    return "".join(c if " " <= c <= "~" and c != "\\" else "?" for c in text.replace('"', "'"))[:LONGEST]
