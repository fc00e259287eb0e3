"""/console/health: what answers, waits, signs and works; and what somebody should look at."""

from dataclasses import dataclass
from datetime import datetime

from werkzeug.wrappers import Response

from idp.admin.console import Agent, Console
from idp.admin.health import Ward, ago
from idp.admin.kind_words import delivery_words
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute

HEALTH = "/console/health"


@dataclass(frozen=True, slots=True)
class HealthPages:
    """The first page of the room."""

    console: Console
    ward: Ward

    def routes(self) -> tuple[StaffRoute, ...]:
        """Its address."""
        return (StaffRoute(HEALTH, "console_health", self.show, Right.SEE_HEALTH),)

    def show(self, agent: Agent) -> Response:
        """GET: alerts first, then everything in its tables."""
        condition = self.ward.look(agent.brands(Right.SEE_HEALTH))
        return self.console.page(
            "admin/health.html", agent, condition=condition, when=when, ago=ago, delivery_words=delivery_words
        )


def when(at: datetime) -> str:
    """A moment as staff compare it with a log: in UTC."""
    return f"{at:%-d %b %Y %H:%M:%S}"
