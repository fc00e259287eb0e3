"""private_key_jwt as this application's clients use it (RFC 7523, OIDC Core 9)."""

from typing import Any

from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from joserfc.jwk import ECKey

from portals.keys import ALGORITHM

LIFE = 60


class ClientAssertion(PrivateKeyJWT):  # type: ignore[misc]
    """Made with the issuer as its audience; it lives a minute instead of Authlib's hour."""

    alg = ALGORITHM

    def sign(self, auth: Any, token_endpoint: str) -> str:
        """Return the assertion of the client in `auth`, for the audience it was made with."""
        key: ECKey = auth.client_secret
        return str(
            private_key_jwt_sign(
                key,
                client_id=auth.client_id,
                token_endpoint=token_endpoint,
                alg=ALGORITHM,
                header={"kid": key.kid},
                expires_in=LIFE,
            )
        )
