"""An access token as a resource of ours gets it: by its scheme, and with the key that it may be bound to (RFC 9449 7)."""

from dataclasses import dataclass
from urllib.parse import quote

from idp.core.clock import Clock
from idp.core.errors import OAuthError
from idp.oidc.dpop import Proofs
from idp.oidc.tokens.access import AccessTokens
from idp.web.call import Call

SCHEMES = {"bearer": "Bearer", "dpop": "DPoP"}


@dataclass(frozen=True, slots=True)
class Shown:
    """An access token as it was presented: by which scheme, and the thumbprint of the key that was shown with it."""

    token: str
    scheme: str = "Bearer"
    bound_to: str | None = None


def in_header(call: Call) -> Shown | None:
    """The token in the header (RFC 6750 2.1), whose proof nobody has judged yet; None where none was sent."""
    scheme, _, given = (call.authorization or "").partition(" ")
    named = SCHEMES.get(scheme.lower())
    return Shown(given.strip(), named) if named is not None and given.strip() else None


@dataclass(frozen=True, slots=True)
class ShownTokens:
    """Judges the proof that comes with a token, at every resource of ours alike."""

    issuer: str
    proofs: Proofs
    access_tokens: AccessTokens
    clock: Clock

    def judged(self, sent: Shown, call: Call) -> Shown:
        """The token with the key that was shown. Raises `OAuthError` for the scheme DPoP without a good proof.

        A bearer token comes back as it is: whoever takes it must see that it is bound to nothing.
        """
        if sent.scheme != "DPoP":
            return sent
        if self.access_tokens.read(sent.token, self.clock.now()) is None:
            # Before the proof is looked at: what anybody may sign for themselves must not fill the memory of spent proofs.
            raise OAuthError("invalid_token", "The access token is not valid", status=401)
        address = self.issuer + quote(str(call.environ.get("PATH_INFO", "")).encode("latin-1"))
        bound_to = self.proofs.thumbprint(call.header("DPOP"), call.method, address, sent.token)
        if bound_to is None:
            raise OAuthError("invalid_dpop_proof", "The DPoP proof is missing", status=401)
        return Shown(sent.token, sent.scheme, bound_to)
