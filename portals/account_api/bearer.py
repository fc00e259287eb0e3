"""Who may call the account API: whoever shows an RFC 9068 access token for this audience and scope.

A token that is bound to a key (RFC 9449 6) is worth nothing without a proof of that key.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, NoReturn, cast
from urllib.parse import quote

from authlib.integrations.flask_oauth2 import ResourceProtector, current_token
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6750 import BearerTokenValidator, InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc9068.claims import JWTAccessTokenClaims
from flask import Response, abort, request
from joserfc.errors import JoseError

from portals.account_api.challenges import (
    BoundTokenError,
    InsufficientAuthenticationError,
    InvalidProofError,
    NonceWantedError,
    refused,
)
from portals.account_api.proof import NonceWanted, ProofRejected, Proofs, Shown
from portals.account_api.strength import SignIn, Strength
from portals.clock import Clock
from portals.issuer_keys import IssuerKeys, TokenRejected

SCOPE = "accounts"
TOKEN_TYPE = "at+jwt"
LEEWAY = 5
DPOP = "dpop"

View = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Bearer:
    """What the access token says about its bearer; `customer_number` is None where there is no agreement here.

    `bound_to` is the thumbprint of the key that the token is bound to: None where it is not bound, empty where it is bound
    in a way that is unknown here.
    """

    token: str = field(repr=False)
    scopes: frozenset[str]
    customer_number: str | None
    sign_in: SignIn
    bound_to: str | None


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
        """Raise BoundTokenError for a token that needs a proof, InsufficientScopeError for one without all `scopes`."""
        if token.bound_to is not None:
            raise BoundTokenError
        self.validate_scopes(token, scopes)

    def validate_scopes(self, token: Bearer, scopes: list[str]) -> None:
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


class BoundTokenValidator(AccessTokenValidator):
    """The same for tokens that are bound to a key, shown under the scheme DPoP with a proof (RFC 9449 7.1)."""

    TOKEN_TYPE = DPOP

    def __init__(self, issuer: str, audience: str, keys: IssuerKeys, clock: Clock, proofs: Proofs, base_url: str) -> None:
        super().__init__(issuer, audience, keys, clock)
        self._proofs = proofs
        self._base_url = base_url

    def validate_token(self, token: Bearer, scopes: list[str], _: object) -> None:
        """Raise InvalidTokenError for a token bound to no key, InvalidProofError or NonceWantedError without its proof,
        and as for Bearer."""
        if not token.bound_to:
            raise InvalidTokenError(realm=self.realm)
        # The address is the one that callers know, whatever a proxy in front of us calls it. Of two headers WSGI makes
        # one that is no proof.
        address = f"{self._base_url}{quote(request.path)}"
        try:
            self._proofs.spend(Shown(request.method, address, request.headers.get("DPoP"), token.token), token.bound_to)
        except NonceWanted as wanted:
            raise NonceWantedError from wanted
        except ProofRejected as rejection:
            raise InvalidProofError from rejection
        self.validate_scopes(token, scopes)


class Guard(ResourceProtector):  # type: ignore[misc]
    """Authlib's resource protector, answering as RFC 6750 section 3 has it."""

    def __init__(self, *validators: AccessTokenValidator) -> None:
        super().__init__()
        self._realm = validators[0].realm
        for validator in validators:
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
        """Answer 401 or 403 with the challenge."""
        scheme = request.headers.get("Authorization", "").lower().split(maxsplit=1)[:1]
        abort(refused(error, self._realm, SCOPE, by_proof=scheme == [DPOP]))


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
        bound_to=_binding(claims["cnf"]) if "cnf" in claims else None,
    )


def _binding(confirmation: object) -> str:
    thumbprint = confirmation.get("jkt") if isinstance(confirmation, dict) else None
    return thumbprint if isinstance(thumbprint, str) else ""
