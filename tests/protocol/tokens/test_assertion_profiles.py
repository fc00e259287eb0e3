"""What an assertion must say, by the profile of the client (P4, P9)."""

from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.drivers.provider import ISSUER
from tests.protocol.tokens.provider import Issuer, assertion

NOW = 1793611800
# Claims, and who takes them: (baseline, fapi2).
SAYS: tuple[tuple[dict[str, Any], tuple[bool, bool]], ...] = (
    ({}, (True, True)),
    ({"aud": [ISSUER]}, (True, False)),
    ({"aud": f"{ISSUER}/revoke"}, (True, False)),
    ({"aud": f"{ISSUER}/token"}, (True, False)),
    ({"aud": [ISSUER, f"{ISSUER}/token"]}, (True, False)),
    ({"aud": f"{ISSUER}/"}, (False, False)),
    ({"iss": ["jwt"]}, (False, False)),
    ({"sub": ["jwt"], "iss": "jwt"}, (False, False)),
    ({"exp": NOW + 300}, (True, True)),
    ({"iat": NOW + 10, "nbf": NOW + 10, "exp": NOW + 310}, (True, True)),
    ({"exp": NOW + 361}, (True, False)),
    ({"exp": NOW + 3600}, (True, False)),
    ({"exp": NOW + 3661}, (False, False)),
    ({"iat": NOW + 61}, (False, False)),
    ({"nbf": NOW + 61}, (False, False)),
    ({"exp": NOW}, (False, False)),
    ({"jti": None}, (False, False)),
)


def takes(issuer: Issuer, alg: str = "ES256", key: Any = None, **said: Any) -> bool:
    """Whether a revocation, which has nothing to refuse but the client, is answered."""
    answer = issuer.post("/revoke", {"token": "x"} | assertion(issuer.clock, "jwt", alg=alg, key=key, **said))
    assert (answer.status == 200) or (answer.status, answer.error) == (401, "invalid_client")
    return answer.status == 200


@pytest.mark.parametrize("profile", ["baseline", "fapi2"])
def test_each_profile_takes_its_own(issuer: Issuer, profile: str) -> None:
    """P4, FAPI 2.0 Security Profile 5.3.2.1, 5.4: audience, life, clock and algorithm, and the same for both in all else."""
    issuer.register("jwt", profile=profile, id_token_signed_response_alg="ES256")
    moved = int(issuer.clock.now().timestamp()) - NOW
    for said, taken in SAYS:
        shifted = {name: value + moved if isinstance(value, int) else value for name, value in said.items()}
        assert takes(issuer, **shifted) == taken[profile == "fapi2"], said
    for alg in ("ES256", "PS256", "EdDSA", "RS256"):
        assert takes(issuer, alg) == (alg != "RS256" or profile == "baseline"), alg
    assert not takes(issuer, key=ECKey.generate_key("P-256"))
