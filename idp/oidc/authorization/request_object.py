"""Request objects (RFC 9101, Core 6): the parameters of a request as its client signed them, by value or by reference."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from joserfc.util import urlsafe_b64decode

from idp.clients.client import Client
from idp.clients.keys import ClientKeys
from idp.clients.profiles import PROFILES, Profile
from idp.core.clock import Clock
from idp.core.errors import OAuthError
from idp.oidc.authorization.object_claims import check_parties, check_times, parameters_of, unreadable
from idp.oidc.authorization.request import ONCE, AuthorizationRequest, read_request
from idp.oidc.authorization.request_file import RequestFiles, without_mark
from idp.oidc.tokens.jose import is_signed_by, peek
from idp.web.json_body import Unreadable, object_of

BY_VALUE, BY_REFERENCE = "value", "reference"
# RFC 9101 10.8: what names another kind of token is one. Many libraries write `JWT` whatever it is.
TYPES = frozenset({"oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "jwt"})


@dataclass(frozen=True, slots=True)
class RequestObjects:
    """Reads what clients signed."""

    issuer: str
    keys: ClientKeys
    files: RequestFiles
    clock: Clock

    def resolve(self, client: Client, request: AuthorizationRequest, *, alone: bool = False) -> AuthorizationRequest:
        """What the object of a request says; the request itself where it brings none.

        What stands beside the object counts where the object is silent, if the client's profile says so (Core 6.1), and not
        where the client must sign, or where it must stand `alone`. Raises `OAuthError`.
        """
        if request.repeated & {"request", "request_uri"} or (request.request is None and request.request_uri is None):
            return request
        if request.request is not None and request.request_uri is not None:
            raise OAuthError("invalid_request", "request and request_uri must not be sent together")
        profile = PROFILES[client.profile]
        how, token = self._object(client, request)
        claims = self._signed(client, profile, how, token)
        check_parties(claims, client.id, self.issuer, strict=profile.request_object_life is not None)
        check_times(claims, self.clock.now().timestamp(), profile.request_object_life)
        parameters = parameters_of(claims)
        inner = replace(read_request(parameters), signed=how)
        if not alone and profile.merges_request_objects and not client.signed_only:
            said = {name: getattr(inner, name) for name in (*ONCE, "resource") if getattr(inner, name)}
            return replace(request, **({"request": None, "request_uri": None, "signed": how} | said))
        if inner.client_id is None:
            raise unreadable("client_id is missing in the request object")
        return inner

    def _object(self, client: Client, request: AuthorizationRequest) -> tuple[str, str]:
        if request.request is not None:
            return BY_VALUE, request.request
        uri = request.request_uri or ""
        if without_mark(uri) not in map(without_mark, client.request_uris):
            raise OAuthError("invalid_request_uri", "request_uri is not one of the client's")
        return BY_REFERENCE, self.files.fetch(client.id, uri)

    def _signed(self, client: Client, profile: Profile, how: str, token: str) -> Mapping[str, Any]:
        # An unsigned one ends in a dot: that is told apart from what cannot be read.
        found = peek(f"{token}AA" if token.endswith(".") else token)
        if found is None:
            raise unreadable("The request object is not a signed JWT that can be read")
        alg = found.text("alg") or ""
        if alg == "none":
            code = "request_not_supported" if how == BY_VALUE else "request_uri_not_supported"
            raise OAuthError(code, "Request objects must be signed")
        if str(found.header.get("typ", "jwt")).lower() not in TYPES or "crit" in found.header:
            raise unreadable("The header of the request object names another kind of token")
        allowed = profile.request_object_algs if client.request_object_alg is None else (client.request_object_alg,)
        if alg not in allowed or alg not in profile.request_object_algs:
            raise unreadable("The request object is signed by another algorithm than it may be")
        keys = self.keys.find(client, found.text("kid"), alg)
        if not any(is_signed_by(token, found, key, alg) for key in keys):
            raise unreadable("The request object is not signed with a key of the client")
        return _strictly(token)


def _strictly(token: str) -> Mapping[str, Any]:
    # Read anew: each name once, bounded in depth, storable everywhere (P12).
    try:
        return object_of(urlsafe_b64decode(token.split(".")[1].encode()))
    except Unreadable as error:
        raise unreadable("The request object holds JSON that cannot be kept") from error
