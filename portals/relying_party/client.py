"""Authlib's Flask client, held to what this portal registered: ES256 everywhere, one issuer, a bound on every call."""

import json
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from requests import HTTPError, RequestException

from portals.client_assertion import ClientAssertion
from portals.clock import Clock
from portals.keys import ALGORITHM
from portals.language import _, current_language
from portals.relying_party.sessions import SignedIn, Tokens
from portals.settings import PortalSettings

SCOPES = "openid profile email address phone accounts"
# The language of who signs in is wanted before any of their details are fetched (OIDC Core 5.5).
CLAIMS = json.dumps({"id_token": {"locale": None}})
LEEWAY = 30


class ProviderUnreachable(Exception):
    """The provider did not answer, or answered that it cannot serve right now."""


class ProviderRefused(Exception):
    """The provider answered, and the answer is no or fails a check. `code` is an OAuth error code for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PinnedClient(FlaskOAuth2App):  # type: ignore[misc]
    """Authlib's client with the two checks that discovery needs."""

    issuer = ""

    def load_server_metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = super().load_server_metadata()
        # OIDC Discovery 4.3: a document that names another issuer would lend that issuer our trust.
        if metadata.get("issuer") != self.issuer:
            metadata.pop("_loaded_at", None)
            raise ProviderRefused("issuer_mismatch")
        # Authlib accepts every algorithm the provider offers to anybody; this client registered one.
        metadata["id_token_signing_alg_values_supported"] = [ALGORITHM]
        return metadata


class Provider:
    """The identity provider as this relying party sees it."""

    def __init__(self, app: Flask, settings: PortalSettings, key: ECKey, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._client: PinnedClient = OAuth(app).register(
            "provider",
            client_cls=PinnedClient,
            client_id=settings.client_id,
            client_secret=key,
            server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
            client_auth_methods=[ClientAssertion(token_endpoint=settings.issuer)],
            client_kwargs={
                "scope": SCOPES,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": ClientAssertion.name,
                "default_timeout": settings.timeout,
            },
        )
        self._client.issuer = settings.issuer

    def can_prove(self, level: str) -> bool:
        """Return whether the provider says that it can authenticate at `level` (an `acr`); False while it cannot be asked."""
        try:
            with _Translated():
                return level in (self._client.load_server_metadata().get("acr_values_supported") or ())
        except (ProviderRefused, ProviderUnreachable):
            return False

    def authorization_request(self, **asked: str) -> dict[str, str]:
        """Return `url`, `state`, `nonce` and `code_verifier` of a new request. Raises ProviderUnreachable.

        `asked` are further parameters, such as the `acr_values` and `max_age` of a resource's challenge (RFC 9470 4). The
        provider is asked to speak the language that is being read here (OIDC Core 3.1.2.1).
        """
        with _Translated():
            back = f"{self._settings.base_url}/callback"
            made: dict[str, str] = self._client.create_authorization_url(
                back, claims=CLAIMS, ui_locales=current_language(), **asked
            )
        return made

    def redeem(self, code: str, parked: dict[str, str]) -> SignedIn:
        """Exchange `code` and validate the ID token (OIDC Core 3.1.3.7). Raises ProviderUnreachable, ProviderRefused."""
        with _Translated():
            answer = self._client.fetch_access_token(
                code=code,
                redirect_uri=f"{self._settings.base_url}/callback",
                code_verifier=parked["code_verifier"],
            )
            claims = self._identity(answer, parked["nonce"])
            name = self._name(answer["access_token"], claims["sub"])
            return SignedIn(
                sub=claims["sub"],
                sid=claims.get("sid"),
                name=name,
                id_token=answer["id_token"],
                tokens=self._tokens(answer, None),
            )

    def refresh(self, refresh_token: str) -> Tokens:
        """Exchange a refresh token. Raises ProviderUnreachable, ProviderRefused."""
        with _Translated():
            metadata = self._client.load_server_metadata()
            with self._client._get_oauth_client(**metadata) as session:
                answer = session.refresh_token(metadata["token_endpoint"], refresh_token=refresh_token)
            return self._tokens(answer, refresh_token)

    def userinfo(self, access_token: str, sub: str) -> dict[str, Any]:
        """Return the customer's claims. Raises ProviderUnreachable, ProviderRefused."""
        with _Translated():
            # Without expires_at Authlib leaves refreshing to us, where only one request at a time does it.
            token = {"access_token": access_token, "token_type": "Bearer"}
            claims: dict[str, Any] = dict(self._client.userinfo(token=token))
        # OIDC Core 5.3.2: an answer about somebody else must not be shown.
        if claims.get("sub") != sub:
            raise ProviderRefused("userinfo_of_another_sub")
        return claims

    def logout_url(self, id_token: str, state: str) -> str:
        """Return the address of RP-initiated logout. Raises ProviderUnreachable."""
        with _Translated():
            made = self._client.create_logout_url(
                post_logout_redirect_uri=f"{self._settings.base_url}/signed-out",
                id_token_hint=id_token,
                state=state,
                client_id=self._settings.client_id,
            )
        return str(made["url"])

    def _identity(self, answer: dict[str, Any], nonce: str) -> dict[str, Any]:
        settings = self._settings
        if not isinstance(answer.get("id_token"), str) or str(answer.get("token_type")).lower() != "bearer":
            raise ProviderRefused("incomplete_token_answer")
        claims: dict[str, Any] = self._client.parse_id_token(
            answer,
            nonce=nonce,
            claims_options={
                "iss": {"essential": True, "value": settings.issuer},
                "aud": {"essential": True, "value": settings.client_id},
                "sub": {"essential": True},
                "exp": {"essential": True},
                "iat": {"essential": True},
            },
            leeway=LEEWAY,
        )
        if not isinstance(claims.get("sid"), str | None):
            raise ProviderRefused("sid_is_no_text")
        return claims

    def _name(self, access_token: str, sub: str) -> str:
        claims = self.userinfo(access_token, sub)
        name = claims.get("name") or claims.get("given_name") or claims.get("preferred_username")
        return name if isinstance(name, str) else _("Your account")

    def _tokens(self, answer: dict[str, Any], previous_refresh: str | None) -> Tokens:
        access, life = answer.get("access_token"), answer.get("expires_in", 0)
        if not isinstance(access, str) or not isinstance(life, int | float):
            raise ProviderRefused("incomplete_token_answer")
        return Tokens(
            access_token=access,
            refresh_token=answer.get("refresh_token") or previous_refresh,
            expires_at=self._clock().timestamp() + life,
        )


class _Translated:
    """Turns what Authlib, requests and joserfc raise into the two outcomes a page can show."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        match error:
            case None | ProviderRefused() | ProviderUnreachable():
                return
            case HTTPError() if error.response is not None and error.response.status_code < 500:
                raise ProviderRefused(f"http_{error.response.status_code}") from error
            case AuthlibBaseError() if error.error not in ("temporarily_unavailable", "server_error"):
                raise ProviderRefused(str(error.error)) from error
            case AuthlibBaseError() | RequestException():
                raise ProviderUnreachable from error
            case JoseError():
                raise ProviderRefused(error.error) from error
            case ValueError() | KeyError() | TypeError():
                # A body that is no JSON, a key set without keys: the answer is not one of this provider.
                raise ProviderRefused("unreadable_answer") from error
