"""Health for load balancers: `live` says the process answers, `ready` that it can do its work."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.wrappers import Response

from idp.core.errors import IdpError
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class Health:
    """`checks` maps the name of a part to a call that raises where the part does not answer."""

    checks: dict[str, Callable[[], None]]

    def routes(self) -> tuple[Route, ...]:
        """The two addresses; they answer under any Host, since probes use bare addresses."""
        return (
            Route("/health/live", "live", self.live, guard=Guard.HEALTH),
            Route("/health/ready", "ready", self.ready, guard=Guard.HEALTH),
        )

    def live(self) -> Response:
        """200 as long as the process answers."""
        return _json({"status": "live"}, 200)

    def ready(self) -> Response:
        """200 where every part answers, 503 with the names of those that do not."""
        down = [name for name, check in self.checks.items() if not _answers(check)]
        return _json({"status": "not ready", "down": down} if down else {"status": "ready"}, 503 if down else 200)


def _answers(check: Callable[[], None]) -> bool:
    try:
        check()
    except IdpError:
        return False
    return True


def _json(body: dict[str, object], status: int) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
