"""What every page of an activation needs first: which interaction, which brand, which case, and what comes next."""

from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from idp.activation.case import Case, Cases, Stage
from idp.activation.finishing import Finishing
from idp.brands.brand import Brand
from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.sessions.context import Requirement
from idp.sessions.interaction import Interaction
from idp.signin.arrival import Arrivals, Visit
from idp.signin.gate import SESSIONLESS
from idp.web.forms import Form
from idp.web.redirects import see_other

# Who came without an application: at the end they go to the portal of their brand.
KIND, DONE_AT = "activate", "/activate/done"
# A sign-in whose subject gets the agreement.
LINK_KIND, LINK_AT = "activate-link", "/activate/link"


@dataclass(frozen=True, slots=True)
class At:
    """Somebody at a page of an activation. Without a case they are at its beginning."""

    visit: Visit
    brand: Brand
    case: Case | None
    stage: Stage | None

    @property
    def here(self) -> str:
        """The address that shows whatever comes next."""
        return f"/activate/{self.visit.interaction.id}"

    @property
    def on(self) -> Response:
        """To the page that comes next."""
        return see_other(self.here)


@dataclass(frozen=True, slots=True)
class Desk:
    """Collaborators of the pages."""

    arrivals: Arrivals
    brands: Brands
    cases: Cases
    finishing: Finishing
    clock: Clock

    def enter(self, interaction_id: str, form: Form | None = None) -> At | Response:
        """Where the activation stands in this browser, or the page that says why there is none."""
        visit = self.arrivals.visit(interaction_id, form)
        if not isinstance(visit, Visit):
            return visit
        brand = self.brands.get(visit.interaction.brand)
        if brand is None or brand.account_api is None or visit.interaction.purpose in SESSIONLESS:
            return self.arrivals.pages.problem("activation_not_here", brand=visit.interaction.brand, status=200)
        case = self.cases.find(visit.interaction)
        return At(visit, brand, case, self.finishing.stage(case, visit.browser) if case is not None else None)

    def page(self, template: str, at: At, *, status: int = 200, **context: Any) -> Response:
        """`template` in the dress of the sign-in that it is part of."""
        return self.arrivals.page(f"activation/{template}.html", at.visit, status=status, here=at.here, case=at.case, **context)

    def begin(self, brand: Brand) -> Interaction:
        """Parks the way of somebody who came by themselves."""
        return self.arrivals.interactions.park(
            kind=KIND,
            browser=self.arrivals.browser.digest(),
            client_id=None,
            brand=brand.id,
            application=None,
            requirement=Requirement(),
            request={"brand": brand.id},
        )

    def revive(self, parked: dict[str, object], _browser: str) -> Interaction | None:
        """The same, for a page that stood open for long."""
        brand = self.brands.get(str(parked.get("brand")))
        return self.begin(brand) if brand is not None else None
