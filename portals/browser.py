"""The portal's cookies: an opaque handle, bound to the browser's requests under way and to its session; what was chosen."""

import hmac
import secrets
from datetime import timedelta

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


def keep(response: Response, settings: PortalSettings, name: str, value: str, life: timedelta) -> None:
    """Set a cookie that outlives the browser."""
    response.set_cookie(name, value, max_age=life, httponly=True, samesite="Lax", secure=settings.secure, path="/")


def is_from_here(base_url: str) -> bool:
    """Return whether, by what browsers say of themselves, this request was sent from a page of this portal."""
    origin = request.headers.get("Origin", base_url)
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return origin == base_url and site == "same-origin"


def is_own_form(csrf: str, base_url: str) -> bool:
    """Return whether the form of this request was sent from a page of this portal that carried `csrf`."""
    given = request.form.get("csrf_token", "")
    return hmac.compare_digest(csrf.encode(), given.encode("utf-8", "replace")) and is_from_here(base_url)
