"""A token that the provider bound to a key, at an account API as the portals guard it (RFC 9449)."""

from pathlib import Path
from urllib.parse import urlsplit

from authlib.integrations.flask_oauth2 import current_token
from flask import Flask, jsonify
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from portals.account_api.bearer import AccessTokenValidator, BoundTokenValidator, Guard
from portals.account_api.proof import Proofs
from portals.account_api.spent import SCHEMA, Spent
from portals.issuer_keys import IssuerKeys
from portals.store import Store
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty, ath, dpop_proof

BASE = "http://localhost:9001"
KEY = ECKey.generate_key("P-256", private=True)


def an_api(shop: RelyingParty, clock: TestClock, store: Store) -> Flask:
    """An API of the brand's, whose keys of the issuer are those that it publishes."""
    keys = IssuerKeys(shop.issuer, lambda url: shop.raw("GET", urlsplit(url).path).body, clock.now)
    proofs = Proofs(Spent(store), clock.now, None)
    tokens = (shop.issuer, f"{BASE}/api", keys, clock.now)
    guard, app = Guard(AccessTokenValidator(*tokens), BoundTokenValidator(*tokens, proofs, BASE)), Flask("api")

    @app.get("/api/agreements")
    @guard.requires("accounts")
    def agreements() -> object:
        return jsonify({"of": current_token.customer_number})

    return app


def test_the_account_api_serves_whoever_holds_the_key(
    provider: Provider, browser: Browser, clock: TestClock, tmp_path: Path
) -> None:
    """P9: from PAR by the code to the API the same key; the token alone opens nothing, and each proof serves once."""
    provider.add_customer(numbers={"stellantis": "ST-204118"})
    jwks = {"keys": [KEY.as_dict(private=False) | {"kid": KEY.thumbprint()}]}
    rules = {"profile": "fapi2", "jwks": jwks, "scope": "openid accounts", "resources": [f"{BASE}/api"]}
    shop = provider.add_client("shop", brand="stellantis", consent="implied", **rules)
    shop.key = shop.dpop_key = ECKey.import_key(KEY.as_dict(private=True) | {"kid": KEY.thumbprint()})
    browser.open(shop.pushed_request(scope="openid accounts"))
    token = shop.redeem(shop.code(browser.sign_in("ana", ANA_PASSWORD)))["access_token"]
    store = Store(tmp_path / "api.sqlite", SCHEMA)
    app = an_api(shop, clock, store)

    def ask(scheme: str, **proof: str) -> TestResponse:
        headers = {"Authorization": f"{scheme} {token}", **proof}
        return app.test_client().get("/api/agreements?all=1", base_url=BASE, headers=headers)

    made = int(clock.now().timestamp())
    proof = dpop_proof(KEY, htm="GET", htu=f"{BASE}/api/agreements", iat=made, ath=ath(token))
    assert ask("DPoP", DPoP=proof).json == {"of": "ST-204118"}
    for refused in (ask("DPoP", DPoP=proof), ask("DPoP"), ask("Bearer"), ask("Bearer", DPoP=proof)):
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"].startswith("DPoP ")
    store.close()
