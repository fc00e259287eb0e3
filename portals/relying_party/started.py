"""Sign-ins that begin elsewhere: at the provider, or wherever a link into this portal stands (OIDC Core 4)."""

from urllib.parse import quote

from flask import Blueprint, redirect, request
from werkzeug import Response

from portals.problems import Problem
from portals.relying_party.sign_in import local_path
from portals.settings import PortalSettings


def started_routes(settings: PortalSettings) -> Blueprint:
    """Return `/login/start`. It only leads on: whoever posts from another site brings no cookie of ours yet."""
    routes = Blueprint("started", __name__)

    @routes.route("/login/start", methods=("GET", "POST"))
    def start() -> Response:
        """Begin at `iss`, which has to be our provider, and end at `target_link_uri` if that is a page here."""
        sent = request.form if request.method == "POST" else request.args
        if sent.getlist("iss") != [settings.issuer]:
            raise Problem("other_provider")
        wanted = local_path(sent.get("target_link_uri", "").removeprefix(settings.base_url))
        hint = f"&login_hint={quote(sent['login_hint'], safe='')}" if sent.get("login_hint") else ""
        return redirect(f"/login?next={quote(wanted, safe='/')}{hint}", 303)

    return routes
