"""Signing in: to the provider and back, to the page that was wanted."""

from dataclasses import dataclass

from flask import Blueprint, g, redirect, request
from werkzeug import Response

from portals import browser
from portals.clock import Clock
from portals.problems import Problem
from portals.relying_party.client import Provider
from portals.relying_party.parked import Parked
from portals.relying_party.sessions import Sessions
from portals.settings import PortalSettings

HOME = "/overview"
LONGEST_PATH, LONGEST_HINT = 512, 254


@dataclass(frozen=True, slots=True)
class Answer:
    """An authorization response, each parameter at most once."""

    state: str
    iss: str
    code: str
    error: str


def local_path(wanted: str, otherwise: str = HOME) -> str:
    """Return `wanted` if it is a path of this portal, else `otherwise`: a field must not become an open redirect."""
    # One slash and no second: what comes after it is no scheme and no host, so nobody has to take it apart.
    is_path = wanted.startswith("/") and not wanted.startswith("//")
    is_plain = wanted.isprintable() and wanted.isascii() and "\\" not in wanted
    return wanted if is_path and is_plain and len(wanted) <= LONGEST_PATH else otherwise


def sign_in_routes(settings: PortalSettings, provider: Provider, parked: Parked, sessions: Sessions, clock: Clock) -> Blueprint:
    """Return `/login`, `/activate` and `/callback`."""
    routes = Blueprint("sign_in", __name__)

    def leave(wanted: str, made: dict[str, str]) -> Response:
        handle = browser.handle(settings) or browser.new_handle()
        parked.put(handle, made["state"], {**made, "next": wanted}, clock())
        return browser.send_handle(redirect(made["url"], 303), settings, handle)

    @routes.get("/login")
    def login() -> Response:
        wanted = local_path(request.args.get("next", HOME))
        if g.session is not None:
            return redirect(wanted, 303)
        return leave(wanted, provider.authorization_request(**_hint()))

    @routes.get("/activate")
    def activate() -> Response:
        """To the page where online access begins, or where an agreement is added (OpenID Connect, prompt=create)."""
        return leave(HOME, provider.authorization_request(prompt="create"))

    @routes.get("/callback")
    def callback() -> Response:
        answer, handle = _answer(), browser.handle(settings)
        request_made = parked.take(handle, answer.state, clock()) if handle is not None else None
        if handle is None or request_made is None:
            # Bound to the browser: a code planted by somebody else finds no request here (login CSRF).
            raise Problem("stale_sign_in")
        # RFC 9207 2.4, before anything else in the answer is believed: mix-up between issuers.
        if answer.iss != settings.issuer:
            raise Problem("sign_in_failed")
        if answer.error and "declined" in request_made:
            # Asked for by a page of ours that goes on without it: unmet_authentication_requirements, or "not now".
            return redirect(request_made["declined"], 303)
        if answer.error or not answer.code:
            raise Problem(answer.error or "sign_in_failed", next_path=request_made["next"])
        signed_in = provider.redeem(answer.code, request_made)
        if g.session is not None:
            sessions.end(g.session.digest)
        successor = sessions.start(signed_in, clock())
        parked.move(handle, successor)
        return browser.send_handle(redirect(request_made["next"], 303), settings, successor)

    return routes


def _hint() -> dict[str, str]:
    """Whom somebody expects to sign in (OIDC Core 3.1.2.1); no more than a suggestion to the provider."""
    hint = request.args.get("login_hint", "")
    return {"login_hint": hint} if hint and hint.isprintable() and len(hint) <= LONGEST_HINT else {}


def _answer() -> Answer:
    def only(name: str) -> str:
        values = request.args.getlist(name)
        if len(values) > 1:
            raise Problem("sign_in_failed")
        return values[0] if values else ""

    return Answer(state=only("state"), iss=only("iss"), code=only("code"), error=only("error"))
