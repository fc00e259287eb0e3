"""Asks the issuer whether a token still counts, where waiting for its end would be too long (RFC 7662)."""

from authlib.integrations.requests_client import OAuth2Session
from joserfc.jwk import ECKey
from requests import RequestException

from portals.client_assertion import ClientAssertion
from portals.issuer_keys import FetchJson
from portals.settings import PortalSettings


class IntrospectionUnavailable(Exception):
    """The issuer could not be asked."""


class Introspector:
    """The account API as a client of the issuer, with a key of its own."""

    def __init__(self, settings: PortalSettings, key: ECKey, fetch: FetchJson) -> None:
        self._settings = settings
        self._key = key
        self._fetch = fetch

    def is_active(self, token: str) -> bool:
        """Return whether `token` counts now. Raises IntrospectionUnavailable: without an answer nothing is shown."""
        try:
            metadata = self._fetch(f"{self._settings.issuer}/.well-known/openid-configuration")
            with self._client() as client:
                answer = client.introspect_token(
                    metadata["introspection_endpoint"], token=token, token_type_hint="access_token"
                )
            answer.raise_for_status()
            return bool(answer.json()["active"] is True)
        except (RequestException, ValueError, KeyError, TypeError) as failure:
            raise IntrospectionUnavailable from failure

    def _client(self) -> OAuth2Session:
        client = OAuth2Session(
            client_id=self._settings.api_client_id,
            client_secret=self._key,
            token_endpoint_auth_method=ClientAssertion.name,
            revocation_endpoint_auth_method=ClientAssertion.name,
            default_timeout=self._settings.timeout,
        )
        client.register_client_auth_method(ClientAssertion(token_endpoint=self._settings.issuer))
        return client
