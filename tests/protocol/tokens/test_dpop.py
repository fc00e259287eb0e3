"""Tokens that are worth nothing without a key (RFC 9449, P9)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from idp.core.handles import digest
from idp.oidc.dpop import same_address
from idp.oidc.dpop_keys import ALGS
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.admin_api import EVERY_SCOPE, AdminApi
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider, a_provider
from tests.drivers.relying_party import Answer, RelyingParty, ath, basic
from tests.drivers.signing import REGISTRIES

KEY = ECKey.generate_key("P-256", private=True)
OTHER_KEY = ECKey.generate_key("P-256", private=True)


@pytest.fixture
def provider(tmp_path: Path, clock: TestClock) -> Iterator[Provider]:
    """The provider in this process, with Ana."""
    with a_provider(tmp_path, clock) as running:
        running.add_customer("ana")
        yield running


@pytest.fixture
def shop(provider: Provider) -> RelyingParty:
    """A confidential client that proves its key."""
    return with_key(provider.add_client("shop", brand="stellantis", consent="implied"))


@pytest.fixture
def bank(provider: Provider) -> RelyingParty:
    """A client with the FAPI 2.0 profile."""
    return with_key(provider.add_client("bank", brand="stellantis", consent="implied", profile="fapi2"))


@contextmanager
def holding(party: RelyingParty, key: ECKey | None) -> Iterator[RelyingParty]:
    kept, party.dpop_key = party.dpop_key, key
    yield party
    party.dpop_key = kept


def with_key(party: RelyingParty) -> RelyingParty:
    party.dpop_key = KEY
    return party


def a_code(party: RelyingParty, browser: Browser, *, pushed: bool = False, **changed: str) -> str:
    page = browser.open(party.pushed_request(**changed) if pushed else party.request(**changed))
    return party.code(page if page.left else browser.sign_in("ana", ANA_PASSWORD))


def redeem_with(party: RelyingParty, code: str, proof: str) -> Answer:
    """The code exchange of a client with a secret, with this very proof."""
    with holding(party, None):
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": party.redirect_uri}
        return form_with(party, "/token", proof, **form, code_verifier=party.last.verifier)


def form_with(party: RelyingParty, path: str, proof: str, **form: str) -> Answer:
    headers = {"Authorization": basic(party.client_id, party.secret or ""), "DPoP": proof}
    return party.raw("POST", path, data=form, headers=headers)


def userinfo(party: RelyingParty, scheme: str, token: str, proof: str | None, method: str = "GET") -> Answer:
    headers = {"Authorization": f"{scheme} {token}"} | ({"DPoP": proof} if proof is not None else {})
    return party.raw(method, "/userinfo", headers=headers)


def test_a_token_carries_the_key_and_serves_only_with_it(shop: RelyingParty, browser: Browser) -> None:
    """RFC 9449 5, 6.1, 7.1, 7.2: token_type DPoP, `cnf`, and nothing for whoever has the token alone."""
    answer = shop.redeem(a_code(shop, browser))
    token = answer["access_token"]
    assert answer["token_type"] == "DPoP"
    assert shop.claims(token)["cnf"] == {"jkt": KEY.thumbprint()}
    assert shop.userinfo(token).status == 200
    with holding(shop, OTHER_KEY):
        stolen = shop.userinfo(token)
    assert (stolen.status, stolen.error) == (401, "invalid_token")
    for scheme in ("Bearer", "bearer"):
        refused = userinfo(shop, scheme, token, None)
        assert (refused.status, refused.error) == (401, "invalid_token")
        assert refused.headers["WWW-Authenticate"].startswith('DPoP realm="userinfo", error="invalid_token"')
        assert 'algs="ES256 EdDSA PS256"' in refused.headers["WWW-Authenticate"]
    assert userinfo(shop, "dpop", token, shop.proof("GET", "/userinfo", ath=ath(token))).status == 200


def test_a_token_that_is_not_bound_is_not_taken_for_one(shop: RelyingParty, browser: Browser) -> None:
    """RFC 9449 7.1: the scheme DPoP is for bound tokens."""
    with holding(shop, None):
        answer = shop.redeem(a_code(shop, browser))
    assert answer["token_type"] == "Bearer"
    assert shop.userinfo(answer["access_token"]).error == "invalid_token"


def test_a_bound_token_that_may_too_little_is_told_so_under_its_own_scheme(shop: RelyingParty, browser: Browser) -> None:
    """RFC 9449 7.1, RFC 6750 3.1: who comes by DPoP is not sent to try by Bearer."""
    token = shop.redeem(a_code(shop, browser, scope="profile"))["access_token"]
    refused = shop.userinfo(token)
    assert (refused.status, refused.error) == (403, "insufficient_scope")
    assert [challenge.split()[0] for challenge in refused.headers.getlist("WWW-Authenticate")] == ["DPoP"]


def test_resources_take_a_proof_of_this_token_once(shop: RelyingParty, browser: Browser) -> None:
    """RFC 9449 4.3, 7: `ath`, `htm`, `htu` and a `jti` that was not seen."""
    token = shop.redeem(a_code(shop, browser))["access_token"]
    good = shop.proof("GET", "/userinfo", ath=ath(token))
    assert userinfo(shop, "DPoP", token, good).status == 200
    bad = {
        "used before": good,
        "missing": None,
        "without ath": shop.proof("GET", "/userinfo"),
        "of another token": shop.proof("GET", "/userinfo", ath=ath("another")),
        "for another method": shop.proof("POST", "/userinfo", ath=ath(token)),
        "for another address": shop.proof("GET", "/token", ath=ath(token)),
        "two at once": f"{good}, {good}",
    }
    for what, proof in bad.items():
        answer = userinfo(shop, "DPoP", token, proof)
        assert (answer.status, answer.error) == (401, "invalid_dpop_proof"), what
        assert answer.headers["WWW-Authenticate"].startswith("DPoP "), what


def test_what_anybody_may_sign_fills_no_memory(shop: RelyingParty) -> None:
    """P12: proofs are remembered for tokens of ours alone, or strangers would fill the store."""
    proof = shop.proof("GET", "/userinfo", ath=ath("made-up"))
    for _ in range(2):
        assert userinfo(shop, "DPoP", "made-up", proof).error == "invalid_token"


def test_a_proof_that_is_not_for_this_request_is_refused(shop: RelyingParty, clock: TestClock) -> None:
    """RFC 9449 4.3, 11.1, 11.6: kind, algorithm, key, method, address, time and use."""
    clock.advance(timedelta(hours=2))  # or what is old would be refused for being older than the memory of the KV
    now = int(clock.now().timestamp())
    rsa, secret = RSAKey.generate_key(2048, private=True), OctKey.generate_key(256, private=True)
    with pytest.warns(SecurityWarning):
        weak = RSAKey.generate_key(1024, private=True)
    claims = {"jti": "j", "htm": "POST", "htu": f"{shop.issuer}/token", "iat": now}

    def signed(header: dict[str, Any], key: Any, **changed: Any) -> str:
        return jwt.encode({"typ": "dpop+jwt"} | header, claims | changed, key, algorithms=[header["alg"]])

    public = KEY.as_dict(private=False)
    bad = {
        "no JWT": "x",
        "empty": "",
        "another kind": shop.proof("POST", "/token", header={"typ": "JWT"}),
        "RS256": signed({"alg": "RS256", "jwk": rsa.as_dict(private=False)}, rsa),
        "a short RSA key": signed({"alg": "PS256", "jwk": weak.as_dict(private=False)}, weak),
        "an endless key": shop.proof("POST", "/token", header={"jwk": public | {"x": "A" * 1500}}),
        "a number in the key": shop.proof("POST", "/token", header={"jwk": public | {"x": 7}}),
        "a key of another kind": shop.proof("POST", "/token", header={"jwk": rsa.as_dict(private=False)}),
        "symmetric": signed({"alg": "HS256", "jwk": public}, secret),
        "private": shop.proof("POST", "/token", header={"jwk": KEY.as_dict(private=True)}),
        "signed by another": shop.proof("POST", "/token", header={"jwk": OTHER_KEY.as_dict(private=False)}),
        "no key": signed({"alg": "ES256", "kid": "x"}, KEY),
        "for another method": shop.proof("GET", "/token"),
        "for another address": shop.proof("POST", "/par"),
        "at another host": shop.proof("POST", "/token", htu="https://evil.example/token"),
        "an hour old": shop.proof("POST", "/token", iat=now - 3600),
        "from the future": shop.proof("POST", "/token", iat=now + 3600),
        "over a minute old": shop.proof("POST", "/token", iat=now - 61),
        "over half a minute ahead": shop.proof("POST", "/token", iat=now + 31),
        "a jti without end": shop.proof("POST", "/token", jti="j" * 513),
        "without time": shop.proof("POST", "/token", iat=None),
        "without jti": shop.proof("POST", "/token", jti=None),
        "a number for jti": shop.proof("POST", "/token", jti=7),
    }
    for what, proof in bad.items():
        answer = form_with(shop, "/token", proof, grant_type="refresh_token", refresh_token="x")
        assert (answer.status, answer.error) == (400, "invalid_dpop_proof"), what
    good = signed({"alg": "PS256", "jwk": rsa.as_dict(private=False)}, rsa)
    assert form_with(shop, "/token", good, grant_type="refresh_token", refresh_token="x").error == "invalid_grant"
    for made in (now - 10, now + 10):
        proof = shop.proof("POST", "/token", iat=made)
        assert form_with(shop, "/token", proof, grant_type="refresh_token", refresh_token="x").error == "invalid_grant"
        assert form_with(shop, "/token", proof, grant_type="refresh_token", refresh_token="x").error == "invalid_dpop_proof"
    used, unused = (shop.proof("POST", "/token", iat=now + 30) for _ in range(2))
    form_with(shop, "/token", used, grant_type="refresh_token", refresh_token="x")
    clock.advance(timedelta(seconds=89))  # as long as one of that time is taken at all, a used one is known as such
    for proof, error in ((used, "invalid_dpop_proof"), (unused, "invalid_grant")):
        assert form_with(shop, "/token", proof, grant_type="refresh_token", refresh_token="x").error == error


@pytest.mark.parametrize("alg", ALGS)
def test_keys_of_every_kind_that_is_offered_serve(shop: RelyingParty, alg: str) -> None:
    """RFC 9449 4.3, 5.1; RFC 7515 4: a key of 4096 bits makes a long header, and what is unknown in it is passed over."""
    made = {"ES256": lambda: KEY, "EdDSA": lambda: OKPKey.generate_key("Ed25519"), "PS256": lambda: RSAKey.generate_key(4096)}
    key = made[alg]()
    claims = {"jti": "j", "htm": "POST", "htu": f"{shop.issuer}/token", "iat": int(shop.clock.now().timestamp())}
    said = {"typ": "dpop+jwt", "alg": alg, "jwk": key.as_dict(private=False), "unknown": 1}
    proof = jwt.encode(said, claims, key, registry=REGISTRIES[alg])
    # The proof was good: only the grant is not.
    assert form_with(shop, "/token", proof, grant_type="refresh_token", refresh_token="x").error == "invalid_grant"


def test_a_store_that_lost_its_memory_takes_no_older_proof(
    shop: RelyingParty, provider: Provider, clock: TestClock, browser: Browser
) -> None:
    """Design 3: what was used before the loss does not come again; what is made after it serves."""
    used = shop.proof("POST", "/token", jti="j")
    assert redeem_with(shop, a_code(shop, browser), used).status == 200
    clock.advance(timedelta(seconds=10))
    kv = provider.house.ground.kv
    kv.delete("epoch")
    kv.delete(f"dpop:{KEY.thumbprint()}:{digest('j')}")
    code = a_code(shop, browser)
    assert redeem_with(shop, code, used).error == "invalid_dpop_proof"
    clock.advance(timedelta(seconds=1))
    assert redeem_with(shop, code, shop.proof("POST", "/token")).status == 200


def test_a_refused_proof_costs_no_code(shop: RelyingParty, browser: Browser) -> None:
    """RFC 9449 5: the code is still good for a proof that is."""
    code = a_code(shop, browser)
    assert redeem_with(shop, code, shop.proof("GET", "/token")).error == "invalid_dpop_proof"
    assert redeem_with(shop, code, shop.proof("POST", "/token")).status == 200


@pytest.mark.parametrize("by", ["dpop_jkt", "the proof of the push"])
def test_a_code_may_be_bound_to_a_key_from_the_beginning(shop: RelyingParty, browser: Browser, by: str) -> None:
    """RFC 9449 10, 10.1: whoever steals the code and all that goes with it lacks the key."""
    code = a_code(shop, browser, dpop_jkt=KEY.thumbprint()) if by == "dpop_jkt" else a_code(shop, browser, pushed=True)
    with holding(shop, OTHER_KEY):
        assert shop.redeem(code).error == "invalid_grant"
    assert shop.redeem(code).error == "invalid_grant"
    assert shop.redeem(a_code(shop, browser, dpop_jkt=KEY.thumbprint()))["token_type"] == "DPoP"


def test_a_push_names_one_key(shop: RelyingParty) -> None:
    """RFC 9449 10.1: `dpop_jkt` and the proof agree, and a thumbprint looks like one."""
    assert shop.push(dpop_jkt=KEY.thumbprint()).status == 201
    assert shop.push(dpop_jkt=OTHER_KEY.thumbprint()).error == "invalid_dpop_proof"
    with holding(shop, None):
        assert shop.push(dpop_jkt="short").error == "invalid_request"


def test_a_client_with_the_fapi_profile_proves_its_key_each_time(bank: RelyingParty, browser: Browser) -> None:
    """FAPI 2.0 Security Profile 5.3.2.1: sender-constrained tokens only; the refresh token stays, a new key is fine."""
    with holding(bank, None):
        code = a_code(bank, browser, pushed=True)
        assert bank.redeem(code).error == "invalid_dpop_proof"
    first = bank.redeem(code)
    assert (first.status, first["token_type"]) == (200, "DPoP")
    assert bank.header(first["id_token"])["alg"] == "ES256"
    with holding(bank, OTHER_KEY):
        second = bank.refresh(first["refresh_token"])
        assert second["refresh_token"] == first["refresh_token"]
        assert bank.claims(second["access_token"])["cnf"] == {"jkt": OTHER_KEY.thumbprint()}
        assert bank.userinfo(second["access_token"]).status == 200
    with holding(bank, None):
        assert bank.refresh(first["refresh_token"]).error == "invalid_dpop_proof"


def test_the_refresh_token_of_a_public_client_is_bound_to_its_key(provider: Provider, browser: Browser) -> None:
    """RFC 9449 5: nothing else binds it."""
    app = provider.add_client("app", brand="stellantis", consent="implied", token_endpoint_auth_method="none")
    tokens = with_key(app).redeem(a_code(app, browser))
    for key in (OTHER_KEY, None):
        with holding(app, key):
            assert app.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert app.refresh(tokens["refresh_token"])["token_type"] == "DPoP"


def test_a_public_client_may_bind_its_refresh_token_later(provider: Provider, browser: Browser) -> None:
    """RFC 9449 5: a refresh token that is issued over a proof is bound, whatever the code was redeemed with."""
    app = provider.add_client("app", brand="stellantis", consent="implied", token_endpoint_auth_method="none")
    first = app.redeem(a_code(app, browser))
    with holding(app, KEY):
        second = app.refresh(first["refresh_token"])
        assert second["token_type"] == "DPoP"
    for key in (OTHER_KEY, None):
        with holding(app, key):
            assert app.refresh(second["refresh_token"]).error == "invalid_grant"
            assert app.refresh(first["refresh_token"]).error == "invalid_grant"
    assert with_key(app).refresh(second["refresh_token"])["token_type"] == "DPoP"


def test_a_client_may_register_that_its_tokens_are_bound(provider: Provider) -> None:
    """RFC 9449 5.2: dpop_bound_access_tokens; a client's own tokens too, opaque ones too, and introspection tells."""
    machine = {"grant_types": ["client_credentials"], "scope": "accounts", "redirect_uris": []}
    robot = provider.add_client("robot", **machine, dpop_bound_access_tokens=True, access_token_format="opaque")
    assert robot.token(grant_type="client_credentials").error == "invalid_dpop_proof"
    answer = with_key(robot).token(grant_type="client_credentials")
    assert answer["token_type"] == "DPoP"
    told = robot.introspect(answer["access_token"])
    assert (told["token_type"], told["cnf"]) == ("DPoP", {"jkt": KEY.thumbprint()})


def test_a_nonce_of_ours_where_the_operator_wants_it(tmp_path: Path, clock: TestClock) -> None:
    """RFC 9449 8, 8.2, 9: use_dpop_nonce with a nonce in the header, at PAR, the token endpoint and resources.

    It is taken for a minute more.
    What was dated ahead by its sender's clock does not outlive a store that loses its memory: its nonce does not.
    """
    with a_provider(tmp_path, clock, dpop_nonces="true") as provider:
        provider.add_customer("ana")
        shop = with_key(provider.add_client("shop", brand="stellantis", consent="implied"))
        code = a_code(shop, provider.browser())
        asked = shop.redeem(code)
        assert (asked.status, asked.error) == (400, "use_dpop_nonce")
        nonce = asked.headers["DPoP-Nonce"]
        answer = redeem_with(shop, code, shop.proof("POST", "/token", nonce=nonce))
        assert answer.status == 200
        token = answer["access_token"]
        assert answer.headers["DPoP-Nonce"]
        assert (shop.userinfo(token).error, shop.push().error) == ("use_dpop_nonce", "use_dpop_nonce")
        clock.advance(timedelta(minutes=1))
        proof = shop.proof("GET", "/userinfo", ath=ath(token), nonce=nonce)
        assert userinfo(shop, "DPoP", token, proof).status == 200
        made = int(clock.now().timestamp()) + 25
        ahead = shop.proof("GET", "/userinfo", ath=ath(token), nonce=nonce, iat=made, jti="j")
        assert userinfo(shop, "DPoP", token, ahead).status == 200
        clock.advance(timedelta(seconds=5))
        for key in ("epoch", f"dpop:{KEY.thumbprint()}:{digest('j')}"):
            provider.house.ground.kv.delete(key)
        forgotten = userinfo(shop, "DPoP", token, ahead)
        assert forgotten.error == "use_dpop_nonce"
        nonce = forgotten.headers["DPoP-Nonce"]
        proof = shop.proof("GET", "/userinfo", ath=ath(token), nonce=nonce)
        assert userinfo(shop, "DPoP", token, proof).status == 200
        clock.advance(timedelta(minutes=2))
        late = userinfo(shop, "DPoP", token, shop.proof("GET", "/userinfo", ath=ath(token), nonce=nonce))
        assert (late.status, late.error) == (401, "use_dpop_nonce")
        assert late.headers["DPoP-Nonce"] not in ("", nonce)
        administered = AdminApi.of_client(provider, EVERY_SCOPE).call("GET", "/clients")
        assert (administered.status, administered.headers["DPoP-Nonce"]) == (200, late.headers["DPoP-Nonce"])


@pytest.mark.parametrize("wrong", [timedelta(hours=-1), timedelta(hours=1)])
def test_our_nonce_tells_the_time_of_a_client_whose_clock_is_wrong(tmp_path: Path, clock: TestClock, wrong: timedelta) -> None:
    """RFC 9449 4.3, 11: the proof is of this moment by `iat` or by our nonce; it has an `iat`, and is taken once."""
    with a_provider(tmp_path, clock, dpop_nonces="true") as provider:
        clock.advance(timedelta(hours=2, seconds=60 - clock.now().timestamp() % 60))
        machine = {"grant_types": ["client_credentials"], "scope": "accounts", "redirect_uris": []}
        robot = provider.add_client("robot", **machine, dpop_bound_access_tokens=True)
        theirs = int((clock.now() + wrong).timestamp())

        def asks(proof: str) -> Answer:
            return form_with(robot, "/token", proof, grant_type="client_credentials")

        with holding(robot, KEY):
            first = asks(robot.proof("POST", "/token", iat=theirs))
            nonce = first.headers["DPoP-Nonce"]
            proof = robot.proof("POST", "/token", iat=theirs, nonce=nonce)
            timeless = robot.proof("POST", "/token", iat=None, nonce=nonce)
        assert (first.status, first.error) == (400, "use_dpop_nonce")
        assert asks(proof)["token_type"] == "DPoP"
        assert [asks(again).error for again in (proof, timeless)] == ["invalid_dpop_proof"] * 2
        clock.advance(timedelta(seconds=119))
        assert asks(proof).error == "invalid_dpop_proof"
        clock.advance(timedelta(seconds=1))
        assert asks(proof).error == "use_dpop_nonce"


@given(st.text("tokenTOKEN/.%-", max_size=12), st.text("ab=&?/%", max_size=12))
def test_only_query_and_fragment_may_differ(path: str, beyond: str) -> None:
    """RFC 9449 4.3: whatever else differs is another address."""
    address = "https://id.example/token"
    assert same_address(f"{address}?{beyond}#{beyond}", address)
    assert same_address(f"https://id.example/{path}", address) == (path == "token")


@given(st.text())
def test_no_text_breaks_the_comparison(htu: str) -> None:
    """P12: anything may stand in a proof."""
    assert not same_address(htu, "https://id.example/token")


def test_addresses_are_compared_as_rfc_3986_says() -> None:
    """RFC 9449 4.3, RFC 3986 6.2: case of scheme and host and the default port do not matter; all else does."""
    address = "https://id.example/token"
    for good in ("https://id.example/token", "HTTPS://ID.EXAMPLE/token", "https://id.example:443/token?x=1#y"):
        assert same_address(good, address), good
    bad = (
        "http://id.example/token",
        "https://id.example:444/token",
        "https://id.example/Token",
        "https://id.example/token/",
        "",
        "https://a@id.example/token",
        "https://id.example",
        "https://id.example:x/token",
        "token",
        None,
        7,
    )
    for other in bad:
        assert not same_address(other, address), other
