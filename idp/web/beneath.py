"""An issuer with a path: every address of ours lies beneath it, and none of the code has to know.

Addresses stand in the code and in templates as if the provider had its host to itself: `/account`, `/static/style.css`. Here,
at the edge, the issuer's path is taken off what comes in and put before what goes out. Cookies keep the path `/`, as the
prefix `__Host-` demands.
"""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from idp.settings import Settings
from idp.web.call import json_answer
from idp.web.headers import fixed_headers
from idp.web.routes import Cors, Guard

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# The attributes of our pages that hold addresses. Text cannot look like one of them: its quotation marks are escaped.
ADDRESSES = re.compile(r'(?<=\s)(href|src|action|data-strength)="/(?![/\\])')
WELL_KNOWN = "/.well-known/"
# Asked of hosts, not of issuers (RFC 8615).
OF_THE_HOST = frozenset({f"{WELL_KNOWN}passkey-endpoints", f"{WELL_KNOWN}change-password"})
# Asked by probes, who know nothing of issuers, and at the host alone: a proxy that passes the issuer's path on opens none.
PROBED = frozenset({"/health/live", "/health/ready", "/healthz", "/readyz", "/metrics"})
# Of an issuer with a path these stand between its host and its path (RFC 8414, 3.1 and 5).
BETWEEN = ("oauth-authorization-server", "openid-configuration")


def placed(html: str, path: str) -> str:
    """A page of ours with its addresses beneath `path`, the issuer's."""
    return ADDRESSES.sub(rf'\1="{path}/', html) if path else html


def inner(address: str, path: str) -> str | None:
    """What `address`, the path of a request, is called in the code; None for what does not lie beneath `path`."""
    if address in OF_THE_HOST or address in PROBED:
        return address
    if address.startswith(f"{path}/"):
        return None if address[len(path) :] in PROBED else address[len(path) :]
    between = {f"{WELL_KNOWN}{name}{path}": f"{WELL_KNOWN}{name}" for name in BETWEEN}
    return between.get(address, "/" if address == path else None)


def beneath(wsgi_app: "WSGIApplication", settings: Settings) -> "WSGIApplication":
    """`wsgi_app` beneath the issuer's path; itself where there is none."""
    path = settings.path
    if not path:
        return wsgi_app
    nothing = json_answer({"error": "not_found"}, 404)
    headers = [*nothing.own_headers, *fixed_headers(Guard.HEALTH, Cors.NONE, settings)]

    def enter(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        found = inner(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), path)
        if found is None:
            start_response(nothing.status_line, headers)
            return (nothing.body,)

        def start(status: str, told: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            return start_response(status, [_placed(header, path) for header in told], exc_info)

        environ["SCRIPT_NAME"], environ["PATH_INFO"] = path, found
        return wsgi_app(environ, start)

    return enter


def _placed(header: tuple[str, str], path: str) -> tuple[str, str]:
    name, value = header
    ours = name.lower() == "location" and value.startswith("/") and not value.startswith("//")
    return (name, path + value) if ours else header
