"""The language chosen at the foot of a page: a form for every language there is, and a cookie that remembers the answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from idp.brands.registry import Brands
from idp.core.language import LANGUAGES
from idp.core.wishes import Wishes, asked_for, listen
from idp.settings import Settings
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route

CHOOSE, HOME = "/language", "/account/security"
REMEMBERED = timedelta(days=365)
COOKIE = re.compile(r"([a-z]{2,3})(?:\.([a-z]{2,3}))?")
# An address of ours and nobody else's: `//host` and `/\\host` lead away.
OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
# What each language is called by those who speak it.
NAMES = {"en": "English", "fr": "Français", "de": "Deutsch", "it": "Italiano", "es": "Español"}


@dataclass(frozen=True, slots=True)
class Languages:
    """What a browser wishes to read, and the address where it says so."""

    settings: Settings
    brands: Brands

    def routes(self) -> tuple[Route, ...]:
        """Where the form at the foot of a page goes."""
        return (Route(CHOOSE, "language", self.choose, methods=("POST",), guard=Guard.PAGE),)

    def offered(self, brand_id: str | None) -> Sequence[str]:
        """The languages of a brand's pages; of pages in nobody's dress, those of any brand."""
        brand = self.brands.get(brand_id)
        if brand is not None:
            return brand.languages
        everywhere = {language for known in self.brands.all() for language in known.languages}
        return [language for language in LANGUAGES if language in everywhere]

    def listen(self, cookies: str, accepted: str) -> None:
        """A request begins: `cookies` and `accepted` are its headers of these names."""
        name = self._name
        # Most requests bring no such cookie, and reading all of them costs more than this look.
        found = COOKIE.fullmatch(request.cookies.get(name, "")) if name in cookies else None
        chosen, in_place_of = (found[1], found[2] or "") if found else ("", "")
        listen(Wishes(chosen=chosen, in_place_of=in_place_of, browser=accepted), self.offered)

    def choose(self) -> Response:
        """POST: remembers `language` and goes back to the page at `to`."""
        form = read_form(request)
        path = form["to"] if OWN_PATH.fullmatch(form["to"]) else HOME
        response = see_other(path)
        if form["language"] in LANGUAGES:
            asked = form["asked"] if form["asked"] in LANGUAGES else ""
            self._remember(response, f"{form['language']}.{asked}".rstrip("."))
        return response

    def forget(self, response: Response) -> None:
        """Takes the choice of this browser back."""
        response.delete_cookie(self._name, path="/", secure=self.settings.https, httponly=True, samesite="Lax")

    def _remember(self, response: Response, value: str) -> None:
        response.set_cookie(
            self._name, value, max_age=REMEMBERED, path="/", secure=self.settings.https, httponly=True, samesite="Lax"
        )

    @property
    def _name(self) -> str:
        return self.settings.cookie_name("language")


def choice(offered: Sequence[str]) -> dict[str, object] | None:
    """What the form at the foot of a page needs; None where there is nothing to choose.

    It stands on pages that came by GET alone: whoever comes back to another would have to send a form again.
    """
    if len(offered) < 2 or request.method != "GET":
        return None
    to = request.full_path.rstrip("?")
    names = [(language, NAMES[language]) for language in offered]
    return {"action": CHOOSE, "to": to, "asked": asked_for(), "names": names}
