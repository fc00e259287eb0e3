"""Signing out: here, then at the provider, which tells the other portals."""

import secrets

from flask import Blueprint, g, redirect, render_template, request
from werkzeug import Response

from portals import browser
from portals.clock import Clock
from portals.problems import Problem
from portals.relying_party.client import Provider, ProviderRefused, ProviderUnreachable
from portals.relying_party.parked import Parked
from portals.relying_party.sessions import Sessions
from portals.settings import PortalSettings


def sign_out_routes(
    settings: PortalSettings, provider: Provider, parked: Parked, sessions: Sessions, clock: Clock
) -> Blueprint:
    """Return `/logout` and `/signed-out`."""
    routes = Blueprint("sign_out", __name__)

    @routes.post("/logout")
    def logout() -> Response:
        if g.session is None:
            return redirect("/signed-out", 303)
        if not browser.is_own_form(g.session.csrf, settings.base_url):
            raise Problem("not_from_here")
        ended, g.session = g.session, None
        sessions.end(ended.digest)
        handle, state = browser.new_handle(), secrets.token_urlsafe(24)
        parked.put(handle, state, {"sign_out": True}, clock())
        try:
            url = provider.logout_url(ended.id_token, state)
        except (ProviderUnreachable, ProviderRefused) as failure:
            # Signing out here must not depend on the provider, but the customer has to know it did not get there.
            raise Problem("signed_out_here_only") from failure
        return browser.send_handle(redirect(url, 303), settings, handle)

    @routes.get("/signed-out")
    def signed_out() -> str:
        handle, state = browser.handle(settings), request.args.get("state", "")
        known = handle is not None and parked.take(handle, state, clock()) is not None
        return render_template("signed_out.html", everywhere=known)

    return routes
