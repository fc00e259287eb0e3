"""How brands are asked about agreements: signed with our key, and opened with theirs."""

from collections.abc import Mapping
from typing import Any

from idp.app.ground import Ground
from idp.brands.agreement_check import AgreementChecks, FindKeys
from idp.core.fetcher import Fetcher
from idp.core.key_sets import KeySets
from idp.oidc.tokens.jose import peek, verify
from idp.oidc.tokens.keys import Keys

ASKED_BY = "ES256"
ANSWERED_BY = frozenset({"ES256", "PS256", "EdDSA"})


def agreement_checks(ground: Ground, fetcher: Fetcher, key_sets: KeySets, keys: Keys) -> AgreementChecks:
    """The checks, signed by `keys`."""

    def sign(claims: Mapping[str, Any], typ: str) -> str:
        return keys.signer(ASKED_BY).sign(claims, typ)

    return AgreementChecks(ground.settings.issuer, fetcher, key_sets, ground.clock, sign, opened)


def opened(token: str, typ: str, find: FindKeys) -> dict[str, Any] | None:
    """The claims of a JWT of the kind `typ` that is signed with a key that `find` knows; None for any other."""
    found = peek(token)
    alg = found.text("alg") if found is not None else None
    # RFC 8725 3.11: another kind of token that the same key signs must not pass for an answer.
    if found is None or alg not in ANSWERED_BY or (found.text("typ") or "").removeprefix("application/") != typ:
        return None
    return next((claims for key in find(found.text("kid"), alg) if (claims := verify(token, key, alg)) is not None), None)
