"""The pushed authorization request endpoint (RFC 9126 2)."""

from dataclasses import dataclass, replace

from idp.clients.client import Client
from idp.core.errors import OAuthError, Refused
from idp.core.throttle import Quota
from idp.oidc.authorization.parameters import Parameters
from idp.oidc.authorization.request import AuthorizationRequest, read_request
from idp.oidc.authorization.service import Authorization
from idp.oidc.client_auth import ClientAuthenticator, Presented
from idp.oidc.dpop import Proofs
from idp.oidc.endpoints.protocol import answering
from idp.oidc.form import ProtocolForm
from idp.web.call import Answer, Call, json_answer
from idp.web.direct import DirectRoute
from idp.web.routes import Cors, Guard

# What a request is called while it is judged: the handle is made for one that is in order.
ARRIVING = "arriving"


@dataclass(frozen=True, slots=True)
class PushedAuthorization:
    """POST /par: clients authenticate as at the token endpoint.

    `of_source` limits what one source leaves without a credential, `of_client` what one client leaves that proved itself.
    """

    address: str
    authenticator: ClientAuthenticator
    authorization: Authorization
    proofs: Proofs
    of_source: Quota
    of_client: Quota

    def routes(self) -> tuple[DirectRoute, ...]:
        """One address, for clients and for browsers at their origins."""
        return (DirectRoute("/par", self.push, ("POST",), Guard.PROTOCOL, Cors.CLIENTS),)

    def push(self, call: Call) -> Answer:
        """Where the request waits, once it is in order; one that is not leaves nothing behind."""
        return answering(call, self.address, self._push)

    def _push(self, presented: Presented) -> Answer:
        client = self.authenticator.authenticate(presented, public=True)
        # The name of a public client is no credential: counted by it, anybody could shut its customers out.
        if client.public:
            self.of_source.use()
        else:
            self.of_client.use(client.id)
        shown = self.proofs.thumbprint(presented.proof, "POST", presented.endpoint)
        request = self._checked(client, presented.form, shown)
        kept = self.authorization.requests.pushed.keep(replace(request, pushed=None))
        self.authenticator.settle()
        waits = {"request_uri": kept.request_uri, "expires_in": int(kept.lifetime.total_seconds())}
        return json_answer(waits, 201, self.proofs.headers())

    def _checked(self, client: Client, form: ProtocolForm, shown: str | None) -> AuthorizationRequest:
        if form.get("request_uri") is not None:
            raise OAuthError("invalid_request", "request_uri must not be pushed")
        requests = self.authorization.requests
        request = requests.objects.resolve(client, read_request(_parameters(form)), alone=True)  # RFC 9126 3
        request = replace(request, client_id=client.id, pushed=ARRIVING)
        if shown is not None and request.dpop_jkt not in (None, shown):
            raise OAuthError("invalid_dpop_proof", "The DPoP proof is of another key than dpop_jkt")
        request = replace(request, dpop_jkt=request.dpop_jkt or shown)  # RFC 9449 10.1
        try:
            matched = requests.match(request)
        except Refused as error:
            raise OAuthError("invalid_request", "redirect_uri is not one of the client's", because=error.because) from error
        self.authorization.understand(matched)
        return matched.request


def _parameters(form: ProtocolForm) -> Parameters:
    sent = {name: (value,) for name, value in form.values.items()}
    return Parameters(sent | ({"resource": form.resources} if form.resources else {}), frozenset())
