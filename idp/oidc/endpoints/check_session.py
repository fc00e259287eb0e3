"""GET /check-session: the page that clients frame, to learn whether the session is still the same (Session Management 1.0)."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from idp.oidc.metadata import CHECK_SESSION
from idp.web.call import Answer, Call
from idp.web.direct import DirectRoute
from idp.web.routes import Guard

HTML = "text/html; charset=utf-8"
FRESH = ("Cache-Control", "public, max-age=300")
PAGE = '<!doctype html><html lang="en" data-cookie="{cookie}"><title>Session</title><script>{script}</script></html>'


@dataclass(frozen=True, slots=True)
class CheckSession:
    """Serves the page. It is the same for everybody, and sees of the session no more than the readable cookie."""

    answer: Answer

    @classmethod
    def of(cls, static: Path, cookie: str) -> "CheckSession":
        """The page whose script, a file of `static`, reads the cookie with this name."""
        script = (static / "check_session.js").read_text("utf-8")
        policy = ("Content-Security-Policy", framable_csp(script))
        return cls(Answer(PAGE.format(cookie=cookie, script=script).encode(), HTML, headers=(FRESH, policy)))

    def routes(self) -> tuple[DirectRoute, ...]:
        """Its address."""
        return (DirectRoute(CHECK_SESSION, self.page, ("GET",), Guard.DOCUMENT),)

    def page(self, _call: Call) -> Answer:
        """GET: the page."""
        return self.answer


def framable_csp(script: str) -> str:
    """A policy that runs `script` and nothing else. Other sites may frame this page alone: there is nothing to press."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors *"
