"""The UserInfo endpoint (Core 5.3, RFC 6750, RFC 9449 7)."""

from dataclasses import dataclass

from idp.core.clock import Clock
from idp.core.errors import OAuthError
from idp.oidc.dpop_keys import ALGS
from idp.oidc.form import is_form, read_form
from idp.oidc.tokens.shown import Shown, ShownTokens, in_header
from idp.oidc.userinfo import UserInfo, bearer_error
from idp.web.call import Answer, Call, json_answer
from idp.web.direct import DirectRoute
from idp.web.routes import Cors, Guard

# RFC 6750 3.1: whoever did not try to authenticate learns no error code.
CHALLENGES = ('Bearer realm="userinfo"', f'DPoP realm="userinfo", algs="{" ".join(ALGS)}"')
NO_TOKEN = Answer(status=401, headers=tuple(("WWW-Authenticate", challenge) for challenge in CHALLENGES))


@dataclass(frozen=True, slots=True)
class UserInfoEndpoint:
    """GET and POST /userinfo."""

    userinfo: UserInfo
    tokens: ShownTokens
    clock: Clock

    def routes(self) -> tuple[DirectRoute, ...]:
        """One address, for clients and for browsers at their origins."""
        return (DirectRoute("/userinfo", self.answer, ("GET", "POST"), Guard.PROTOCOL, Cors.CLIENTS),)

    def answer(self, call: Call) -> Answer:
        """The claims, as JSON or as a JWT."""
        shown = self._shown(call)
        if shown is None:
            return NO_TOKEN
        answer, headers = self.userinfo.answer(shown, self.clock.now()), self.tokens.proofs.headers()
        if isinstance(answer, str):
            return Answer(answer.encode(), "application/jwt", headers=headers)
        return json_answer(answer, headers=headers)

    def _shown(self, call: Call) -> Shown | None:
        sent = _sent(call)
        try:
            return self.tokens.judged(sent, call) if sent is not None else None
        except OAuthError as error:
            raise _told(error) from error


def _sent(call: Call) -> Shown | None:
    if call.asks("access_token"):
        # RFC 9700 4.3.2: addresses end up in logs and histories.
        raise bearer_error("invalid_request", "The access token must not be in the address", 400)
    sent = [shown] if (shown := in_header(call)) is not None else []
    if call.method == "POST" and is_form(call.content_type):
        posted = read_form(call.content_type, "", call.body()).get("access_token")
        sent += [Shown(posted)] if posted is not None else []
    if len(sent) > 1:
        raise bearer_error("invalid_request", "The access token was sent twice", 400)
    return sent[0] if sent else None


def _told(error: OAuthError) -> OAuthError:
    """The same refusal as a resource tells it (RFC 9449 7.1, 9)."""
    told = bearer_error(error.code, error.public, 401, "DPoP")
    told.because, told.headers = error.because, error.headers
    return told
