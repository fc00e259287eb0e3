"""The cookie of a known browser: an opaque handle that outlives every session (S1)."""

from werkzeug.wrappers import Request, Response

from idp.sessions.known_browsers import LIFETIME
from idp.settings import Settings

LONGEST = 64


class DeviceCookie:
    """Reads and writes the cookie that carries a browser's lasting handle. Never written on shared computers."""

    def __init__(self, settings: Settings) -> None:
        self._name = settings.cookie_name("device")
        self._secure = settings.https

    def read(self, request: Request) -> str:
        """The handle this browser sent; empty where it sent none that can be ours."""
        sent = request.cookies.get(self._name, "")
        return sent if len(sent) <= LONGEST else ""

    def write(self, response: Response, handle: str) -> None:
        """Gives this browser its handle, for another 400 days."""
        response.set_cookie(self._name, handle, max_age=LIFETIME, path="/", secure=self._secure, httponly=True, samesite="Lax")
