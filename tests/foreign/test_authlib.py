"""Authlib's client, in an application on Flask."""

from typing import Any
from urllib.parse import urlencode

import pytest
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth, OAuthError
from flask import Flask

from tests.drivers.stack import Stack
from tests.foreign.customer import goes

HOME = "https://ledger.example"


def an_application(stack: Stack) -> tuple[Flask, FlaskOAuth2App]:
    """Registered by hand, with a secret; its page `/callback` gives what the code was good for."""
    shop = stack.add_client("ledger", redirect_uris=[f"{HOME}/callback"], post_logout_redirect_uris=[f"{HOME}/goodbye"])
    app = Flask(__name__)
    app.config.update(SECRET_KEY="of the application")
    provider = OAuth(app).register(
        "provider",
        server_metadata_url=f"{stack.issuer}/.well-known/openid-configuration",
        client_id=shop.client_id,
        client_secret=shop.secret,
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
    )
    app.add_url_rule("/login", "login", lambda: provider.authorize_redirect(f"{HOME}/callback"))
    app.add_url_rule("/callback", "callback", provider.authorize_access_token)
    return app, provider


def test_it_signs_in_refreshes_and_signs_out(stack: Stack) -> None:
    """Core 3.1.2, 3.1.3.7, 5.3, 12; RP-Initiated Logout 2: as Authlib understands them."""
    app, provider = an_application(stack)
    own, browser = app.test_client(), stack.browser()
    callback = goes(browser, own.get("/login").headers["Location"])
    token: dict[str, Any] = own.get(callback.removeprefix(HOME)).json  # checks state, nonce, issuer, signature and expiry
    assert token["userinfo"]["iss"] == stack.issuer

    with app.app_context():
        renewed = provider.fetch_access_token(grant_type="refresh_token", refresh_token=token["refresh_token"])
        assert renewed["refresh_token"] != token["refresh_token"]
        person = provider.userinfo(token=renewed)
        assert (person["sub"], person["name"]) == (token["userinfo"]["sub"], "Ana Ferreira")

        end = {"id_token_hint": token["id_token"], "post_logout_redirect_uri": f"{HOME}/goodbye", "state": "bye"}
        address = f"{provider.load_server_metadata()['end_session_endpoint']}?{urlencode(end)}"
        assert goes(browser, address) == f"{HOME}/goodbye?state=bye"
        with pytest.raises(OAuthError, match="invalid_grant"):
            provider.fetch_access_token(grant_type="refresh_token", refresh_token=renewed["refresh_token"])
