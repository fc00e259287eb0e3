"""The session cookie: an opaque handle that ends with the browser."""

from werkzeug.wrappers import Request, Response

from idp.settings import Settings


class SessionCookie:
    """Reads and writes the cookie that carries the session's handle."""

    def __init__(self, settings: Settings) -> None:
        self._name = settings.cookie_name("session")
        self._secure = settings.https

    def read(self, request: Request) -> str | None:
        """The handle this browser sent, if any."""
        return request.cookies.get(self._name)

    def write(self, response: Response, handle: str) -> None:
        """Gives this browser a handle. No Max-Age: the cookie ends with the browser, on shared computers above all."""
        response.set_cookie(self._name, handle, path="/", secure=self._secure, httponly=True, samesite="Lax")

    def clear(self, response: Response) -> None:
        """Takes the handle away."""
        response.delete_cookie(self._name, path="/", secure=self._secure, httponly=True, samesite="Lax")
