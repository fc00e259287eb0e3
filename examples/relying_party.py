"""A complete relying party: sign in, show who it is, sign out. Its settings: ISSUER, CLIENT_ID, CLIENT_SECRET, PORT."""

import os
from urllib.parse import urlencode

from authlib.integrations.flask_client import OAuth
from flask import Flask, abort, redirect, request, session

ISSUER = os.environ.get("ISSUER", "http://localhost:9000")
HOME = f"http://localhost:{os.environ.get('PORT', '9100')}"
app = Flask(__name__)
# Cookies ignore ports: every application on localhost needs a cookie name of its own.
app.config.update(SECRET_KEY=os.urandom(32), SESSION_COOKIE_NAME="example", SESSION_COOKIE_SAMESITE="Lax")
provider = OAuth(app).register(
    "provider",
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_id=os.environ.get("CLIENT_ID", "example-application"),
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


@app.get("/")
def home():
    if "name" not in session:
        return '<a href="/login">Sign in</a>'
    return app.jinja_env.from_string('Hello {{ name }}. <a href="/logout">Sign out</a>').render(name=session["name"])


@app.get("/login")
def login():
    return provider.authorize_redirect(f"{HOME}/callback")


@app.get("/callback")
def callback():
    if "error" in request.args:
        return redirect(HOME)
    token = provider.authorize_access_token()  # checks state, nonce, issuer, audience, signature and expiry
    claims = provider.userinfo(token=token)
    if claims["sub"] != token["userinfo"]["sub"]:  # OpenID Connect Core 5.3.2: an answer about somebody else
        abort(502)
    session.update(name=claims.get("name", claims["sub"]), id_token=token["id_token"])
    return redirect(HOME)


@app.get("/logout")
def logout():
    end = {"id_token_hint": session.pop("id_token", ""), "post_logout_redirect_uri": f"{HOME}/"}
    session.clear()
    return redirect(f"{provider.load_server_metadata()['end_session_endpoint']}?{urlencode(end)}")


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "9100")))
