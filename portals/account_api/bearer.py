"""Who may call the account API: the bearer of an RFC 9068 access token for this audience and scope."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, NoReturn, cast

from authlib.integrations.flask_oauth2 import ResourceProtector, current_token
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import MissingAuthorizationError
from authlib.oauth2.rfc6749.errors import UnsupportedTokenTypeError
from authlib.oauth2.rfc6750 import BearerTokenValidator, InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc9068.claims import JWTAccessTokenClaims
from flask import Response, abort, jsonify
from joserfc.errors import JoseError

from portals.account_api.strength import SignIn, Strength
from portals.clock import Clock
from portals.issuer_keys import IssuerKeys, TokenRejected

SCOPE = "accounts"
TOKEN_TYPE = "at+jwt"
LEEWAY = 5

View = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Bearer:
    """What the access token says about its bearer; `customer_number` is None where there is no agreement here."""

    token: str = field(repr=False)
    scopes: frozenset[str]
    customer_number: str | None
    sign_in: SignIn


class InsufficientAuthenticationError(OAuth2Error):  # type: ignore[misc]
    """The sign-in behind the token is too weak or too old for this act (RFC 9470)."""

    error = "insufficient_user_authentication"

    def __init__(self, strength: Strength) -> None:
        super().__init__()
        self.strength = strength


class AccessTokenValidator(BearerTokenValidator):  # type: ignore[misc]
    """RFC 9068 section 4, with the issuer's keys instead of Authlib's unbounded `get_jwks`."""

    def __init__(self, issuer: str, audience: str, keys: IssuerKeys, clock: Clock) -> None:
        super().__init__(realm=audience)
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._clock = clock

    def authenticate_token(self, token_string: str) -> Bearer:
        """Return the bearer of a token whose signature and claims all hold. Raises InvalidTokenError."""
        try:
            signed = self._keys.verify(token_string, TOKEN_TYPE)
            claims = JWTAccessTokenClaims(signed.claims, {"typ": TOKEN_TYPE}, self._expected())
            claims.validate(now=int(self._clock().timestamp()), leeway=LEEWAY)
        except (TokenRejected, JoseError) as error:
            raise InvalidTokenError(realm=self.realm) from error
        return _bearer(token_string, claims)

    def validate_token(self, token: Bearer, scopes: list[str], request: object) -> None:
        """Raise InsufficientScopeError unless the bearer has every one of `scopes`."""
        if not token.scopes.issuperset(scopes):
            raise InsufficientScopeError

    def _expected(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._audience},
            "exp": {"essential": True},
            "iat": {"essential": True},
            "sub": {"essential": True},
            "client_id": {"essential": True},
            "jti": {"essential": True},
        }


class Guard(ResourceProtector):  # type: ignore[misc]
    """Authlib's resource protector, answering as RFC 6750 section 3 has it."""

    def __init__(self, validator: AccessTokenValidator) -> None:
        super().__init__()
        self._realm = validator.realm
        self.register_token_validator(validator)

    def requires(self, scope: str) -> Callable[[View], View]:
        """Return a decorator that lets only bearers with `scope` in."""
        return cast(Callable[[View], View], self(scope))

    def requires_live(self, scope: str, is_active: Callable[[str], bool]) -> Callable[[View], View]:
        """Return a decorator like `requires` that also asks whether the token still counts at this moment."""

        def decorate(view: View) -> View:
            @wraps(view)
            def live(*args: Any, **values: Any) -> Response:
                self.demand_live(is_active)
                return view(*args, **values)

            return self.requires(scope)(live)

        return decorate

    def demand_live(self, is_active: Callable[[str], bool]) -> None:
        """Answer 401 unless the current token still counts at this moment."""
        if not is_active(current_token.token):
            self.raise_error_response(InvalidTokenError(realm=self._realm))

    def demand(self, strength: Strength, now: datetime) -> None:
        """Answer with the challenge of RFC 9470 unless the sign-in behind the current token has `strength` at `now`."""
        if not strength.met_by(current_token.sign_in, now):
            self.raise_error_response(InsufficientAuthenticationError(strength))

    def raise_error_response(self, error: OAuth2Error) -> NoReturn:
        """Answer 401 or 403 with the challenge; without a token it names no error code (RFC 6750 3.1)."""
        match error:
            case MissingAuthorizationError() | UnsupportedTokenTypeError():
                status, extra = 401, ""
            case InsufficientScopeError():
                status, extra = 403, f', error="{error.error}", scope="{SCOPE}"'
            case InsufficientAuthenticationError(strength=strength):
                status, extra = 401, f", {strength.challenge()}"
            case _:
                status, extra = 401, ', error="invalid_token", error_description="The access token does not hold."'
        answer = jsonify({"error": "unauthorized" if not extra else error.error})
        answer.status_code = status
        answer.headers["WWW-Authenticate"] = f'Bearer realm="{self._realm}"{extra}'
        abort(answer)


def _bearer(token: str, claims: JWTAccessTokenClaims) -> Bearer:
    scope, number = claims.get("scope"), claims.get("customer_number")
    acr, auth_time = claims.get("acr"), claims.get("auth_time")
    return Bearer(
        token=token,
        scopes=frozenset(scope.split()) if isinstance(scope, str) else frozenset(),
        customer_number=number if isinstance(number, str) else None,
        sign_in=SignIn(
            acr=acr if isinstance(acr, str) else None,
            auth_time=auth_time if type(auth_time) is int else None,
        ),
    )
