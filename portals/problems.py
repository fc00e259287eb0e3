"""Pages for what went wrong: what happened, what it means, what to do now."""

import logging
import secrets
from typing import NoReturn
from urllib.parse import quote

from flask import Flask, abort, make_response, redirect, render_template, request
from werkzeug import Response
from werkzeug.exceptions import HTTPException

from portals.relying_party.client import ProviderRefused, ProviderUnreachable
from portals.words import OTHER, WORDS

log = logging.getLogger(__name__)


class Problem(Exception):
    """A customer cannot go on here. `key` names the page's words; `next_path` is where a new sign-in should lead."""

    def __init__(self, key: str, next_path: str | None = None) -> None:
        super().__init__(key)
        self.key = key
        self.next_path = next_path


class SessionOver(Exception):
    """The session ended while a page was made: sign in again and come back."""


def install_problem_pages(app: Flask) -> None:
    """Answer every failure of `app` with a calm page; nothing of the failure itself reaches it."""

    @app.errorhandler(Problem)
    def problem(found: Problem) -> Response:
        return _page(found.key, next_path=found.next_path)

    @app.errorhandler(ProviderUnreachable)
    def unreachable(_: ProviderUnreachable) -> Response:
        return _page("provider_unreachable")

    @app.errorhandler(ProviderRefused)
    def refused(refusal: ProviderRefused) -> Response:
        log.warning("the provider's answer was not accepted: %s", refusal.code)
        return _page("sign_in_failed")

    @app.errorhandler(SessionOver)
    def over(_: SessionOver) -> Response:
        return to_sign_in()

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if error.response is not None:
            return make_response(error.get_response())
        key = {404: "not_found", 405: "not_found"}.get(error.code or 500, "refused")
        return _page(key if (error.code or 500) < 500 else "failed", status=error.code)

    @app.errorhandler(Exception)
    def failure(_: Exception) -> Response:
        reference = secrets.token_hex(4)
        log.exception("page failed, reference %s", reference)
        return _page("failed", reference=reference)


def to_sign_in() -> Response:
    """Send the browser to sign in and back to the page it asked for."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/overview"
    return redirect(f"/login?next={quote(wanted, safe='/')}", 303)


def not_found() -> NoReturn:
    """Answer that there is no such page."""
    abort(404)


def _page(key: str, *, status: int | None = None, next_path: str | None = None, reference: str | None = None) -> Response:
    words = WORDS.get(key, OTHER)
    again = f"/login?next={quote(next_path or '/overview', safe='/')}"
    action = {None: again, "": request.path}.get(words.action, words.action)
    response = make_response(render_template("problem.html", words=words, action=action, reference=reference))
    response.status_code = status or words.status
    if response.status_code == 503:
        response.headers["Retry-After"] = "5"
    return response
