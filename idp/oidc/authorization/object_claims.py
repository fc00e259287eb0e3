"""What a signed request object must say of itself, and the parameters that it holds (RFC 9101 4, Core 6.1). Pure."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from idp.core.errors import OAuthError
from idp.oidc.assertion import AHEAD
from idp.oidc.authorization.parameters import Parameters
from idp.oidc.authorization.request import ONCE
from idp.oidc.tokens.jose import seconds


def unreadable(public: str) -> OAuthError:
    """The object is no good, for the reason `public`."""
    return OAuthError("invalid_request_object", public)


def check_parties(claims: Mapping[str, Any], client_id: str, issuer: str, *, strict: bool) -> None:
    """The object is from the client and for us, as far as it says so; all of it where `strict`. Raises `OAuthError`."""
    if claims.get("client_id", client_id) != client_id:
        raise unreadable("client_id in the request object is another one")
    if "iss" in claims or strict:
        _must(claims.get("iss") == client_id, "iss of the request object must be the client_id")
    if "aud" in claims or strict:
        audience = claims.get("aud")
        ours = issuer in audience if isinstance(audience, list) else audience == issuer
        _must(ours, "aud of the request object must be the issuer")
    # RFC 9101 10.8: what a client authenticates with is no request.
    _must(claims.get("sub") != client_id, "sub of the request object must not be the client_id")


def check_times(claims: Mapping[str, Any], now: float, life: timedelta | None) -> None:
    """It is good `now`, in seconds; where `life` bounds it, it says from when and until when. Raises `OAuthError`."""
    for name in ("exp", "nbf", "iat"):
        if name in claims:
            _must(seconds(claims, name) is not None, "exp, nbf and iat of the request object must be numbers")
    begins, ends, made = (seconds(claims, name) for name in ("nbf", "exp", "iat"))
    _must(ends is None or ends > now, "The request object has expired")
    _must(max(begins or 0.0, made or 0.0) <= now + AHEAD, "The request object is from the future")
    if life is None:
        return
    if begins is None or ends is None:
        raise unreadable("The request object must say nbf and exp")
    longest = life.total_seconds()
    _must(ends - begins <= longest and begins >= now - longest, "The request object is good for too long")


def parameters_of(claims: Mapping[str, Any]) -> Parameters:
    """The parameters in the object; those that nobody here knows are ignored. Raises `OAuthError`."""
    _must(not {"request", "request_uri"} & claims.keys(), "A request object must not hold another one")
    known = {name: _texts(name, claims[name]) for name in (*ONCE, "resource") if name in claims}
    return Parameters(known, frozenset())


def _texts(name: str, value: Any) -> tuple[str, ...]:
    match name, value:
        case _, str():
            return (value,)
        case "max_age", int() if not isinstance(value, bool):
            return (str(value),)
        case "claims" | "registration", dict():
            return (json.dumps(value, ensure_ascii=False),)
        case "resource", list() if all(isinstance(one, str) for one in value):
            return tuple(value)
        case _:
            raise unreadable("A parameter in the request object is of the wrong type")


def _must(holds: bool, public: str) -> None:
    if not holds:
        raise unreadable(public)
