"""Sign-in and security: what a customer has enrolled, each with its state first."""

from dataclasses import dataclass

from werkzeug.wrappers import Response

from idp.factors.recovery_codes import CODES, RecoveryCodes
from idp.factors.totp import Totp
from idp.selfservice.own import HOME, Own, Owner
from idp.subjects.authenticators import of
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class SecurityPages:
    """The page that shows and changes nothing; each card leads to the page of one kind."""

    own: Own
    totp: Totp
    recovery_codes: RecoveryCodes

    def routes(self) -> tuple[Route, ...]:
        """Its address."""
        return (Route(HOME, "own_security", self.show, guard=Guard.PAGE),)

    def show(self) -> Response:
        """GET: the state of everything one signs in with."""
        owner = self.own.enter(HOME)
        if not isinstance(owner, Owner):
            return owner
        with self.own.database.reading() as db:
            apps = of(db, owner.subject.id, Totp.kind)
            left = self.recovery_codes.left(db, owner.subject.id)
        return self.own.pages.page(
            "selfservice/security.html", brand=owner.brand, apps=[app.label for app in apps], codes_left=left, codes=CODES
        )
