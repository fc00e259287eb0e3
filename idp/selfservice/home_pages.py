"""Your account: the page from which everything of one's own is reached, and which changes nothing."""

from dataclasses import dataclass

from werkzeug.wrappers import Response

from idp.selfservice.home import Home
from idp.selfservice.own import ACCOUNT, Own, Owner
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class HomePages:
    """/account."""

    own: Own
    home: Home

    def routes(self) -> tuple[Route, ...]:
        """Its address."""
        return (Route(ACCOUNT, "own_account", self.show, guard=Guard.PAGE),)

    def show(self) -> Response:
        """GET: the state of everything."""
        owner = self.own.enter(ACCOUNT)
        if not isinstance(owner, Owner):
            return owner
        return self.own.page("selfservice/account.html", owner, cards=self.home.cards(owner), code=self.home.caller_code(owner))
