"""The UserInfo endpoint (Core 5.3, RFC 6750)."""

from dataclasses import dataclass

from flask import Response, request

from idp.core.clock import Clock
from idp.oidc.endpoints.protocol import json_answer
from idp.oidc.form import FORM, read_form
from idp.oidc.userinfo import UserInfo, bearer_error
from idp.web.routes import Cors, Guard, Route

NO_TOKEN = {"WWW-Authenticate": 'Bearer realm="userinfo"'}


@dataclass(frozen=True, slots=True)
class UserInfoEndpoint:
    """GET and POST /userinfo."""

    userinfo: UserInfo
    clock: Clock

    def routes(self) -> tuple[Route, ...]:
        """One address, for clients and for browsers at their origins."""
        return (Route("/userinfo", "userinfo", self.answer, ("GET", "POST"), Guard.PROTOCOL, Cors.CLIENTS),)

    def answer(self) -> Response:
        """The claims, as JSON or as a JWT."""
        token = _bearer()
        if token is None:
            # RFC 6750 3.1: whoever did not try to authenticate learns no error code.
            return Response(status=401, headers=NO_TOKEN)
        answer = self.userinfo.answer(token, self.clock.now())
        if isinstance(answer, str):
            return Response(answer, content_type="application/jwt")
        return json_answer(answer)


def _bearer() -> str | None:
    if "access_token" in request.args:
        # RFC 9700 4.3.2: addresses end up in logs and histories.
        raise bearer_error("invalid_request", "The access token must not be in the address", 400)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    sent = [given.strip()] if scheme.lower() == "bearer" and given.strip() else []
    if request.method == "POST" and request.mimetype == FORM:
        posted = read_form(request.content_type or "", "", request.get_data(cache=False)).get("access_token")
        sent += [posted] if posted is not None else []
    if len(sent) > 1:
        raise bearer_error("invalid_request", "The access token was sent twice", 400)
    return sent[0] if sent else None
