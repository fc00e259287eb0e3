"""How an answer travels back to the client: in the query, in the fragment, or as a form the browser posts."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from idp.oidc.authorization.response_types import through_the_browser

Mode = Literal["query", "fragment", "form_post"]
MODES: tuple[Mode, ...] = ("query", "fragment", "form_post")


@dataclass(frozen=True, slots=True)
class Answer:
    """Parameters on their way to `redirect_uri`. `application` and `brand` dress the page of a form_post."""

    redirect_uri: str
    mode: Mode
    parameters: tuple[tuple[str, str], ...]
    application: str
    brand: str | None

    @property
    def url(self) -> str:
        """The address to send the browser to; a registered query is kept (RFC 6749 3.1.2)."""
        # %20, not "+": in a fragment only scripts decode, and not all of them know "+". Values return byte-identical.
        added = urlencode(self.parameters, quote_via=quote, safe="")
        if self.mode == "fragment":
            return f"{self.redirect_uri}#{added}"
        return f"{self.redirect_uri}{'&' if '?' in self.redirect_uri else '?'}{added}"


def mode_of(response_type: str | None, response_mode: str | None) -> Mode:
    """The mode asked for; where none, or none we know, was asked for, the default of the response type."""
    for mode in MODES:
        if mode == response_mode:
            return mode
    # OAuth 2.0 Multiple Response Types 5: what would carry tokens in the front channel answers in the fragment.
    return "fragment" if through_the_browser(response_type) else "query"
