"""What a logout request may do (OpenID Connect RP-Initiated Logout 1.0): pure rules, without a browser."""

from dataclasses import dataclass

from idp.clients.client import Client
from idp.core.errors import Refused
from idp.oidc.authorization.hint import Hint
from idp.oidc.authorization.parameters import Parameters
from idp.oidc.authorization.response import Answer

KNOWN = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
LONGEST = {"state": 2048, "post_logout_redirect_uri": 2048}


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """What a client asks for. `logout_hint` and `ui_locales` are ignored."""

    id_token_hint: str | None = None
    client_id: str | None = None
    post_logout_redirect_uri: str | None = None
    state: str | None = None

    def parked(self) -> dict[str, str]:
        """What is kept of it, by name."""
        return {name: value for name in KNOWN if (value := getattr(self, name)) is not None}


def read_logout_request(parameters: Parameters) -> LogoutRequest:
    """The request. Raises `Refused` where a parameter came twice or is too long to be kept."""
    if parameters.repeated & set(KNOWN):
        raise Refused("bad_request", because="a logout parameter was sent twice")
    for name, most in LONGEST.items():
        if len(parameters.one(name) or "") > most:
            raise Refused("bad_request", because=f"{name} is too long")
    return LogoutRequest(**{name: parameters.one(name) for name in KNOWN})


@dataclass(frozen=True, slots=True)
class End:
    """The session, if there still is one, ends without a question; then back to `url`, or to our own page."""

    url: str | None


@dataclass(frozen=True, slots=True)
class Ask:
    """Nothing proves that the person in front of the browser wants this: ask them."""


@dataclass(frozen=True, slots=True)
class Mistaken:
    """The client asks to be returned to an address it has not registered: say so, and end nothing."""

    client: Client


Ruling = End | Ask | Mistaken


def rule(asked: LogoutRequest, hint: Hint | None, client: Client | None, current_sub: str | None) -> Ruling:
    """What to do. `hint` is the ID token hint if it is one of ours, `client` the one it was issued to, `current_sub` what that
    client calls the subject of this browser's session (None: no session).

    Section 3: a redirect needs a hint of ours and an exact match with a registered address; section 6: ask otherwise.
    """
    if hint is None or client is None or asked.client_id not in (None, hint.client_id):
        return Ask()
    if current_sub is not None and hint.sub != current_sub:
        return Ask()
    uri = asked.post_logout_redirect_uri
    if uri is None:
        return End(None)
    if uri not in client.post_logout_redirect_uris:
        return Mistaken(client)
    state = (("state", asked.state),) if asked.state is not None else ()
    return End(Answer(uri, "query", state, client.name, client.brand).url if state else uri)
