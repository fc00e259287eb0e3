"""What a key set that a client gives must be: public keys, strong, of kinds that a signature here can be made with."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from idp.clients.faults import Fault
from idp.clients.metadata import PRIVATE_MEMBERS, ClientMetadata
from idp.core.key_sets import FITS, LONGEST_RSA, MOST_KEYS, SHORTEST_RSA, bits_of, key_of

KINDS = {kind for kind, _ in FITS.values()}
CURVES = {curve for _, curve in FITS.values() if curve is not None}
EMPTY = "holds no key; put at least one public key into it"
# RFC 7517 4, RFC 7518 6: what may stand in a public key and is text there.
TEXTS = frozenset({"kty", "use", "alg", "kid", "crv", "n", "e", "x", "y"})
LARGEST = 32 * 1024
UNSEEN = "holds characters that cannot be seen"
MANY = f"holds too many keys; {MOST_KEYS} are enough"


def key_set_faults(meta: ClientMetadata) -> Iterator[Fault]:
    """Everything that is wrong with `jwks`."""
    if meta.jwks is None:
        return
    keys, text = meta.jwks["keys"], json.dumps(meta.jwks, ensure_ascii=False)
    if not text.isprintable() or "\\u" in text or len(text) > LARGEST:
        yield Fault(("jwks",), UNSEEN if len(text) <= LARGEST else f"must have at most {LARGEST} characters")
        return
    if not 0 < len(keys) <= MOST_KEYS:
        yield Fault(("jwks",), MANY if keys else EMPTY)
        return
    for number, member in enumerate(keys, 1):
        reason = key_reason(member)
        if reason is not None:
            yield Fault(("jwks", "keys", number - 1), f"key {number}{_named(member)} {reason}")
    for name in ("token_endpoint_auth_signing_alg", "request_object_signing_alg"):
        alg = getattr(meta, name)
        if alg is not None and not any(_fits(member, alg) for member in keys):
            yield Fault(("jwks",), f"holds no key for {alg}, which {name} asks for")


def key_reason(member: Mapping[str, Any]) -> str | None:
    """Why no signature can be made with a key; None where one can."""
    kind, curve = member.get("kty"), member.get("crv")
    odd = sorted(name for name in TEXTS & member.keys() if not isinstance(member[name], str))
    if odd:
        return f"cannot be read; {odd[0]} must be text"
    if PRIVATE_MEMBERS & member.keys():
        return "is private or symmetric; give only the public part, and make a new pair now that this one was shown"
    if kind not in KINDS:
        return f"is of a kind that nothing here is signed with; use {', '.join(sorted(KINDS))}"
    if curve is not None and curve not in CURVES and kind != "RSA":
        return f"is on a curve that is not used here; use {' or '.join(sorted(CURVES))}"
    bits = bits_of(member)
    if bits is not None and bits < SHORTEST_RSA:
        return f"has {bits} bits and is too weak; RSA keys need at least {SHORTEST_RSA}"
    if bits is not None and bits > LONGEST_RSA:
        return f"has {bits} bits, which takes too long to check; RSA keys may have {LONGEST_RSA}"
    return None if key_of(member) is not None else "cannot be read; a part of it is missing or broken"


def _fits(member: Mapping[str, Any], alg: str) -> bool:
    kind, curve = FITS[alg]
    return member.get("kty") == kind and curve in (None, member.get("crv"))


def _named(member: Mapping[str, Any]) -> str:
    kid = member.get("kid")
    return f" ({kid[:40]})" if isinstance(kid, str) and kid.isprintable() and kid else ""
