"""The session's cookies: an opaque handle that scripts cannot read, and a state that they can, which is no handle.

Both end with the browser. The state goes along into frames of other sites, where check_session_iframe compares it.
"""

from werkzeug.wrappers import Request, Response

from idp.sessions.session import Session, Started
from idp.settings import Settings
from idp.subjects.pairwise import Pairwise

STATE = "browser_state"


class SessionCookie:
    """Reads and writes the cookies of a session."""

    def __init__(self, settings: Settings, pairwise: Pairwise) -> None:
        self._name, self.state_name = settings.cookie_name("session"), settings.cookie_name(STATE)
        self._secure = settings.https
        # Browsers take SameSite=None over TLS alone; on loopback every port is the same site.
        self._state_site = "None" if settings.https else "Lax"
        self._pairwise = pairwise

    def read(self, request: Request) -> str | None:
        """The handle this browser sent, if any."""
        return request.cookies.get(self._name)

    def write(self, response: Response, started: Started) -> None:
        """Gives this browser a session. No Max-Age: the cookies end with the browser, on shared computers above all."""
        response.set_cookie(self._name, started.handle, path="/", secure=self._secure, httponly=True, samesite="Lax")
        self._write_state(response, started.session)

    def settle(self, request: Request, response: Response, session: Session | None) -> None:
        """Makes the state that of `session` again: one may have ended while its browser was away."""
        sent = request.cookies.get(self.state_name)
        if session is not None and sent != self._pairwise.browser_state(session.id):
            self._write_state(response, session)
        elif session is None and sent is not None:
            self._clear_state(response)

    def clear(self, response: Response) -> None:
        """Takes the session away."""
        response.delete_cookie(self._name, path="/", secure=self._secure, httponly=True, samesite="Lax")
        self._clear_state(response)

    def _write_state(self, response: Response, session: Session) -> None:
        state = self._pairwise.browser_state(session.id)
        response.set_cookie(self.state_name, state, path="/", secure=self._secure, samesite=self._state_site)

    def _clear_state(self, response: Response) -> None:
        response.delete_cookie(self.state_name, path="/", secure=self._secure, samesite=self._state_site)
