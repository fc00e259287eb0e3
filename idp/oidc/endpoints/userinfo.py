"""The UserInfo endpoint (Core 5.3, RFC 6750)."""

from dataclasses import dataclass

from idp.core.clock import Clock
from idp.oidc.form import is_form, read_form
from idp.oidc.userinfo import UserInfo, bearer_error
from idp.web.call import Answer, Call, json_answer
from idp.web.direct import DirectRoute
from idp.web.routes import Cors, Guard

# RFC 6750 3.1: whoever did not try to authenticate learns no error code.
NO_TOKEN = Answer(status=401, headers=(("WWW-Authenticate", 'Bearer realm="userinfo"'),))


@dataclass(frozen=True, slots=True)
class UserInfoEndpoint:
    """GET and POST /userinfo."""

    userinfo: UserInfo
    clock: Clock

    def routes(self) -> tuple[DirectRoute, ...]:
        """One address, for clients and for browsers at their origins."""
        return (DirectRoute("/userinfo", self.answer, ("GET", "POST"), Guard.PROTOCOL, Cors.CLIENTS),)

    def answer(self, call: Call) -> Answer:
        """The claims, as JSON or as a JWT."""
        token = _bearer(call)
        if token is None:
            return NO_TOKEN
        answer = self.userinfo.answer(token, self.clock.now())
        return Answer(answer.encode(), "application/jwt") if isinstance(answer, str) else json_answer(answer)


def _bearer(call: Call) -> str | None:
    if call.asks("access_token"):
        # RFC 9700 4.3.2: addresses end up in logs and histories.
        raise bearer_error("invalid_request", "The access token must not be in the address", 400)
    scheme, _, given = (call.authorization or "").partition(" ")
    sent = [given.strip()] if scheme.lower() == "bearer" and given.strip() else []
    if call.method == "POST" and is_form(call.content_type):
        posted = read_form(call.content_type, "", call.body()).get("access_token")
        sent += [posted] if posted is not None else []
    if len(sent) > 1:
        raise bearer_error("invalid_request", "The access token was sent twice", 400)
    return sent[0] if sent else None
