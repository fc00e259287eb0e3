"""The account API takes a token that is bound to a key only from whoever holds the key (RFC 9449 7)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from portals.account_api.proof import ProofRejected, Proofs, Shown, same_address
from portals.account_api.spent import SCHEMA, Spent
from portals.store import Store
from tests.builders import TestClock
from tests.drivers.relying_party import ath, dpop_proof
from tests.drivers.signing import REGISTRIES
from tests.unit.portals.conftest import Portal
from tests.unit.portals.fake_provider import RSA, FakeProvider

KEY = ECKey.generate_key("P-256", private=True)
OTHER_KEY = ECKey.generate_key("P-256", private=True)
ALGS = 'algs="ES256 EdDSA PS256"'


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the API with `token`; `headers` are sent besides."""

    portal: Portal
    token: str

    def ask(self, scheme: str, proof: str | None, path: str = "/agreements") -> requests.Response:
        headers = {"Authorization": f"{scheme} {self.token}"} | ({"DPoP": proof} if proof is not None else {})
        return requests.get(f"{self.portal.url}/api{path}", headers=headers, timeout=10)

    def claims(self, **changed: Any) -> dict[str, Any]:
        htu, made = f"{self.portal.url}/api/agreements", int(self.portal.clock().timestamp())
        return {"jti": "j", "htm": "GET", "htu": htu, "iat": made, "ath": ath(self.token)} | changed

    def proof(self, key: ECKey = KEY, header: dict[str, Any] | None = None, **changed: Any) -> str:
        claims = {name: value for name, value in self.claims().items() if name != "jti"}
        return dpop_proof(key, header, **(claims | changed))

    def signed(self, alg: str, key: Any, **header: Any) -> str:
        said = {"typ": "dpop+jwt", "alg": alg, "jwk": key.as_dict(private=False)} | header
        return jwt.encode(said, self.claims(), key, algorithms=[alg])


def bound(portal: Portal, provider: FakeProvider, key: Any = KEY, **changes: Any) -> Caller:
    cnf = {"cnf": {"jkt": key.thumbprint()}}
    return Caller(portal, provider.access_token(f"{portal.url}/api", **(cnf | changes)))


def test_a_bound_token_is_nothing_without_its_key(portal: Portal, provider: FakeProvider) -> None:
    """RFC 9449 7.1, 7.2: not by Bearer, not by another key, and by its own in any case of the scheme."""
    caller = bound(portal, provider)
    for scheme, proof in (("Bearer", None), ("bearer", caller.proof())):
        answer = caller.ask(scheme, proof)
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_token"}), scheme
        assert answer.headers["WWW-Authenticate"].startswith(f'DPoP realm="{portal.url}/api", {ALGS}, error="invalid_token"')
    assert caller.ask("DPoP", caller.proof(OTHER_KEY)).json() == {"error": "invalid_dpop_proof"}
    for scheme in ("DPoP", "dpop"):
        assert caller.ask(scheme, caller.proof()).json()["agreements"], scheme


def test_a_nonce_of_the_api_where_the_brand_wants_it(start_portal: Callable[..., Portal], provider: FakeProvider) -> None:
    """RFC 9449 8.2, 9: the challenge brings one, each answer the next; strangers' and old ones do not do."""
    caller = bound(start_portal("stellantis", dpop_nonces=True), provider)
    asked = caller.ask("DPoP", caller.proof())
    assert (asked.status_code, asked.json()) == (401, {"error": "use_dpop_nonce"})
    assert 'error="use_dpop_nonce"' in asked.headers["WWW-Authenticate"]
    nonce = asked.headers["DPoP-Nonce"]
    for other in (nonce[:-1], nonce + "é", "", 7, f"x{nonce}"):
        assert caller.ask("DPoP", caller.proof(nonce=other)).json() == {"error": "use_dpop_nonce"}, other
    assert caller.ask("DPoP", caller.proof(OTHER_KEY, nonce=nonce)).json() == {"error": "invalid_dpop_proof"}
    answer = caller.ask("DPoP", caller.proof(nonce=nonce))
    assert answer.json()["agreements"]
    caller.portal.clock.advance(timedelta(minutes=1))
    following = caller.ask("DPoP", caller.proof(nonce=answer.headers["DPoP-Nonce"]))
    assert following.status_code == 200
    caller.portal.clock.advance(timedelta(minutes=1, seconds=2))
    assert caller.ask("DPoP", caller.proof(nonce=nonce)).json() == {"error": "use_dpop_nonce"}
    assert caller.ask("DPoP", caller.proof(nonce=following.headers["DPoP-Nonce"])).status_code == 200


@pytest.mark.parametrize("wrong", [-3600, 3600])
def test_a_nonce_tells_the_time_of_a_caller_whose_clock_is_wrong(
    start_portal: Callable[..., Portal], provider: FakeProvider, wrong: int
) -> None:
    """RFC 9449 4.3, 11: the proof is of this moment by `iat` or by our nonce; it has an `iat`, and is taken once."""
    caller = bound(start_portal("stellantis", dpop_nonces=True), provider)
    nonce = caller.ask("DPoP", caller.proof(iat=caller.claims()["iat"] + wrong)).headers["DPoP-Nonce"]
    proof = caller.proof(iat=caller.claims()["iat"] + wrong, nonce=nonce)
    assert caller.ask("DPoP", proof).status_code == 200
    caller.portal.clock.advance(timedelta(seconds=115))
    for refused in (proof, caller.proof(iat=None, nonce=nonce)):
        assert caller.ask("DPoP", refused).json() == {"error": "invalid_dpop_proof"}


@pytest.mark.parametrize("cnf", [None, {}, {"jkt": 7}, {"x5t#S256": "x"}, "x"])
def test_the_scheme_is_for_tokens_that_are_bound(portal: Portal, provider: FakeProvider, cnf: Any) -> None:
    """RFC 9449 7.1; and a token bound in a way that we cannot check is taken by no scheme."""
    caller = bound(portal, provider, cnf=cnf)
    answer = caller.ask("DPoP", caller.proof())
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_token"})
    assert answer.headers["WWW-Authenticate"].startswith("DPoP ")
    assert caller.ask("Bearer", None).status_code == (200 if cnf is None else 401)


def test_other_kinds_of_keys_serve_too(portal: Portal, provider: FakeProvider) -> None:
    """RFC 9449 7.1: each algorithm that the challenge names."""
    for alg, key in (
        ("EdDSA", OKPKey.generate_key("Ed25519", private=True)),
        ("PS256", RSAKey.generate_key(2048, private=True)),
    ):
        caller = bound(portal, provider, key)
        said = {"typ": "dpop+jwt", "alg": alg, "jwk": key.as_dict(private=False), "unknown": "members are ignored"}
        proof = jwt.encode(said, caller.claims(), key, registry=REGISTRIES[alg])
        assert caller.ask("DPoP", proof).status_code == 200, alg


def test_a_proof_serves_one_request_of_its_own(portal: Portal, provider: FakeProvider) -> None:
    """RFC 9449 4.3, 7.1: `typ`, `alg`, `jwk`, `htm`, `htu`, `iat`, `ath`, `jti`, and one header."""
    caller, now = bound(portal, provider), int(portal.clock().timestamp())
    used = caller.proof(htu=f"{portal.url}/api/agreements?x=1#y".replace("http", "HTTP", 1), iat=now - 10)
    assert caller.ask("DPoP", used).status_code == 200
    with pytest.warns(SecurityWarning):
        weak = RSAKey.generate_key(1024, private=True)
    secret = OctKey.generate_key(256, private=True)
    public = KEY.as_dict(private=False)
    bad = {
        "used before": used,
        "missing": None,
        "empty": "",
        "no JWT": "x",
        "not text": "a.é.c",
        "two at once": f"{caller.proof()}, {caller.proof()}",
        "one and an empty one": f"{caller.proof()},",
        "another kind": caller.proof(header={"typ": "JWT"}),
        "critical extension": jwt_with(caller, crit=["b64"], b64=True),
        "RS256": caller.signed("RS256", RSA),
        "a short RSA key": caller.signed("PS256", weak),
        "symmetric": caller.signed("HS256", secret, jwk=public),
        "private": caller.proof(header={"jwk": KEY.as_dict(private=True)}),
        "signed by another": caller.proof(OTHER_KEY, header={"jwk": public}),
        "a key that is none": caller.proof(header={"jwk": public | {"y": "AA"}}),
        "another curve": caller.proof(header={"jwk": public | {"crv": "P-384"}}),
        "for another method": caller.proof(htm="POST"),
        "for another address": caller.proof(htu=f"{portal.url}/api/customer"),
        "at another host": caller.proof(htu="https://evil.example/api/agreements"),
        "of another token": caller.proof(ath=ath("another")),
        "without ath": caller.proof(ath=None),
        "an hour old": caller.proof(iat=now - 3600),
        "from the future": caller.proof(iat=now + 3600),
        "without time": caller.proof(iat=None),
        "time that is no number": caller.proof(iat=True),
        "without jti": caller.proof(jti=None),
        "a number for jti": caller.proof(jti=7),
        "an endless jti": caller.proof(jti="j" * 513),
    }
    for what, proof in bad.items():
        answer = caller.ask("DPoP", proof if proof is None else proof.encode().decode("latin-1"))
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_dpop_proof"}), what
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith(f'DPoP realm="{portal.url}/api", {ALGS}, error="invalid_dpop_proof"'), what
    assert caller.ask("DPoP", caller.proof(jti="\ud800", iat=now + 10)).status_code == 200


def jwt_with(caller: Caller, **header: Any) -> str:
    said = {"typ": "dpop+jwt", "alg": "ES256", "jwk": KEY.as_dict(private=False)} | header
    return jwt.encode(said, caller.claims(), KEY, registry=REGISTRIES["ES256"])


def test_of_ten_tries_with_one_proof_one_is_served(portal: Portal, provider: FakeProvider) -> None:
    """RFC 9449 11.1, S3.1."""
    caller = bound(portal, provider)
    proof = caller.proof()
    with ThreadPoolExecutor(10) as crowd:
        answers = list(crowd.map(lambda _: caller.ask("DPoP", proof).status_code, range(10)))
    assert sorted(answers) == [200, *[401] * 9]
    portal.clock.advance(timedelta(minutes=2))
    assert caller.ask("DPoP", proof).status_code == 401  # forgotten by now, and too old


def test_what_is_refused_for_another_reason_is_told_under_the_scheme(portal: Portal, provider: FakeProvider) -> None:
    """RFC 6750 3.1, RFC 9470 3, RFC 9449 7.1; before a payment the issuer is asked, for bound tokens too."""
    narrow = bound(portal, provider, scope="openid")
    answer = narrow.ask("DPoP", narrow.proof())
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"].startswith("DPoP ")
    path = "/api/agreements/PCP-4471902/payments"
    for acr, status, asked in (("pwd", 401, 0), ("mfa", 201, 1)):
        payer = bound(portal, provider, acr=acr, auth_time=int(time.time()))
        proof = payer.proof(htm="POST", htu=f"{portal.url}{path}")
        headers = {"Authorization": f"DPoP {payer.token}", "DPoP": proof, "Idempotency-Key": "one"}
        paid = requests.post(f"{portal.url}{path}", json={"amount": "10.00"}, headers=headers, timeout=10)
        assert (paid.status_code, len(provider.introspections)) == (status, asked)
        if acr == "pwd":
            assert paid.headers["WWW-Authenticate"].startswith("DPoP ")
            assert 'acr_values="mfa"' in paid.headers["WWW-Authenticate"]


@settings(max_examples=30)
@given(st.text())
def test_no_text_breaks_the_comparison(htu: str) -> None:
    """P12: anything may stand in a proof."""
    assert not same_address(htu, "https://id.example/api")


def test_addresses_are_compared_as_rfc_3986_says() -> None:
    """RFC 9449 4.3, RFC 3986 6.2."""
    address = "https://id.example/api/a%20b"
    for good in ("HTTPS://ID.example:443/api/a%20b", "https://id.example/api/%61%20b?x#y"):
        assert same_address(good, address), good
    for bad in ("http://id.example/api/a%20b", "https://a@id.example/api/a%20b", "https://id.example/api/A%20b", None, 7):
        assert not same_address(bad, address), bad


def test_no_key_is_used_but_that_of_the_token(tmp_path: Path, clock: TestClock) -> None:
    """P12: whoever asks may bring a key that costs any time: its thumbprint tells it, and its signature is not tried."""
    proofs = Proofs(Spent(Store(tmp_path / "db", SCHEMA)), clock.now, None)
    proof = dpop_proof(OTHER_KEY, htm="GET").rpartition(".")[0] + ".AAAA"
    for thumbprint, because in ((KEY.thumbprint(), "key"), (OTHER_KEY.thumbprint(), "signature")):
        with pytest.raises(ProofRejected, match=because):
            proofs.spend(Shown("GET", "https://api.example/", proof, "token"), thumbprint)
