"""One handler for each kind of error that a page may meet: people get a calm page, the log the cause."""

from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from idp.core.errors import IdpError, Misconfigured, TooMany, Unavailable
from idp.core.logs import get_log
from idp.web.call import Hears
from idp.web.render import Pages

log = get_log(__name__)

HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 414: "too_large"}


class Problems:
    """Turns whatever was raised into an answer. `hears` learns of each refusal."""

    def __init__(self, pages: Pages, hears: Hears) -> None:
        self._pages = pages
        self._hears = hears

    def install(self, app: Flask) -> None:
        """Handles every error of `app`; nothing else is ever shown."""
        app.register_error_handler(Unavailable, self.unavailable)
        app.register_error_handler(IdpError, self.refused)
        app.register_error_handler(Misconfigured, self.unforeseen)
        app.register_error_handler(HTTPException, self.http)
        app.register_error_handler(RecursionError, self.malformed)
        app.register_error_handler(UnicodeError, self.malformed)
        app.register_error_handler(Exception, self.unforeseen)

    def unavailable(self, error: Unavailable) -> AnyResponse:
        """503 with Retry-After: fail closed, say when to come back."""
        self._log(error)
        response = self._pages.problem(error.code, status=503)
        response.headers["Retry-After"] = str(error.retry_after)
        return response

    def refused(self, error: IdpError) -> AnyResponse:
        """A page that says what happened and what to do, and when to come back where that is known."""
        self._log(error)
        response = self._pages.problem(error.code, status=error.status)
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    def http(self, error: HTTPException) -> AnyResponse:
        """What Flask itself refuses: no such address, wrong method, too large."""
        status = error.code or 500
        response = self._pages.problem(HTTP_CODES.get(status, "bad_request"), status=status)
        allowed = getattr(error, "valid_methods", None)
        if allowed:
            response.headers["Allow"] = ", ".join(sorted(allowed))
        return response

    def malformed(self, error: Exception) -> AnyResponse:
        """Input that Python itself chokes on: nested too deep, or not text. The sender's fault, so never a 500."""
        return self.refused(IdpError("bad_request", because=type(error).__name__))

    def unforeseen(self, error: Exception) -> AnyResponse:
        """A defect of ours: a reference for the caller, everything for the log."""
        log.error("unforeseen", exc_info=error, endpoint=request.endpoint)
        return self._pages.problem("server_error", status=500)

    def _log(self, error: IdpError) -> None:
        log.info("refused", error_code=error.code, because=error.because)
        self._hears(request.path, error)
