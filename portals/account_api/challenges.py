"""How the account API says no: WWW-Authenticate as RFC 6750 3, RFC 9449 7.1 and RFC 9470 3 have it."""

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import MissingAuthorizationError
from authlib.oauth2.rfc6749.errors import UnsupportedTokenTypeError
from authlib.oauth2.rfc6750 import InsufficientScopeError
from flask import Response, jsonify

from portals.account_api.proof import KEYS
from portals.account_api.strength import Strength

ALGS = f'algs="{" ".join(KEYS)}"'


class InsufficientAuthenticationError(OAuth2Error):  # type: ignore[misc]
    """The sign-in behind the token is too weak or too old for this act (RFC 9470)."""

    error = "insufficient_user_authentication"

    def __init__(self, strength: Strength) -> None:
        super().__init__()
        self.strength = strength


class BoundTokenError(OAuth2Error):  # type: ignore[misc]
    """A token that is bound to a key came as if it were not (RFC 9449 7.2)."""

    error = "invalid_token"


class InvalidProofError(OAuth2Error):  # type: ignore[misc]
    """The proof of possession is missing, or not for this request (RFC 9449 7.1)."""

    error = "invalid_dpop_proof"


class NonceWantedError(OAuth2Error):  # type: ignore[misc]
    """The proof of possession holds no nonce of ours, or an old one (RFC 9449 9). Every answer brings a good one."""

    error = "use_dpop_nonce"


def refused(error: OAuth2Error, realm: str, scope: str, *, by_proof: bool) -> Response:
    """Return the 401 or 403 with its challenge. `by_proof`: whether the caller came with the scheme DPoP.

    Whoever did not try to authenticate learns both schemes and no error code (RFC 6750 3.1).
    """
    bearer, dpop = f'Bearer realm="{realm}"', f'DPoP realm="{realm}", {ALGS}'
    scheme = dpop if by_proof or isinstance(error, BoundTokenError) else bearer
    status, challenges = 401, [scheme]
    match error:
        case MissingAuthorizationError() | UnsupportedTokenTypeError():
            challenges = [bearer, dpop]
        case InsufficientScopeError():
            status, challenges = 403, [f'{scheme}, error="{error.error}", scope="{scope}"']
        case InsufficientAuthenticationError(strength=strength):
            challenges = [f"{scheme}, {strength.challenge()}"]
        case InvalidProofError():
            challenges = [f'{scheme}, error="{error.error}", error_description="The DPoP proof does not hold."']
        case NonceWantedError():
            challenges = [f'{scheme}, error="{error.error}", error_description="The DPoP proof must hold our nonce."']
        case BoundTokenError():
            challenges = [f'{scheme}, error="{error.error}", error_description="The access token is bound to a key."']
        case _:
            challenges = [f'{scheme}, error="invalid_token", error_description="The access token does not hold."']
    answer = jsonify({"error": "unauthorized" if len(challenges) > 1 else error.error})
    answer.status_code = status
    for challenge in challenges:
        answer.headers.add("WWW-Authenticate", challenge)
    return answer
