"""A browser arrives at a page of a sign-in: which interaction, which session, and what it leaves with."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import request
from werkzeug.wrappers import Response

from idp.clients.registry import Clients
from idp.core.language import _
from idp.core.origin import current_origin
from idp.sessions.cookie import SessionCookie
from idp.sessions.device_cookie import DeviceCookie
from idp.sessions.interaction import Interaction, Interactions
from idp.sessions.session import Sessions
from idp.signin.outcomes import Browser, Proven
from idp.web.browser import BrowserCookie
from idp.web.forms import Form
from idp.web.redirects import see_other
from idp.web.render import Pages


@dataclass(frozen=True, slots=True)
class Visit:
    """An open interaction and the browser it belongs to."""

    interaction: Interaction
    browser: Browser

    @property
    def here(self) -> str:
        """The address that shows whatever comes next."""
        return f"/signin/{self.interaction.id}"

    @property
    def ends(self) -> tuple[str, ...]:
        """Where the forms on the way may lead at last."""
        return (self.interaction.returns_to,) if self.interaction.returns_to else ()


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Reads the cookies a page of the sign-in needs, and writes them where a step is through."""

    interactions: Interactions
    sessions: Sessions
    clients: Clients
    cookie: SessionCookie
    device: DeviceCookie
    browser: BrowserCookie
    pages: Pages

    def visit(self, interaction_id: str, form: Form | None = None, *, kind: str | None = None) -> Visit | Response:
        """The visit, or the page that says why there is none. Pages that belong to one `kind` of request take no other.

        A form may come from a page that stood open longer than the request was parked: its sealed copy is then parked anew.
        """
        digest = self.browser.digest()
        interaction = self.interactions.find(interaction_id, digest)
        if interaction is None and form is not None and not self.interactions.finished(interaction_id, digest):
            interaction = self.interactions.revive(form["request"], digest)
        if interaction is None or kind not in (None, interaction.kind):
            return self._closed(interaction_id, form)
        return Visit(interaction, self._seen(digest, form))

    def page(self, template: str, visit: Visit, *, status: int = 200, **context: Any) -> Response:
        """`template` as a page of this sign-in: in its dress, with the way `back` and the sealed `request` for its forms."""
        return self.pages.page(
            template,
            brand=visit.interaction.brand,
            application=visit.interaction.application,
            status=status,
            form_action=visit.ends,
            back=visit.here,
            request=self.interactions.seal(visit.interaction),
            **context,
        )

    def leave(self, proven: Proven) -> Response:
        """On to where the sign-in was for, with the cookies of the new session."""
        return self.mark(see_other(proven.resume), proven)

    def mark(self, response: Response, proven: Proven) -> Response:
        """`response`, with the cookies of the new session."""
        self.cookie.write(response, proven.started)
        if proven.device:
            self.device.write(response, proven.device)
        return response

    def _seen(self, digest: str, form: Form | None) -> Browser:
        session = self.sessions.find(self.cookie.read(request))
        shared = form is not None and "shared" in form
        return Browser(digest, session, current_origin().address, shared, self.device.read(request))

    def _closed(self, interaction_id: str, form: Form | None) -> Response:
        """A finished interaction says so calmly; of one that is gone, what its page says of it is known, if one was sent."""
        over = self.interactions.finished(interaction_id, self.browser.digest())
        if over is None:
            return self._gone(self.interactions.client_of(form["request"], self.browser.digest()) if form is not None else None)
        return self.pages.problem(
            "finished",
            brand=over.brand,
            application=over.application,
            status=200,
            action_url=self._home(over),
            action_label=_("Back to %(application)s", application=over.application) if over.application else None,
        )

    def _gone(self, client_id: str | None) -> Response:
        # P2: what its client pushed or published cannot be parked anew, but the way back to it is known.
        client = self.clients.find(client_id) if client_id else None
        if client is None or client.disabled:
            return self.pages.problem("no_interaction")
        return self.pages.problem(
            "no_interaction",
            brand=client.brand,
            application=client.name,
            action_url=client.client_uri or _site(next(iter(client.redirect_uris), "")),
            action_label=_("Back to %(application)s", application=client.name),
        )

    def _home(self, interaction: Interaction) -> str | None:
        client = self.clients.find(interaction.client_id) if interaction.client_id else None
        if client is not None and client.client_uri:
            return client.client_uri
        return _site(interaction.returns_to)


def _site(uri: str) -> str | None:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}/" if parts.scheme in ("http", "https") else None
