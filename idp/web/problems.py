"""One handler for each kind of error. Clients get RFC 6749 JSON, people a calm page; causes go to the log alone."""

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from idp.core.errors import IdpError, Misconfigured, OAuthError, Unavailable
from idp.core.logs import get_log
from idp.web.render import Pages
from idp.web.routes import Guard, RouteTable

log = get_log(__name__)

HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 414: "too_large"}
SPOKEN_BY_MACHINES = (Guard.PROTOCOL, Guard.DOCUMENT, Guard.HEALTH)


class Problems:
    """Turns whatever was raised into an answer."""

    def __init__(self, pages: Pages, table: RouteTable) -> None:
        self._pages = pages
        self._table = table

    def install(self, app: Flask) -> None:
        """Handles every error of `app`; nothing else is ever shown."""
        app.register_error_handler(OAuthError, self.oauth)
        app.register_error_handler(Unavailable, self.unavailable)
        app.register_error_handler(IdpError, self.refused)
        app.register_error_handler(Misconfigured, self.unforeseen)
        app.register_error_handler(HTTPException, self.http)
        app.register_error_handler(RecursionError, self.malformed)
        app.register_error_handler(UnicodeError, self.malformed)
        app.register_error_handler(Exception, self.unforeseen)

    def oauth(self, error: OAuthError) -> AnyResponse:
        """RFC 6749 5.2."""
        self._log(error)
        described = {"error_description": error.public} if error.public else {}
        response = _json({"error": error.code, **described}, error.status)
        if error.challenge:
            response.headers["WWW-Authenticate"] = error.challenge
        return response

    def unavailable(self, error: Unavailable) -> AnyResponse:
        """503 with Retry-After: fail closed, say when to come back."""
        self._log(error)
        response = self._answer(error.code, 503)
        response.headers["Retry-After"] = str(error.retry_after)
        return response

    def refused(self, error: IdpError) -> AnyResponse:
        """A page for people, JSON for machines."""
        self._log(error)
        return self._answer(error.code, error.status)

    def http(self, error: HTTPException) -> AnyResponse:
        """What Flask itself refuses: no such address, wrong method, too large."""
        status = error.code or 500
        response = self._answer(HTTP_CODES.get(status, "bad_request"), status)
        allowed = getattr(error, "valid_methods", None)
        if allowed:
            response.headers["Allow"] = ", ".join(sorted(allowed))
        return response

    def malformed(self, error: Exception) -> AnyResponse:
        """Input that Python itself chokes on: nested too deep, or not text. The sender's fault, so never a 500."""
        log.info("refused", error_code="bad_request", because=type(error).__name__)
        return self._answer("bad_request", 400)

    def unforeseen(self, error: Exception) -> AnyResponse:
        """A defect of ours: a reference for the caller, everything for the log."""
        log.error("unforeseen", exc_info=error, endpoint=request.endpoint)
        return self._answer("server_error", 500)

    def _answer(self, code: str, status: int) -> AnyResponse:
        route = self._table.get(request.endpoint) or self._table.at(request.path)
        if route is not None and route.guard in SPOKEN_BY_MACHINES:
            return _json({"error": code if status >= 500 else "invalid_request"}, status)
        return self._pages.problem(code, status=status)

    def _log(self, error: IdpError) -> None:
        log.info("refused", error_code=error.code, because=error.because)


def _json(body: dict[str, str], status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
