"""The gate every page passes: host, size, origin of forms, and the headers every answer leaves with."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request
from flask.globals import request_ctx
from werkzeug.wrappers import Response as AnyResponse

from idp.core.errors import IdpError, Refused
from idp.core.origin import call_from
from idp.settings import Settings
from idp.web.address import Callers
from idp.web.browser import BrowserCookie
from idp.web.headers import FIXED, LONGEST_URL, finishing, fixed_headers
from idp.web.languages import Languages
from idp.web.observed import ENDPOINT, NOWHERE
from idp.web.routes import Cors, Guard, RouteTable

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Gate:
    """Wires the checks into an application."""

    def __init__(
        self, settings: Settings, table: RouteTable, browser: BrowserCookie, callers: Callers, languages: Languages
    ) -> None:
        self._host, self._origin = settings.host, settings.origin
        self._table = table
        self._browser = browser
        self._callers = callers
        self._languages = languages
        self._fixed = {guard: fixed_headers(guard, Cors.NONE, settings) for guard in Guard}

    def install(self, app: Flask) -> None:
        """Runs before and after every request of `app`."""
        app.before_request(self.enter)
        app.after_request(self.leave)
        app.wsgi_app = finishing(app.wsgi_app, self._fixed[Guard.PAGE])  # type: ignore[method-assign, assignment]

    def enter(self) -> AnyResponse | None:
        """Refuses what no view should see. Raises `Refused`."""
        call = request_ctx.request  # the request itself: each look through its proxy costs as much as a check
        route = self._table.get(call.endpoint)
        guard = route.guard if route else Guard.PAGE
        environ: Mapping[str, Any] = call.environ
        call.environ[FIXED] = self._fixed[guard]
        call.environ[ENDPOINT] = route.endpoint if route else NOWHERE
        call_from(self._callers.origin(environ))
        if not guard.value.cacheable:
            self._languages.listen(environ.get("HTTP_COOKIE", ""), environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        if environ.get("HTTP_HOST", "") != self._host:
            raise Refused("unknown_host", because="the Host header names another host")
        if len(environ.get("QUERY_STRING", "")) + len(environ.get("PATH_INFO", "")) > LONGEST_URL:
            raise IdpError("uri_too_long", "The address is too long", status=414)
        call.max_content_length = guard.value.most_bytes
        if route is not None and guard.value.csrf and call.method in UNSAFE:
            self._check_form()
        return None

    def leave(self, response: Response) -> Response:
        """Adds what depends on the request; the fixed headers follow when the answer starts, errors included."""
        route = self._table.get(request_ctx.request.endpoint)
        if route is None or not route.guard.value.cacheable:
            if response.status_code >= 400:
                response.headers.pop("Cache-Control", None)
            self._browser.write(response)
        elif response.status_code >= 400:
            # Some errors may be kept where nothing is said: a 404 of a moment ago must not hide what is there by now.
            response.headers["Cache-Control"] = "no-store"
        return response

    def _check_form(self) -> None:
        # Sec-Fetch-Site is sent by every current browser and no page can forge it; Origin covers older ones.
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if site not in (None, "same-origin", "none") or (site is None and origin not in (None, self._origin)):
            raise Refused("form_from_elsewhere", because="a form was posted from another site", status=403)
        if not self._browser.owns(request.form.get("csrf_token", "")):
            raise Refused("form_expired", because="the form's token does not belong to this browser", status=403)
