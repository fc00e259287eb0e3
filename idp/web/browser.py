"""The browser in front of us: a random handle in a cookie, to which forms and parked requests are bound.

It says "the same browser as before" and nothing about who sits there. CSRF tokens are derived from it, so they need no storage
and live exactly as long as the browser's session.
"""

import hashlib
import hmac
import re

from flask import Response, g, request

from idp.core.handles import digest, new_handle
from idp.settings import Settings

HANDLE = re.compile(r"[A-Za-z0-9_-]{43}")


class BrowserCookie:
    """Reads the handle, makes one where there is none, and writes it with the answer."""

    def __init__(self, settings: Settings, key: bytes) -> None:
        self._name = settings.cookie_name("browser")
        self._secure = settings.https
        self._key = key

    def handle(self) -> str:
        """The handle of this browser; a new one is made, and set with the answer, where none came."""
        if "browser_handle" not in g:
            sent = request.cookies.get(self._name, "")
            g.browser_is_new = not HANDLE.fullmatch(sent)
            g.browser_handle = new_handle() if g.browser_is_new else sent
        return str(g.browser_handle)

    def digest(self) -> str:
        """What is stored of the handle."""
        return digest(self.handle())

    def csrf_token(self) -> str:
        """The token that forms of this browser carry."""
        return hmac.new(self._key, self.handle().encode(), hashlib.sha256).hexdigest()

    def owns(self, csrf_token: str) -> bool:
        """Whether `csrf_token` was given to this browser."""
        return hmac.compare_digest(self.csrf_token().encode(), csrf_token.encode("utf-8", "replace"))

    def write(self, response: Response) -> None:
        """Sets the cookie where a new handle was made for this request."""
        if g.get("browser_is_new"):
            response.set_cookie(self._name, g.browser_handle, secure=self._secure, httponly=True, samesite="Lax", path="/")
