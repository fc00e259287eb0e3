"""`session_state` of an answer (Session Management 1.0, 2): what a client's script shows to check_session_iframe."""

import hashlib

from idp.clients.web_origin import origin_of


def session_state(client_id: str, redirect_uri: str, browser_state: str, salt: str) -> str | None:
    """The state of a browser, for the scripts of one client at one origin: nobody else can compare it with anything.

    None where `redirect_uri` is of no origin that could run such a script. `static/check_session.js` computes the same.
    """
    origin = origin_of(redirect_uri)
    if origin is None:
        return None
    digest = hashlib.sha256(f"{client_id} {origin} {browser_state} {salt}".encode()).hexdigest()
    return f"{digest}.{salt}"
