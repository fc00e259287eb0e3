"""The portal's one cookie: an opaque handle, bound to the browser's requests under way and to its session."""

import hmac
import secrets

from flask import request
from werkzeug import Response

from portals.settings import PortalSettings


def handle(settings: PortalSettings) -> str | None:
    """Return the handle this browser sent, if any."""
    return request.cookies.get(settings.cookie_name) or None


def new_handle() -> str:
    """Return a handle for a browser that has none yet."""
    return secrets.token_urlsafe(32)


def send_handle(response: Response, settings: PortalSettings, value: str) -> Response:
    """Set the cookie, which ends with the browser."""
    response.set_cookie(settings.cookie_name, value, httponly=True, samesite="Lax", secure=settings.secure, path="/")
    return response


def is_own_form(csrf: str, base_url: str) -> bool:
    """Return whether the form of this request was sent from a page of this portal that carried `csrf`."""
    given = request.form.get("csrf_token", "")
    origin = request.headers.get("Origin", base_url)
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return hmac.compare_digest(csrf.encode(), given.encode("utf-8", "replace")) and origin == base_url and site == "same-origin"
