"""/console/health/sign-ins: what happened at the doors, over time."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.admin.charts import charts
from idp.admin.console import Agent, Console
from idp.admin.kind_words import NO_BRAND, kind_words
from idp.admin.pages.health import HEALTH
from idp.admin.rights import Right
from idp.admin.spans import Span, span_of
from idp.admin.staff_routes import StaffRoute
from idp.core.tallies import Tally, read

BY_KIND, BY_BRAND = "kind", "brand"


@dataclass(frozen=True, slots=True)
class ChartPages:
    """The charts of the room."""

    console: Console

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their address."""
        return (StaffRoute(f"{HEALTH}/sign-ins", "console_charts", self.show, Right.SEE_HEALTH),)

    def show(self, agent: Agent) -> Response:
        """GET: one chart for each measure; the address says over which time, for which brand, and how told apart."""
        span, now = span_of(request.args.get("span", "")), self.console.clock.now()
        names = self._names(agent)
        brand = next((id for id in names if id == request.args.get("brand")), None)
        apart = BY_BRAND if request.args.get("apart") == BY_BRAND else BY_KIND
        brands = agent.brands(Right.SEE_HEALTH) if brand is None else frozenset({brand})
        with self.console.database.reading() as db:
            found = read(db, span.begins(now)[0], now, brands, by_day=span is not Span.HOUR)

        def name_of(tally: Tally) -> str:
            return kind_words(tally) if apart == BY_KIND else names.get(tally.brand, tally.brand)

        drawn = charts(found, span, now, name_of)
        return self.console.page(
            "admin/charts.html", agent, charts=drawn, span=span, spans=tuple(Span), brands=names, chosen=brand, apart=apart
        )

    def _names(self, agent: Agent) -> Mapping[str, str]:
        """The brands that the agent may look at, and what is no brand's where they may look at all."""
        theirs = agent.brands(Right.SEE_HEALTH)
        every = {brand.id: brand.name for brand in self.console.brands.all()}
        return {**every, "": NO_BRAND} if theirs is None else {id: every.get(id, id) for id in sorted(theirs)}
