"""What every page needs beside its own collaborators."""

from dataclasses import dataclass

from idp.sessions.cookie import SessionCookie
from idp.web.browser import BrowserCookie
from idp.web.render import Pages


@dataclass(frozen=True, slots=True)
class Front:
    """What every page needs beside its own collaborators."""

    pages: Pages
    browser: BrowserCookie
    cookie: SessionCookie
