"""The button that sends a code. What follows is the page of the code again, with a field for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.sessions.interaction import Interaction
from idp.signin.arrival import Arrivals, Visit
from idp.signin.outcomes import Dispatched, NotAsked, TooSoon, Unreachable, Withheld
from idp.signin.sending import Sending
from idp.signin.sending_words import SENDING, UNREACHABLE, NotSent, withheld
from idp.subjects.subjects import Subject
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class SendingPages:
    """/signin/<interaction>/<kind>/send, for each kind of code that is sent."""

    sending: Sending
    arrivals: Arrivals
    pages: Pages

    def routes(self) -> tuple[Route, ...]:
        """Only a form sends: neither a link that is fetched ahead nor a page that is loaded again may cost a text."""
        return tuple(
            Route(
                f"/signin/<interaction_id>/{kind}/send",
                f"signin_{kind}_send",
                partial(self._send, kind),
                methods=("POST",),
                guard=Guard.POPUP_PAGE,
            )
            for kind in SENDING
        )

    def context(self, interaction: Interaction, subject: Subject, kind: str) -> Mapping[str, Any]:
        """What the page of a code of `kind` shows beyond that of any code; nothing for kinds that are not sent."""
        words = SENDING.get(kind)
        if words is None:
            return {}
        return {"sending": words, "shown": self.sending.shown(interaction, subject, kind)}

    def _send(self, kind: str, interaction_id: str) -> Response:
        visit = self.arrivals.visit(interaction_id, read_form(request))
        if not isinstance(visit, Visit):
            return visit
        step = self.sending.send(visit.interaction, kind, visit.browser)
        match step:
            case Dispatched() | TooSoon():
                # Of two clicks the second one comes too soon, and sees what the first one did.
                return see_other(f"{visit.here}/{kind}")
            case NotAsked():
                return see_other(visit.here)
            case Withheld(retry_after):
                response = self._not_sent(visit, kind, withheld(retry_after), 429)
                response.headers["Retry-After"] = str(int(retry_after.total_seconds()))
                return response
            case Unreachable():
                return self._not_sent(visit, kind, UNREACHABLE, 503)
            case _:
                assert_never(step)

    def _not_sent(self, visit: Visit, kind: str, words: NotSent, status: int) -> Response:
        return self.pages.page(
            "signin/not_sent.html",
            brand=visit.interaction.brand,
            application=visit.interaction.application,
            status=status,
            form_action=visit.ends,
            words=words,
            code=f"{visit.here}/{kind}",
            other=f"{visit.here}/other",
        )
