"""Pages about a lost second factor that only say something, and where they lead on."""

from dataclasses import dataclass

from werkzeug.wrappers import Response

from idp.recovery.lost_words import SAID
from idp.recovery.way import Ways
from idp.web.render import Pages
from idp.web.routes import Guard, Route

HOME = "/recovery/lost"


@dataclass(frozen=True, slots=True)
class LostSaying:
    """Collaborators."""

    ways: Ways
    pages: Pages

    def routes(self) -> tuple[Route, ...]:
        """Where a form leads that has done something, so that it is not sent again."""
        return (Route(f"{HOME}/said/<what>", "lost_said", self.said, guard=Guard.PAGE),)

    def said(self, what: str) -> Response:
        """GET: one of the pages; a calm one for anything else."""
        return self.say(what, self.ways.find().brand) if what in SAID else self.over(None)

    def say(self, what: str, brand: str | None) -> Response:
        """The page called `what`, in the dress of `brand`."""
        return self.pages.page(
            "recovery/lost_said.html", brand=brand, words=SAID[what], onward=self.ways.onward(self.ways.find())
        )

    def over(self, brand: str | None) -> Response:
        """For a link or a way that leads nowhere any more."""
        return self.pages.problem("lost_over", brand=brand or self.ways.find().brand, status=200, action_url=HOME)
