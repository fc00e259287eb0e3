"""An ID token that comes back as a hint: at /authorize to say who is meant, at /logout to say whose session ends."""

from dataclasses import dataclass

from idp.oidc.tokens.jose import verify_ours
from idp.oidc.tokens.keys import Keys

# at+jwt and logout+jwt are signed by us too, but they are no ID tokens.
ID_TOKEN = ("JWT",)


@dataclass(frozen=True, slots=True)
class Hint:
    """What an ID token of ours once said. It may have expired, and its key may have retired (RP-Initiated Logout 2)."""

    sub: str
    client_id: str


def read_hint(text: str, issuer: str, keys: Keys) -> Hint | None:
    """The hint; None for whatever is not an ID token that we signed."""
    claims = verify_ours(text, keys.find, ID_TOKEN)
    # A signed UserInfo answer has this type too, and whoever was handed an access token can fetch one. It has no end.
    if claims is None or claims.get("iss") != issuer or "exp" not in claims:
        return None
    sub, aud = claims.get("sub"), claims.get("aud")
    return Hint(sub, aud) if isinstance(sub, str) and isinstance(aud, str) else None
