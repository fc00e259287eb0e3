"""How a request arrives: its parameters as they were sent, left here before, or signed by the client; then its address."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from idp.clients.client import Client
from idp.clients.registry import Clients
from idp.core.errors import OAuthError, Refused
from idp.oidc.authorization.pushed import PushedRequests
from idp.oidc.authorization.request import AuthorizationRequest, MatchedRequest, match_redirect_uri
from idp.oidc.authorization.request_object import RequestObjects
from idp.oidc.refusals.facts import of_request


@dataclass(frozen=True, slots=True)
class Unread:
    """A request whose object is no good: `request` is what stands beside it, with the address that may be told the `error`."""

    request: MatchedRequest
    error: OAuthError


@dataclass(frozen=True, slots=True)
class Requests:
    """Finds what a request asks, and where its answer may go."""

    clients: Clients
    pushed: PushedRequests
    objects: RequestObjects

    def read(self, request: AuthorizationRequest) -> MatchedRequest | Unread:
        """What is meant by a request that a browser brought. Raises `Refused`, for a page of ours."""
        with _about(request):
            meant = self.pushed.resolve(request)
        client = self._client(meant)
        if client.pushed_only and meant.pushed is None:
            return self.match(meant)  # refused in a moment: nothing is fetched for it, and no signature tried
        try:
            meant = self.objects.resolve(client, meant)
        except OAuthError as error:
            return Unread(self._beside(meant, error), error)
        return self.match(meant)

    def match(self, request: AuthorizationRequest) -> MatchedRequest:
        """The request with the address its answer may go to. Raises `Refused`, for a page of ours."""
        client = self._client(request)
        with _about(request):
            return match_redirect_uri(client, request)

    def _beside(self, request: AuthorizationRequest, error: OAuthError) -> MatchedRequest:
        try:
            return self.match(request)
        except Refused as unmatched:
            # What is wrong is the object, not that the address may stand in it alone.
            raise Refused("bad_request", because=error.because or error.public).about(of_request(request)) from unmatched

    def _client(self, request: AuthorizationRequest) -> Client:
        with _about(request):
            return self._found(request.client_id)

    def _found(self, client_id: str | None) -> Client:
        if client_id is None:
            raise Refused("unknown_client", because="client_id is missing")
        client = self.clients.find(client_id)
        if client is None:
            raise Refused("unknown_client", because="client_id is unknown")
        if client.disabled:
            raise Refused("unknown_client", because="the client is disabled")
        return client


@contextmanager
def _about(request: AuthorizationRequest) -> Iterator[None]:
    try:
        yield
    except Refused as error:
        error.about(of_request(request))
        raise
