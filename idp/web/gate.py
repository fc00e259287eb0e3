"""The gate every request passes: host, size, origin of forms, and the headers every answer leaves with."""

import secrets
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from flask import Flask, Request, Response, request
from flask.globals import request_ctx
from werkzeug.wrappers import Response as AnyResponse

from idp.core.errors import IdpError, Refused
from idp.core.origin import Origin, call_from
from idp.settings import Settings
from idp.web.address import TrustedProxies
from idp.web.browser import BrowserCookie
from idp.web.headers import EXPOSED, FIXED, finishing, fixed_headers
from idp.web.routes import Cors, Guard, Route, RouteTable

LONGEST_URL = 8 * 1024
LONGEST_DEVICE = 160
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Gate:
    """Wires the checks into an application. `is_client_origin` tells whether a registered client lives at an origin."""

    def __init__(
        self, settings: Settings, table: RouteTable, browser: BrowserCookie, is_client_origin: Callable[[str], bool]
    ) -> None:
        self._host, self._issuer = settings.host, settings.issuer
        self._table = table
        self._browser = browser
        self._is_client_origin = is_client_origin
        self._proxies = TrustedProxies(settings.trusted_proxies)
        # A reference for support, no secret: counting spares every request a call to the system's random source.
        self._run = secrets.token_hex(3)
        self._count = count()
        self._fixed = {(guard, cors): fixed_headers(guard, cors, settings) for guard in Guard for cors in Cors}

    def install(self, app: Flask) -> None:
        """Runs before and after every request of `app`."""
        app.before_request(self.enter)
        app.after_request(self.leave)
        app.wsgi_app = finishing(app.wsgi_app, self._fixed[Guard.PAGE, Cors.NONE])  # type: ignore[method-assign, assignment]

    def enter(self) -> AnyResponse | None:
        """Refuses what no view should see. Raises `Refused`; answers CORS preflights itself."""
        call = request_ctx.request  # the request itself: each look through its proxy costs as much as a check
        route = self._table.get(call.endpoint)
        guard, cors = (route.guard, route.cors) if route else (Guard.PAGE, Cors.NONE)
        environ = call.environ
        environ[FIXED] = self._fixed[guard, cors]
        if guard is not Guard.DOCUMENT:
            call_from(self._origin(environ))
        if environ.get("HTTP_HOST", "") != self._host and guard is not Guard.HEALTH:
            raise Refused("unknown_host", because="the Host header names another host")
        if len(environ.get("QUERY_STRING", "")) + len(environ.get("PATH_INFO", "")) > LONGEST_URL:
            raise IdpError("uri_too_long", "The address is too long", status=414)
        call.max_content_length = guard.value.most_bytes
        if route is not None and call.method == "OPTIONS":
            return AnyResponse(status=204)
        if route is not None and guard.value.csrf and call.method in UNSAFE:
            self._check_form()
        return None

    def leave(self, response: Response) -> Response:
        """Adds what depends on the request; the fixed headers follow when the answer starts, errors included."""
        call = request_ctx.request
        route = self._table.get(call.endpoint)
        if route is not None and (route.cors is Cors.CLIENTS or (route.cors is Cors.ANY and call.method == "OPTIONS")):
            self._allow_origin(route, call, response)
        if route is None or not route.guard.value.cacheable:
            if response.status_code >= 400:
                response.headers.pop("Cache-Control", None)
            self._browser.write(response)
        elif response.status_code >= 400:
            # Some errors may be kept where nothing is said: a 404 of a moment ago must not hide what is there by now.
            response.headers["Cache-Control"] = "no-store"
        return response

    def _origin(self, environ: Mapping[str, Any]) -> Origin:
        return Origin(
            address=self._proxies.client_address(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", "")),
            device=environ.get("HTTP_USER_AGENT", "")[:LONGEST_DEVICE],
            request_id=f"{self._run}{next(self._count) & 0xFFFFFF:06x}",
        )

    def _check_form(self) -> None:
        # Sec-Fetch-Site is sent by every current browser and no page can forge it; Origin covers older ones.
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if site not in (None, "same-origin", "none") or (site is None and origin not in (None, self._issuer)):
            raise Refused("form_from_elsewhere", because="a form was posted from another site", status=403)
        if not self._browser.owns(request.form.get("csrf_token", "")):
            raise Refused("form_expired", because="the form's token does not belong to this browser", status=403)

    def _allow_origin(self, route: Route, call: Request, response: Response) -> None:
        headers = response.headers
        if route.cors is Cors.CLIENTS:
            headers.add("Vary", "Origin")
            origin = call.headers.get("Origin")
            if origin is None or not self._is_client_origin(origin):
                return
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = EXPOSED
        if call.method == "OPTIONS":
            headers["Access-Control-Allow-Methods"] = ", ".join(route.methods)
            headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, DPoP"
            headers["Access-Control-Max-Age"] = "600"
