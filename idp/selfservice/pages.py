"""Sign-in and security: the page that shows everything one signs in with, and changes nothing."""

from dataclasses import dataclass

from werkzeug.wrappers import Response

from idp.selfservice.overview import Overview
from idp.selfservice.own import HOME, Own, Owner
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class SecurityPages:
    """/account/security; each card leads to the page of one kind."""

    own: Own
    overview: Overview

    def routes(self) -> tuple[Route, ...]:
        """Its address."""
        return (Route(HOME, "own_security", self.show, guard=Guard.PAGE),)

    def show(self) -> Response:
        """GET: the state of everything one signs in with."""
        owner = self.own.enter(HOME)
        if not isinstance(owner, Owner):
            return owner
        cards, alone = self.overview.cards(owner), self.overview.is_password_alone(owner)
        return self.own.page("selfservice/security.html", owner, cards=cards, alone=alone)
