"""What is seen of every request: how it was answered, how long that took, and one line in the log."""

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from idp.core.logs import log_request
from idp.core.meter import Meter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where in the environ the name of the endpoint stands: never the address, which may hold a code, a token or a name.
ENDPOINT = "idp.endpoint"
NOWHERE = "none"


def observed(wsgi_app: "WSGIApplication", meter: Meter, ticks: Callable[[], float] = perf_counter) -> "WSGIApplication":
    """`wsgi_app`, with every request counted in `meter` and logged. `ticks` is a clock in seconds."""

    def observe(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        begun, status = ticks(), "500"

        def start(line: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            nonlocal status
            status = line[:3]
            return start_response(line, headers, exc_info) if exc_info else start_response(line, headers)

        try:
            return wsgi_app(environ, start)
        finally:
            took = ticks() - begun
            endpoint = environ.get(ENDPOINT, NOWHERE)
            meter.answered(endpoint, f"{status[0]}xx", took)
            log_request(endpoint, int(status), took)

    return observe
