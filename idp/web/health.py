"""Health for load balancers: `live` says the process answers, `ready` that it can do its work."""

from collections.abc import Callable
from dataclasses import dataclass

from idp.core.errors import IdpError
from idp.web.call import Answer, Call, json_answer
from idp.web.direct import DirectRoute
from idp.web.routes import Guard


@dataclass(frozen=True, slots=True)
class Health:
    """`checks` maps the name of a part to a call that raises where the part does not answer."""

    checks: dict[str, Callable[[], None]]

    def routes(self) -> tuple[DirectRoute, ...]:
        """Both under two names; they answer under any Host, since probes use bare addresses."""
        return (
            DirectRoute("/health/live", self.live, ("GET",), Guard.HEALTH),
            DirectRoute("/health/ready", self.ready, ("GET",), Guard.HEALTH),
            DirectRoute("/healthz", self.live, ("GET",), Guard.HEALTH),
            DirectRoute("/readyz", self.ready, ("GET",), Guard.HEALTH),
        )

    def live(self, _call: Call) -> Answer:
        """200 as long as the process answers."""
        return json_answer({"status": "live"})

    def ready(self, _call: Call) -> Answer:
        """200 where every part answers, 503 with the names of those that do not."""
        down = [name for name, check in self.checks.items() if not answers(check)]
        return json_answer({"status": "not ready", "down": down}, 503) if down else json_answer({"status": "ready"})


def answers(check: Callable[[], None]) -> bool:
    """Whether a part answers."""
    try:
        check()
    except IdpError:
        return False
    return True
