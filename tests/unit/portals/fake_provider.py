"""A small identity provider for the portals' tests: it signs whatever a test wants signed."""

import base64
import hashlib
import json
import secrets
import threading
import time
from typing import Any
from urllib.parse import urlencode

import requests
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

RSA = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class FakeProvider:
    """One issuer at `issuer`. Set the fields to make it behave badly."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self.rsa = RSA
        self.customer_number: str | None = "ST-204118"
        self.sub = "sub-of-ana"
        self.sid = "sid-1"
        self.claims: dict[str, Any] = {
            "name": "Ana Ferreira",
            "email": "ana@example.test",
            "email_verified": True,
            "phone_number": "+44 1632 960011",
            "address": {"street_address": "14 Mill Lane", "locality": "Bath", "postal_code": "BA1 5LR"},
        }
        self.answer_with: dict[str, str] = {}
        self.id_token_changes: dict[str, Any] = {}
        self.id_token_key: Any = None
        self.acr = "pwd"
        self.steps_up = True
        self.auth_time = 0
        self.token_life = 600
        self.token_delay = 0.0
        self.token_status: int | None = None
        self.refuse_refresh = False
        self.active = True
        self.introspection_status: int | None = None
        self.introspections: list[dict[str, str]] = []
        self.requests: list[dict[str, str]] = []
        self.token_calls: list[dict[str, str]] = []
        self.jwks_calls = 0
        self.levels = ["pwd", "mfa"]
        self.lock = threading.Lock()

    def access_token(self, audience: str, typ: str = "at+jwt", key: Any = None, **changes: Any) -> str:
        """Return an RFC 9068 access token; None among `changes` leaves a claim out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": audience,
            "client_id": "stellantis-portal",
            "sub": self.sub,
            "scope": "openid profile accounts",
            "jti": secrets.token_hex(8),
            "iat": now,
            "exp": now + 600,
            "customer_number": self.customer_number,
        }
        return self.signed(typ, claims | changes, key)

    def logout_token(self, client_id: str, typ: str = "logout+jwt", key: Any = None, **changes: Any) -> str:
        """Return a logout token; None among `changes` leaves a claim out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": client_id,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "sub": self.sub,
            "sid": self.sid,
            "events": {EVENT: {}},
        }
        return self.signed(typ, claims | changes, key)

    def signed(self, typ: str, claims: dict[str, Any], key: Any = None) -> str:
        key = key or self.key
        header = {"alg": key.get("alg"), "typ": typ, "kid": key.kid}
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, kept, key, algorithms=["ES256", "RS256"])

    def app(self) -> Flask:
        app = Flask("fake_provider")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._discovery)
        app.add_url_rule("/jwks", view_func=self._jwks)
        app.add_url_rule("/authorize", view_func=self._authorize)
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        app.add_url_rule("/userinfo", view_func=self._userinfo)
        app.add_url_rule("/introspect", view_func=self._introspect, methods=["POST"])
        app.add_url_rule("/logout", view_func=self._logout)
        return app

    def _discovery(self) -> Response:
        paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo", "end_session": "logout"}
        return jsonify(
            issuer=self.issuer,
            jwks_uri=f"{self.issuer}/jwks",
            introspection_endpoint=f"{self.issuer}/introspect",
            id_token_signing_alg_values_supported=["RS256", "ES256"],
            acr_values_supported=self.levels,
            **{f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in paths.items()},
        )

    def _jwks(self) -> Response:
        self.jwks_calls += 1
        return jsonify(KeySet([self.rsa, self.key]).as_dict(private=False))

    def _authorize(self) -> Any:
        asked = request.args.to_dict()
        self.requests.append(asked)
        answer = {"code": f"code-{len(self.requests)}", "state": asked["state"], "iss": self.issuer} | self.answer_with
        return redirect(f"{asked['redirect_uri']}?{urlencode({k: v for k, v in answer.items() if v})}", 303)

    def _token(self) -> Any:
        form = request.form.to_dict()
        with self.lock:
            self.token_calls.append(form)
        time.sleep(self.token_delay)
        if self.token_status is not None:
            return Response(status=self.token_status)
        claims = jwt.decode(form["client_assertion"], self._client_keys(), algorithms=["ES256"]).claims
        if claims["aud"] != self.issuer or claims["exp"] - claims["iat"] > 300:
            return jsonify(error="invalid_client"), 401
        audience = self.requests[-1]["redirect_uri"].replace("/callback", "/api")
        if form["grant_type"] == "authorization_code":
            self._sign_in(self.requests[int(form["code"].removeprefix("code-")) - 1])
        access = self.access_token(audience, client_id=claims["sub"], acr=self.acr, auth_time=self.auth_time)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": self.token_life}
        if form["grant_type"] == "refresh_token":
            if self.refuse_refresh:
                return jsonify(error="invalid_grant"), 400
            return jsonify(answer | {"refresh_token": f"refresh-{len(self.token_calls)}"})
        asked = self.requests[int(form["code"].removeprefix("code-")) - 1]
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        assert asked["code_challenge_method"] == "S256"
        assert asked["code_challenge"] == challenge.decode()
        id_token = self._id_token(asked, claims["sub"])
        return jsonify(answer | {"refresh_token": "refresh-0", "id_token": id_token})

    def _sign_in(self, asked: dict[str, str]) -> None:
        self.auth_time = int(time.time())
        if self.steps_up and "acr_values" in asked:
            self.acr = asked["acr_values"]

    def _client_keys(self) -> KeySet:
        portal = self.requests[-1]["redirect_uri"].removesuffix("/callback")
        return KeySet.import_key_set(requests.get(f"{portal}/.well-known/jwks.json", timeout=5).json())

    def _id_token(self, asked: dict[str, str], client_id: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": client_id,
            "sub": self.sub,
            "sid": self.sid,
            "iat": now,
            "exp": now + 600,
            "nonce": asked["nonce"],
        }
        return self.signed("JWT", claims | self.id_token_changes, self.id_token_key)

    def _userinfo(self) -> Any:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        payload = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        return jsonify({"sub": payload["sub"]} | self.claims)

    def _introspect(self) -> Any:
        if self.introspection_status is not None:
            return Response(status=self.introspection_status)
        form = request.form.to_dict()
        self.introspections.append(form)
        head, body, _ = form["client_assertion"].split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == "ES256"
        assert claims["aud"] == self.issuer
        assert claims["iss"] == claims["sub"]
        return jsonify(active=self.active)

    def _logout(self) -> Any:
        asked = request.args
        return redirect(f"{asked['post_logout_redirect_uri']}?{urlencode({'state': asked['state']})}", 303)
