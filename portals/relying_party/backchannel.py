"""Back-channel logout: the provider ends this portal's sessions (OIDC Back-Channel Logout 1.0)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from portals.clock import Clock
from portals.issuer_keys import IssuerKeys, KeysUnavailable, TokenRejected
from portals.relying_party.sessions import Sessions
from portals.settings import PortalSettings

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_TYPE = "logout+jwt"
LEEWAY = 60


@dataclass(frozen=True, slots=True)
class LogoutToken:
    """A logout token whose every claim has been checked; at least one of `sub` and `sid` is there."""

    sub: str | None
    sid: str | None
    jti: str
    expires_at: float


def backchannel_routes(settings: PortalSettings, keys: IssuerKeys, sessions: Sessions, clock: Clock) -> Blueprint:
    """Return `/backchannel-logout`."""
    routes = Blueprint("backchannel", __name__)

    @routes.post("/backchannel-logout")
    def logout() -> tuple[Response, int]:
        values = request.form.getlist("logout_token")
        if len(values) != 1:
            return _refused("send one logout_token in the form body")
        try:
            token = read_logout_token(values[0], keys, settings, clock())
        except TokenRejected as rejection:
            return _refused(f"the logout token does not hold: {rejection}")
        except KeysUnavailable:
            answer = jsonify({"error": "temporarily_unavailable"})
            answer.headers["Retry-After"] = "5"
            return answer, 503
        if not sessions.end_by_logout_token(token.jti, token.expires_at, sub=token.sub, sid=token.sid, now=clock()):
            return _refused("the logout token was used before")
        return jsonify({}), 200

    return routes


def read_logout_token(text: str, keys: IssuerKeys, settings: PortalSettings, now: datetime) -> LogoutToken:
    """Check every clause of Back-Channel Logout 2.6. Raises TokenRejected, KeysUnavailable."""
    claims, moment = keys.verify(text, TOKEN_TYPE).claims, now.timestamp()
    audience, events = claims.get("aud"), claims.get("events")
    rules = (
        ("iss", claims.get("iss") == settings.issuer),
        ("aud", audience == settings.client_id or (isinstance(audience, list) and settings.client_id in audience)),
        ("iat", _is_number(claims.get("iat")) and claims["iat"] <= moment + LEEWAY),
        ("exp", _is_number(claims.get("exp")) and claims["exp"] > moment - LEEWAY),
        ("jti", isinstance(claims.get("jti"), str) and claims["jti"] != ""),
        ("events", isinstance(events, dict) and isinstance(events.get(EVENT), dict)),
        # An ID token carries a nonce: refusing it here keeps the two kinds apart (2.4).
        ("nonce", "nonce" not in claims),
        ("sub", isinstance(claims.get("sub", ""), str)),
        ("sid", isinstance(claims.get("sid", ""), str)),
        ("sub or sid", bool(claims.get("sub") or claims.get("sid"))),
    )
    for name, holds in rules:
        if not holds:
            raise TokenRejected(name)
    return LogoutToken(
        sub=claims.get("sub") or None, sid=claims.get("sid") or None, jti=claims["jti"], expires_at=claims["exp"] + LEEWAY
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refused(because: str) -> tuple[Response, int]:
    return jsonify({"error": "invalid_request", "error_description": because}), 400
