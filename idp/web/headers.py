"""Security headers, by the guard of the route. Computed once for each kind; only the nonce of a page is new each time."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from idp.clients.web_origin import origin_of
from idp.settings import Settings
from idp.web.routes import Cors, Guard

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = tuple[tuple[str, str], ...]
LONGEST_URL = 8 * 1024
EXPOSED = "WWW-Authenticate, DPoP-Nonce, X-Request-Id"
FIXED = "idp.fixed_headers"
NOTHING_CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def fixed_headers(guard: Guard, cors: Cors, settings: Settings) -> Headers:
    """What every answer under `guard` and `cors` carries, pages and errors alike, unless it brings its own."""
    rules = guard.value
    headers = [
        ("Content-Security-Policy", NOTHING_CSP),
        ("X-Content-Type-Options", "nosniff"),
        # Not no-referrer: that would make the Origin of our own forms "null".
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "unsafe-none" if rules.popup else "same-origin"),
        ("Cross-Origin-Resource-Policy", "cross-origin" if rules.cacheable else "same-origin"),
    ]
    if settings.https:
        headers.append(("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))
    if not rules.cacheable:
        headers += [("Cache-Control", "no-store"), ("Pragma", "no-cache")]
    if cors is Cors.ANY:
        headers += [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", EXPOSED)]
    return tuple(headers)


def finishing(wsgi_app: "WSGIApplication", otherwise: Headers) -> "WSGIApplication":
    """`wsgi_app`, whose answers leave with the headers found in the environ under `FIXED`, or else with those of `otherwise`.

    Done here and not on Flask's response, where each header set would cost more than all of them do this way.
    """

    def finish(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            own = {name for name, _ in headers}
            fixed = environ.get(FIXED, otherwise)
            return start_response(status, [*headers, *(pair for pair in fixed if pair[0] not in own)], exc_info)

        return wsgi_app(environ, start)

    return finish


def page_csp(nonce: str, form_action: Iterable[str], frames: Iterable[str] = ()) -> str:
    """The policy of a page of ours, which frames nothing but pages at the origins of `frames`.

    `form_action` names redirect URIs a form may end at: Chromium applies form-action to every redirect after it, so a
    loopback or native scheme must be allowed by name; https is allowed as a whole.
    """
    ends = " ".join(sorted({end for uri in form_action if (end := _form_end(uri))}))
    origins = " ".join(sorted({origin for uri in frames if (origin := origin_of(uri))}))
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; {f'frame-src {origins}; ' if origins else ''}"
        "style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        f"base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self' https:{' ' + ends if ends else ''}"
    )


def _form_end(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.scheme == "https":
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme == "http" else f"{parts.scheme}:"
