"""The pages behind the links of a factor reset's notices. Looking at them uses nothing up; their buttons do."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.recovery.lost import LostResets
from idp.recovery.lost_finishing import RESUME, LostFinishing
from idp.recovery.lost_proofs import Over
from idp.recovery.lost_saying import HOME, LostSaying
from idp.recovery.way import Way
from idp.signin.masking import masked
from idp.web.forms import read_form
from idp.web.opened_links import OpenedLinks
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class LostLinkPages:
    """To stop a reset, in any browser, and to finish it."""

    resets: LostResets
    finishing: LostFinishing
    stops: OpenedLinks
    finishes: OpenedLinks
    saying: LostSaying

    def routes(self) -> tuple[Route, ...]:
        """The mailed addresses, and the pages they lead to."""
        return (
            Route(f"{HOME}/stop/<handle>", "lost_stop_link", self.to_stop, guard=Guard.PAGE),
            Route(f"{HOME}/stop", "lost_stop", self.show_stop, guard=Guard.PAGE),
            Route(f"{HOME}/stop", "lost_stop_now", self.stop, methods=("POST",), guard=Guard.PAGE),
            Route(f"{HOME}/finish/<handle>", "lost_finish_link", self.to_finish, guard=Guard.PAGE),
            Route(f"{HOME}/finish", "lost_finish", self.show_finish, guard=Guard.PAGE),
            Route(f"{HOME}/finish", "lost_finish_now", self.finish, methods=("POST",), guard=Guard.PAGE),
        )

    def to_stop(self, handle: str) -> Response:
        """GET: takes the secret out of the address before anything is shown, so that no history or Referer keeps it."""
        return see_other(f"{HOME}/stop", at=self.stops.open(handle))

    def show_stop(self) -> Response:
        """GET: what the button does."""
        reset = self.resets.stoppable(self.stops.kept(request.args.get("at", "")))
        if reset is None:
            return self.saying.over(None)
        return self.saying.pages.page("recovery/lost_stop.html", brand=reset.brand, at=request.args["at"])

    def stop(self) -> Response:
        """POST: stops it."""
        stop_digest = self.stops.kept(read_form(request)["at"])
        reset = self.resets.stoppable(stop_digest)
        if reset is None or not self.resets.stop(stop_digest):
            return self.saying.over(None)
        return self._stopped(reset.brand)

    def to_finish(self, handle: str) -> Response:
        """GET: the same for the link that goes on."""
        return see_other(f"{HOME}/finish", at=self.finishes.open(handle))

    def show_finish(self) -> Response:
        """GET: what is removed, and what is still to be proven."""
        found = self.finishing.whose(self.finishes.kept(request.args.get("at", "")))
        if isinstance(found, Over):
            return self.saying.over(None)
        owner, reset = found
        return self.saying.pages.page(
            "recovery/lost_finish.html", brand=reset.brand, at=request.args["at"], whose=masked(owner.username)
        )

    def finish(self) -> Response:
        """POST: on to the last proof, or stops it."""
        form = read_form(request)
        finish_digest = self.finishes.kept(form["at"])
        found = self.finishing.whose(finish_digest)
        if isinstance(found, Over):
            return self.saying.over(None)
        if "stop" in form:
            return self._stopped(found[1].brand) if self.finishing.stop(finish_digest) else self.saying.over(None)
        parked = self.finishing.come_back(finish_digest, self.finishes.browser.digest())
        return self.saying.over(None) if isinstance(parked, Over) else see_other(f"{RESUME}/{parked.id}")

    def _stopped(self, brand: str | None) -> Response:
        self.saying.ways.keep(Way(brand, self.saying.ways.find().request))
        return see_other(f"{HOME}/said/stopped")
