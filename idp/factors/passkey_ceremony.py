"""What a passkey ceremony is bound to: its challenge, and what the browser says about where it took place.

All of it is judged before any signature: a challenge is good once, for one attempt, one kind of ceremony, one subject.
"""

import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from idp.core.handles import digest
from idp.core.kv import KV

CHALLENGE_BYTES = 32
CHALLENGE_LIFE = timedelta(minutes=5)
CREDENTIAL_ID = re.compile(r"[A-Za-z0-9_-]{1,1364}")  # 1023 bytes at most (WebAuthn 4, credential id)
LARGEST_RESPONSE = 16 * 1024
USUAL_PORT = {"https": 443, "http": 80}


class Ceremony(Enum):
    """The kinds of ceremony. A challenge of one is worth nothing in another."""

    REGISTER = "register"
    REGISTER_UNASKED = "register_unasked"
    SIGN_IN = "sign_in"
    SECOND_STEP = "second_step"
    VERIFIED_STEP = "verified_step"


CREATING = (Ceremony.REGISTER, Ceremony.REGISTER_UNASKED)
# Where the passkey is all there is, so it must check its owner.
VERIFYING = (Ceremony.SIGN_IN, Ceremony.VERIFIED_STEP)


def creating(*, unasked: bool) -> Ceremony:
    """The ceremony of a registration."""
    return Ceremony.REGISTER_UNASKED if unasked else Ceremony.REGISTER


def proving(subject_id: str | None, *, verified: bool) -> Ceremony:
    """The ceremony of a proof, by whoever answers or by `subject_id`."""
    if subject_id is None:
        return Ceremony.SIGN_IN
    return Ceremony.VERIFIED_STEP if verified else Ceremony.SECOND_STEP


class Because(Enum):
    """Why a response is refused: one stable word, for the trail and for the page that explains it."""

    MALFORMED = "malformed"
    CHALLENGE = "challenge"
    CEREMONY = "ceremony"
    ORIGIN = "origin"
    FRAMED = "framed"
    UNVERIFIABLE = "unverifiable"
    NOT_VERIFIED = "not_verified"
    NOT_DISCOVERABLE = "not_discoverable"
    NOT_THEIRS = "not_theirs"
    TAKEN = "taken"
    BACKUP = "backup"
    COUNTER = "counter"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Refused:
    """The response proves nothing. Its challenge is spent, so a further try begins with new options."""

    because: Because


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Where passkeys are good: `rp_id` is the issuer's host, `origin` its scheme, host and port, `name` what is shown."""

    rp_id: str
    origin: str
    name: str


def relying_party(issuer: str) -> RelyingParty:
    """The party at `issuer` (http or https), as a browser writes its origin: lower case, without the usual port."""
    parts = urlsplit(issuer)
    host = parts.hostname or ""
    port = "" if parts.port in (None, USUAL_PORT[parts.scheme]) else f":{parts.port}"
    return RelyingParty(host, f"{parts.scheme}://{host}{port}", host)


class Challenges:
    """The challenges that are out, at most one for each attempt, kind of ceremony and subject: a newer one replaces it."""

    def __init__(self, kv: KV) -> None:
        self._kv = kv

    def begin(self, ceremony: Ceremony, attempt: str, subject_id: str | None) -> bytes:
        """A fresh challenge of 32 bytes, good for 5 minutes. Raises `Unavailable` where the KV is away."""
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        self._kv.set(_key(ceremony, attempt, subject_id), challenge, CHALLENGE_LIFE)
        return challenge

    def take(self, ceremony: Ceremony, attempt: str, subject_id: str | None) -> bytes | None:
        """The challenge, which is spent by this; None where there is none (any more). Raises `Unavailable`."""
        return self._kv.take(_key(ceremony, attempt, subject_id))


def read_response(sent: str) -> dict[str, Any] | Refused:
    """The response as JSON object: its `id` that of a credential, its `response` an object. Any text up to 16 KiB is read."""
    read = _object(sent) if len(sent) <= LARGEST_RESPONSE else None
    if read is None or not isinstance(read.get("response"), dict):
        return Refused(Because.MALFORMED)
    credential_id = read.get("id")
    if not isinstance(credential_id, str) or CREDENTIAL_ID.fullmatch(credential_id) is None:
        return Refused(Because.MALFORMED)
    return read


def misplaced(response: dict[str, Any], party: RelyingParty, ceremony: Ceremony, challenge: bytes) -> Refused | None:
    """What is wrong with where and for what the browser made `response` (WebAuthn 7.1 and 7.2, client data); None if fine.

    The issuer never asks from inside a frame of another site, so whatever was made in one is refused.
    """
    client_data = _client_data(response)
    if client_data is None:
        return Refused(Because.MALFORMED)
    if client_data.get("type") != ("webauthn.create" if ceremony in CREATING else "webauthn.get"):
        return Refused(Because.CEREMONY)
    if client_data.get("challenge") != bytes_to_base64url(challenge):
        return Refused(Because.CHALLENGE)
    if client_data.get("origin") != party.origin:
        return Refused(Because.ORIGIN)
    if client_data.get("crossOrigin", False) is not False or client_data.get("topOrigin") is not None:
        return Refused(Because.FRAMED)
    return None


def says_not_discoverable(response: dict[str, Any]) -> bool:
    """Whether the browser tells that the new credential can be used only where its id is known (credProps)."""
    extensions = response.get("clientExtensionResults")
    told = extensions.get("credProps") if isinstance(extensions, dict) else None
    return isinstance(told, dict) and told.get("rk") is False


def _key(ceremony: Ceremony, attempt: str, subject_id: str | None) -> str:
    return "passkey:" + digest(json.dumps([ceremony.value, attempt, subject_id]))


def _client_data(response: dict[str, Any]) -> dict[str, Any] | None:
    encoded = response["response"].get("clientDataJSON")
    if not isinstance(encoded, str):
        return None
    try:
        return _object(base64url_to_bytes(encoded))
    except ValueError:
        return None


def _object(raw: str | bytes) -> dict[str, Any] | None:
    try:
        read = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None
