"""Client assertions (RFC 7523 2.2, Core 9): a short-lived JWT that the client signs, good once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from idp.clients.client import Client
from idp.clients.keys import ClientKeys
from idp.clients.profiles import PROFILES, Profile
from idp.core.clock import Clock
from idp.core.handles import digest
from idp.core.kv import KV, epoch
from idp.oidc.tokens.jose import Unverified, is_signed_by, peek, seconds

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# A client's clock may be a little ahead of ours.
AHEAD = 30.0
LONGEST_JTI = 512
# RFC 8725 3.11, 3.12: what names another kind of token is one. A request object travels through browsers, and may hold all
# that an assertion does. Many libraries name no type at all.
TYPES = frozenset({"jwt", "application/jwt", "client-authentication+jwt", "application/client-authentication+jwt"})

Refusal = str


@dataclass(frozen=True, slots=True)
class Assertion:
    """A JWT as it came, what it `says`, and the client it says it is from: nothing of that is verified."""

    client_id: str
    token: str
    says: Unverified


def read_assertion(token: str) -> Assertion | None:
    """The assertion; None for what is no JWT with a subject."""
    says = peek(token)
    subject = says.claims.get("sub") if says is not None else None
    return Assertion(subject, token, says) if says is not None and isinstance(subject, str) else None


@dataclass(frozen=True, slots=True)
class Assertions:
    """Verifies assertions. `token_endpoint` is accepted as audience where the profile says so."""

    issuer: str
    token_endpoint: str
    keys: ClientKeys
    kv: KV
    clock: Clock

    def refusal(self, client: Client, assertion: Assertion, endpoint: str) -> Refusal | None:
        """Why `assertion` is no good one of `client` for `endpoint`, in one stable word; None where it is. It is spent then.

        Raises `Unavailable` where used assertions cannot be remembered: fail closed.
        """
        profile, found = PROFILES[client.profile], assertion.says
        if str(found.header.get("typ", "jwt")).lower() not in TYPES:
            return "wrong_type"
        claims = self._verified(client, profile, assertion)
        if claims is None:
            return "bad_signature"
        return (
            _parties_refusal(claims, client, profile, self._audiences(profile, endpoint))
            or self._time_refusal(claims, profile)
            or self._spend(claims, client, profile)
        )

    def _verified(self, client: Client, profile: Profile, assertion: Assertion) -> Mapping[str, Any] | None:
        found = assertion.says
        alg = found.text("alg") or ""
        allowed = (client.auth_signing_alg,) if client.auth_signing_alg is not None else profile.assertion_algs
        if alg not in allowed or alg not in profile.assertion_algs:
            return None
        keys = self.keys.find(client, found.text("kid"), alg)
        return found.claims if any(is_signed_by(assertion.token, found, key, alg) for key in keys) else None

    def _audiences(self, profile: Profile, endpoint: str) -> frozenset[str]:
        return frozenset((self.issuer, *((self.token_endpoint, endpoint) if profile.assertion_for_endpoint else ())))

    def _time_refusal(self, claims: Mapping[str, Any], profile: Profile) -> Refusal | None:
        now = self.clock.now().timestamp()
        ends = seconds(claims, "exp")
        if ends is None or ends <= now:
            return "expired"
        if ends > now + profile.assertion_life.total_seconds() + AHEAD:
            return "lives_too_long"
        for name in ("nbf", "iat"):
            if name in claims and (seconds(claims, name) is None or (seconds(claims, name) or 0) > now + AHEAD):
                return "from_the_future"
        return None

    def _spend(self, claims: Mapping[str, Any], client: Client, profile: Profile) -> Refusal | None:
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
            return "no_jti"
        ends = seconds(claims, "exp") or 0.0
        left = timedelta(seconds=ends - self.clock.now().timestamp())
        fresh = left > timedelta(0) and self.kv.add(f"assertion:{client.id}:{digest(jti)}", b"1", left + timedelta(seconds=1))
        if not fresh:
            return "replayed"
        # A store that lost its memory lost the used ids: what was made before may be a replay, and what was made in the
        # same second may be. Without `iat` it may be as old as an assertion can get.
        made = seconds(claims, "iat") if "iat" in claims else ends - profile.assertion_life.total_seconds()
        return "older_than_our_memory" if (made or 0.0) < epoch(self.kv, self.clock).timestamp() else None


def _parties_refusal(claims: Mapping[str, Any], client: Client, profile: Profile, audiences: frozenset[str]) -> Refusal | None:
    if claims.get("iss") != client.id or claims.get("sub") != client.id:
        return "wrong_issuer"
    audience = claims.get("aud")
    # FAPI 2.0 Security Profile 5.3.2.1: the issuer, as one text and not as a list.
    listed = audience if isinstance(audience, list) and profile.assertion_for_endpoint else [audience]
    # One audience that is ours is not enough: the others could replay the assertion here.
    if not listed or not all(isinstance(one, str) and one in audiences for one in listed):
        return "wrong_audience"
    return None
