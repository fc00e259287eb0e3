"""Which language a request is answered in, and the form at the foot of a page by which another is chosen."""

from datetime import timedelta

from flask import Blueprint, Flask, Response, g, redirect, request
from werkzeug import Response as Redirect

from portals import browser
from portals.language import LANGUAGES, NAMES, choose, current_language, page_tag, speak
from portals.problems import Problem
from portals.relying_party.sign_in import local_path
from portals.settings import PortalSettings

CHOOSE, START = "/language", "/"
REMEMBERED = timedelta(days=365)


def install_language(app: Flask, settings: PortalSettings) -> None:
    """Answer every request of `app` in the language of who reads it. The session has to be known by then."""

    @app.before_request
    def listen() -> None:
        session = g.get("session")
        accepted = [tag for tag, quality in request.accept_languages if quality > 0]
        speak(choose([_chosen(settings), session.locale if session is not None else "", *accepted]))

    @app.after_request
    def tell(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers["Content-Language"] = page_tag()
            response.vary.update(("Accept-Language", "Cookie"))
        return response

    @app.context_processor
    def offer() -> dict[str, object]:
        return {"lang": page_tag(), "languages": _choice()}


def language_routes(settings: PortalSettings) -> Blueprint:
    """Return the address of the form."""
    routes = Blueprint("languages", __name__)

    @routes.post(CHOOSE)
    def remember() -> Redirect:
        """Remember `language` in this browser, and go back to the page at `to`."""
        # Readers who are not signed in have no token of ours: where the form came from has to say enough.
        if not browser.is_from_here(settings.base_url):
            raise Problem("language_not_from_here")
        response = redirect(local_path(request.form.get("to", ""), otherwise=START), 303)
        if (language := request.form.get("language", "")) in LANGUAGES:
            browser.keep(response, settings, settings.language_cookie_name, language, REMEMBERED)
        return response

    return routes


def _chosen(settings: PortalSettings) -> str:
    found = request.cookies.get(settings.language_cookie_name, "")
    return found if found in LANGUAGES else ""


def _choice() -> dict[str, object] | None:
    """What the form needs. None on a page that cannot be asked for again: it came of a form, or of the provider's answer."""
    if request.method != "GET" or request.blueprint == "sign_in":
        return None
    to = local_path(request.full_path.rstrip("?"), otherwise=START)
    return {"action": CHOOSE, "to": to, "current": current_language(), "names": list(NAMES.items())}
