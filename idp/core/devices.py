"""A browser in words a person recognises: "Chrome on Windows". Of what the User-Agent says no more is believed than that."""

import re

from idp.core.language import _

# The first that fits: many browsers also carry the names of others.
BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Opera", r"OPR/|OPX/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows NT"),
    ("Mac", r"Macintosh|Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
)


def in_words(sent: str) -> str:
    """What to call the browser that sent `sent`; "A browser" where nothing is recognised."""
    browser, system = _first(BROWSERS, sent), _first(SYSTEMS, sent)
    if system:
        return _("%(browser)s on %(system)s", browser=browser or _("A browser"), system=system)
    return browser or _("A browser")


def _first(table: tuple[tuple[str, str], ...], sent: str) -> str | None:
    return next((name for name, pattern in table if re.search(pattern, sent)), None)
