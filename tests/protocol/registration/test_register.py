"""Dynamic registration (P8)."""

from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.provider import ISSUER, Provider
from tests.drivers.registrant import APPLICATION, Registrant

# A sound RSA modulus, of 1024 bits alone.
WEAK = (
    "qlhiH6TtVDTpOQL14G2i9HJh_x9J5Ud-dUKBDTlnA3NuHp8r9xDev03xvgi-ZDLegERZcScTFtmsdIHx5kZN7ohyJRdtQpWXsgyLytX194w89DPLuz0SQqMW"
    "odAXpd-RaCI4y2XGBZX_IX_9rs5W1DbgHUVJZJR3pSZCslhFu_U"
)
PUBLIC_KEY = ECKey.generate_key("P-256").as_dict(private=False)


def test_a_client_is_made_and_told_everything(developer: Registrant) -> None:
    """RFC 7591 3.2.1, Registration 3.2: 201, id, secret and its end, where and with what to manage it; what was stored."""
    answer = developer.registers(contacts=["dev@ledger.example"], grant_types=["authorization_code", "refresh_token"])
    assert (answer.status, answer.headers["Cache-Control"]) == (201, "no-store")
    assert answer["client_secret_expires_at"] == 0
    assert len(answer["client_secret"]) == 43
    assert answer["client_id_issued_at"] == int(developer.household.clock.now().timestamp())
    assert answer["registration_client_uri"] == f"{ISSUER}/register/{answer['client_id']}"
    assert answer["registration_access_token"]
    assert {name: answer[name] for name in (*APPLICATION, "contacts", "grant_types")} == {
        **APPLICATION,
        "contacts": ["dev@ledger.example"],
        "grant_types": ["authorization_code", "refresh_token"],
    }
    assert (answer["token_endpoint_auth_method"], answer["response_types"]) == ("client_secret_basic", ["code"])
    assert (answer["brand"], answer["consent"]) == ("alphera", "required")


def test_discovery_names_the_endpoint(developer: Registrant) -> None:
    """Discovery 3, RFC 8414 2."""
    found = developer.send("GET", "/.well-known/openid-configuration")
    assert found["registration_endpoint"] == f"{ISSUER}/register"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_it_signs_in_at_once(provider: Provider, developer: Registrant, method: str) -> None:
    """RFC 7591 3.2.1: what was told is enough to sign in with, without a further step."""
    provider.add_customer()
    shop = developer.relying_party(developer.registers(token_endpoint_auth_method=method))
    browser = provider.browser()
    browser.open(shop.request(scope="openid email"))
    browser.sign_in("ana", ANA_PASSWORD)
    tokens = shop.redeem(shop.code(browser.submit(press="allow")))
    assert shop.userinfo(tokens["access_token"])["email"] == "ana@example.test"


def test_a_public_client_has_no_secret(developer: Registrant) -> None:
    """RFC 7591 3.2.1: client_secret_expires_at goes with a secret alone."""
    answer = developer.registers(token_endpoint_auth_method="none")
    assert not {"client_secret", "client_secret_expires_at"} & answer.body.keys()


def test_keys_in_place_of_a_secret(developer: Registrant) -> None:
    """RFC 7591 2: a client with keys of its own gets no secret."""
    answer = developer.registers(token_endpoint_auth_method="private_key_jwt", jwks={"keys": [PUBLIC_KEY]})
    assert (answer.status, "client_secret" in answer.body) == (201, False)
    assert answer["jwks"] == {"keys": [PUBLIC_KEY]}


def test_whoever_wants_to_follows_the_fapi_profile(provider: Provider, developer: Registrant) -> None:
    """P8, P9: it may be asked for; what was left open is told as the profile has it, and what does not fit is refused."""
    key = ECKey.generate_key("P-256", private=True, auto_kid=True)
    asked: dict[str, Any] = {"profile": "fapi2", "jwks": {"keys": [key.as_dict(private=False)]}}
    answer = developer.registers(**asked)
    told = {"profile": "fapi2", "token_endpoint_auth_method": "private_key_jwt", "id_token_signed_response_alg": "ES256"}
    settled = {"dpop_bound_access_tokens": True, "require_pushed_authorization_requests": True}
    assert (answer.status, {name: answer[name] for name in told | settled}) == (201, told | settled)
    otherwise = developer.registers(**asked | dict.fromkeys(settled, False))
    assert (otherwise.status, {name: otherwise[name] for name in settled}) == (201, settled)
    for name, value in (
        ("token_endpoint_auth_method", "client_secret_basic"),
        ("token_endpoint_auth_signing_alg", "RS256"),
        ("id_token_signed_response_alg", "RS256"),
        ("userinfo_signed_response_alg", "RS256"),
        ("introspection_signed_response_alg", "RS256"),
        ("request_object_signing_alg", "RS256"),
    ):
        refused = developer.registers(**asked, **{name: value})
        assert (refused.status, refused.error) == (400, "invalid_client_metadata"), name
        assert f"{name}: must be" in refused["error_description"], name
    names = [f"{what}_signed_response_alg" for what in ("id_token", "userinfo", "introspection")]
    salted = developer.registers(**asked, **dict.fromkeys(names, "PS256"))
    assert (salted.status, {salted[name] for name in names}) == (201, {"PS256"})
    bank = developer.relying_party(answer)
    bank.key = bank.dpop_key = key
    assert bank.push(scope="openid").status == 201


def test_names_that_nobody_knows_are_passed_over(developer: Registrant) -> None:
    """RFC 7591 2: the server MUST ignore metadata that it does not understand; null stands for nothing."""
    answer = developer.registers(**{"client_name#fr": "Livre", "x": {"y": [1]}, "tls_client_certificate": True})
    assert (answer.status, "x" in answer.body) == (201, False)
    empty = {**APPLICATION, "client_uri": None, "client_name": None}
    answer = developer.send("POST", "/register", empty, developer.token)
    assert (answer.status, answer["client_name"]) == (201, "ledger.example")


def test_without_a_token_nobody_registers(provider: Provider) -> None:
    """P8: closed by default. RFC 6750 3.1: who sent no token learns no error code in the challenge."""
    answer = Registrant(provider).registers()
    assert (answer.status, answer.error) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="register"'
    assert provider.happened("ClientRegistered") == []


@pytest.mark.parametrize("fault", ["made up", "used up", "expired", "in the address"])
def test_a_token_that_is_no_good(provider: Provider, clock: TestClock, fault: str) -> None:
    """RFC 6750 3.1, RFC 7591 3: unknown, used up, too old or sent where logs keep it."""
    developer = Registrant(provider, Registrant.a_token(provider))
    match fault:
        case "made up":
            developer.token = "x" * 43
        case "used up":
            assert developer.registers().status == 201
        case "expired":
            clock.advance(timedelta(days=7))
    if fault == "in the address":
        answer = developer.send("POST", f"/register?access_token={developer.token}", APPLICATION)
    else:
        answer = developer.registers()
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert (answer.status, answer.error) == (401, "invalid_token")


def test_what_is_refused_uses_nothing_up(provider: Provider) -> None:
    """RFC 7591 1.2: a mistake costs the developer nothing."""
    developer = Registrant(provider, Registrant.a_token(provider, uses=1))
    assert developer.registers(redirect_uris=["http://ledger.example/cb"]).status == 400
    assert developer.registers().status == 201


NOWHERE = (
    "http://ledger.example/cb",
    "https://ledger.example/cb#part",
    "https://*.ledger.example/cb",
    "https://ana:secret@ledger.example/cb",
    "javascript:alert(1)",
    "data:text/html,x",
    "//ledger.example/cb",
    "https://",
    "",
    "https://ledger.example/c b",
    "https://ledger.example/caf\u00e9",
)


def test_redirect_uris_that_nobody_is_sent_to(developer: Registrant) -> None:
    """RFC 7591 3.2.2 invalid_redirect_uri; Registration 2, RFC 9700 4.1.3, P8."""
    for uri in NOWHERE:
        answer = developer.registers(redirect_uris=["https://ledger.example/callback", uri])
        assert (answer.status, answer.error) == (400, "invalid_redirect_uri"), uri
        assert answer["error_description"].isascii(), uri
    assert provider_has_none(developer)


def test_loopback_and_an_applications_own_scheme(developer: Registrant) -> None:
    """RFC 8252 7.1, 7.3: for applications on a device; a scheme is a domain backwards, and carries no more than others."""
    uris = ["http://127.0.0.1/cb", "http://[::1]/cb", "com.example.ledger:/cb"]
    answer = developer.registers(application_type="native", redirect_uris=uris, token_endpoint_auth_method="none")
    assert (answer.status, answer.body.get("redirect_uris")) == (201, uris)
    for uri in ("ledger:/cb", "javascript:alert(1)", "com.example.ledger:/cb#part", "com.example.ledger://ana:secret@host/cb"):
        refused = developer.registers(application_type="native", redirect_uris=[uri], token_endpoint_auth_method="none")
        assert (refused.status, refused.error) == (400, "invalid_redirect_uri"), uri


def test_its_pages_for_signing_in_and_out_are_kept(developer: Registrant) -> None:
    """Front-Channel Logout 2, Back-Channel Logout 2.2, Registration 2: what was registered is echoed."""
    pages = {
        "frontchannel_logout_uri": "https://LEDGER.example:443/front?tenant=7",
        "frontchannel_logout_session_required": True,
        "backchannel_logout_session_required": True,
        "initiate_login_uri": "https://start.ledger.example/",
    }
    answer = developer.registers(**pages)
    assert (answer.status, {name: answer.body[name] for name in pages}) == (201, pages)


WRONG: tuple[dict[str, Any], ...] = (
    {"redirect_uris": None},
    {"redirect_uris": "https://ledger.example/callback"},
    {"redirect_uris": [7]},
    {"redirect_uris": [f"https://ledger.example/{n}" for n in range(33)]},
    {"id_token_signed_response_alg": "none"},
    {"id_token_signed_response_alg": "HS256"},
    {"userinfo_signed_response_alg": "none"},
    {"token_endpoint_auth_signing_alg": "none"},
    {"token_endpoint_auth_method": "tls_client_auth"},
    {"token_endpoint_auth_method": "private_key_jwt"},
    {"grant_types": ["implicit"]},
    {"grant_types": ["password"]},
    {"response_types": ["code token"]},
    {"response_types": ["id_token"]},
    {"subject_type": "ephemeral"},
    {"application_type": "desktop"},
    {"jwks": {"keys": [PUBLIC_KEY]}, "jwks_uri": "https://ledger.example/jwks"},
    {"jwks_uri": "http://ledger.example/jwks"},
    {"jwks": {"keys": [ECKey.generate_key("P-256").as_dict(private=True)]}},
    {"jwks": {"keys": [{"kty": "RSA", "e": "AQAB", "n": "_" * 171}]}},
    {"jwks": {"keys": [{"kty": "RSA", "e": "AQAB", "n": WEAK}]}},
    {"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}},
    {"token_endpoint_auth_signing_alg": "EdDSA", "jwks": {"keys": [PUBLIC_KEY]}},
    {"request_object_signing_alg": "RS256", "jwks": {"keys": [PUBLIC_KEY]}},
    {"jwks": {"keys": []}},
    {"jwks": {"keys": "many"}},
    {"jwks": []},
    {"default_max_age": -1},
    {"default_max_age": "soon"},
    {"client_name": ""},
    {"client_name": "x" * 121},
    {"client_name": ["Ledger"]},
    {"client_uri": "javascript:alert(1)"},
    {"logo_uri": "http://ledger.example/logo.png"},
    {"scope": "openid  email"},
    {"scope": 'openid "email'},
    {"profile": "fapi3"},
    # Front-Channel Logout 2: https, where a redirect URI is, without a fragment.
    {"frontchannel_logout_uri": "http://ledger.example/front"},
    {"frontchannel_logout_uri": "https://ledger.example:8443/front"},
    {"frontchannel_logout_uri": "https://www.ledger.example/front"},
    {"frontchannel_logout_uri": "https://ledger.example/front#part"},
    {"frontchannel_logout_uri": "https://ledger.example;script-src%20*/front"},
    {"frontchannel_logout_uri": "com.example.ledger:/front"},
    {"frontchannel_logout_session_required": "sometimes"},
    # Registration 2: https, on loopback too.
    {"initiate_login_uri": "http://ledger.example/start"},
    {"initiate_login_uri": "http://localhost/start"},
    {"initiate_login_uri": "javascript:alert(1)"},
)


def test_metadata_that_cannot_be(developer: Registrant) -> None:
    """RFC 7591 3.2.2: invalid_client_metadata (of redirect_uris: invalid_redirect_uri), in words, and nothing is stored."""
    for metadata in WRONG:
        answer = developer.registers(**metadata)
        expected = "invalid_redirect_uri" if "redirect_uris" in metadata else "invalid_client_metadata"
        assert (answer.status, answer.error) == (400, expected), metadata
        assert next(iter(metadata)) in answer["error_description"] or "jwks" in answer["error_description"], metadata
    assert provider_has_none(developer)


NOT_THEIRS: tuple[dict[str, Any], ...] = (
    {"consent": "implied"},
    {"consent": "required"},
    {"brand": "stellantis"},
    {"brand": "alphera"},
    {"scope": "openid admin:clients"},
    {"scope": "openid admin:subjects:read"},
    {"scope": "openid payments:write"},
    {"owns": ["http://localhost:9001/api"]},
    {"resources": ["http://localhost:9000/admin/v1"]},
    {"secret_digests": ["0" * 64]},
    {"require_pkce": False},
    {"access_token_format": "opaque"},
    {"refresh_token_idle_lifetime": 3600},
)


def test_what_only_an_administrator_may_set(developer: Registrant) -> None:
    """P8: implied consent, brand, staff's scopes, other people's APIs are nobody's to take."""
    for metadata in NOT_THEIRS:
        answer = developer.registers(**metadata)
        assert (answer.status, answer.error) == (400, "invalid_client_metadata"), metadata
    assert provider_has_none(developer)


def provider_has_none(developer: Registrant) -> bool:
    """Nothing was registered."""
    house = developer.household.house
    with house.ground.database.reading() as db:
        return house.parties.clients.all(db) == []


def test_the_id_is_the_providers_to_give(developer: Registrant) -> None:
    """RFC 7591 3.2.1: client_id and secret are issued, not chosen."""
    answer = developer.registers(client_id="stellantis-portal", client_secret="mine")
    assert answer.status == 201
    assert answer["client_id"] != "stellantis-portal"
    assert answer["client_secret"] != "mine"


def test_pkce_is_waived_where_the_token_says_so(provider: Provider) -> None:
    """P2: an initial access token may let confidential clients do without PKCE; never public ones, nor those of `fapi2`."""
    developer = Registrant(provider, Registrant.a_token(provider, uses=4, pkce_optional=True))
    assert developer.registers()["require_pkce"] is False
    assert developer.registers(require_pkce=True)["require_pkce"] is True
    assert developer.registers(token_endpoint_auth_method="none")["require_pkce"] is True
    bank: dict[str, Any] = {"profile": "fapi2", "jwks": {"keys": [PUBLIC_KEY]}}
    assert "require_pkce: must be true" in developer.registers(**bank, require_pkce=False)["error_description"]
    assert developer.registers(**bank)["require_pkce"] is True
