"""Addresses for machines, answered before Flask: tokens, documents, health.

They are asked a thousand times as often as pages, and use neither sessions nor templates nor forms: what Flask does for a page
would be most of their cost. The rules are those of every address: host, length, headers, CORS and errors are decided here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from idp.core.errors import IdpError, Misconfigured, OAuthError, Refused, TooMany, Unavailable
from idp.core.logs import get_log
from idp.core.origin import call_from, current_origin
from idp.settings import Settings
from idp.web.address import Callers
from idp.web.call import NOTHING, Answer, Call, Headers, Hears, json_answer
from idp.web.headers import EXPOSED, LONGEST_URL, fixed_headers
from idp.web.observed import ENDPOINT
from idp.web.routes import Cors, Guard

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = get_log(__name__)
MAY_BE_SENT = ("Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP")
NOT_KEPT = ("Cache-Control", "no-store")
CHOKES = (RecursionError, UnicodeError)


# As the last part of a path: whatever follows, of however many parts.
REST = "{*}"


def answered(error: Exception) -> Answer:
    """What the caller learns of an error (RFC 6749 5.2), and a reference by which its cause is found."""
    reference = (("X-Request-Id", current_origin().request_id),)
    match error:
        case OAuthError():
            described = {"error_description": error.public} if error.public else {}
            challenge = (("WWW-Authenticate", error.challenge),) if error.challenge else ()
            return json_answer({"error": error.code, **described}, error.status, (*challenge, *error.headers, *reference))
        case Unavailable() | TooMany():
            # RFC 6749 4.1.2.1 has the one code for both.
            later = ("Retry-After", str(error.retry_after))
            return json_answer({"error": "temporarily_unavailable"}, error.status, (later, *reference))
        case IdpError() if not isinstance(error, Misconfigured):
            return json_answer({"error": error.code if error.status >= 500 else "invalid_request"}, error.status, reference)
        case _:
            return json_answer({"error": "server_error"}, 500, reference)


@dataclass(frozen=True, slots=True)
class DirectRoute:
    """One address: who answers and by which rules. A part of `path` in braces may be anything: `Call.named` has it.

    No `methods` stand for every method. `told` puts an error into the words of this address.
    """

    path: str
    answer: Callable[[Call], Answer]
    methods: tuple[str, ...]
    guard: Guard
    cors: Cors = Cors.NONE
    told: Callable[[Exception], Answer] = answered

    @property
    def understood(self) -> tuple[str, ...]:
        """Every method that is answered here."""
        head = ("HEAD",) if "GET" in self.methods else ()
        return (*self.methods, *head, *(("OPTIONS",) if self.cors is not Cors.NONE else ()))


Mounted = tuple[DirectRoute, Headers, frozenset[str]]


class Direct:
    """Answers its routes and leaves everything else to the application behind it.

    `is_client_origin` tells whether a registered client lives at an origin; `hears` learns of each refusal.
    """

    def __init__(self, settings: Settings, callers: Callers, is_client_origin: Callable[[str], bool], hears: Hears) -> None:
        self._settings = settings
        self._callers = callers
        self._is_client_origin = is_client_origin
        self._hears = hears
        self._routes: dict[str, Mounted] = {}
        # Those whose address names something, by its first part: every page passes here, and must not pay for them.
        self._naming: dict[str, list[Mounted]] = {}

    def mount(self, routes: Iterable[DirectRoute]) -> None:
        """Adds `routes`."""
        for route in routes:
            fixed = fixed_headers(route.guard, route.cors, self._settings)
            mounted = route, fixed, frozenset(name for name, _ in fixed)
            if "{" in route.path:
                self._naming.setdefault(route.path.split("/")[1], []).append(mounted)
            else:
                self._routes[route.path] = mounted

    def __iter__(self) -> Iterator[DirectRoute]:
        return (route for route, _, _ in (*self._routes.values(), *chain(*self._naming.values())))

    def before(self, otherwise: "WSGIApplication") -> "WSGIApplication":
        """These routes, and `otherwise` for every other address."""

        def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            path = environ.get("PATH_INFO", "")
            found, named = self._routes.get(path), NOTHING
            if found is None:
                found, named = self._named(path)
            if found is None:
                return otherwise(environ, start_response)
            route, fixed, names = found
            environ[ENDPOINT] = route.path
            answer = self._answer(route, environ, named)
            own = answer.own_headers
            if answer.headers and not names.isdisjoint(name for name, _ in answer.headers):
                brought = {name for name, _ in own}
                fixed = tuple(pair for pair in fixed if pair[0] not in brought)
            start_response(answer.status_line, [*own, *fixed, *self._origin_headers(route, environ)])
            return () if environ["REQUEST_METHOD"] == "HEAD" else (answer.body,)

        return application

    def _named(self, path: str) -> tuple["Mounted | None", Mapping[str, str]]:
        parts = path.split("/")
        for mounted in self._naming.get(parts[1], ()) if len(parts) > 2 else ():
            named = _values(mounted[0].path.split("/"), parts)
            if named is not None:
                return mounted, named
        return None, NOTHING

    def _answer(self, route: DirectRoute, environ: "WSGIEnvironment", named: Mapping[str, str]) -> Answer:
        try:
            origin = self._callers.origin(environ)
            call_from(origin)
            if refusal := self._refusal(route, environ):
                return refusal
            return route.answer(Call(environ, origin, route.guard.value.most_bytes, named))
        except Exception as error:  # whatever it is, the caller gets an answer and the log the cause
            answer = self._told(route, error)
            if not route.guard.value.cacheable:
                return answer
            # Some errors may be kept where nothing is said: a failure of a moment ago must not hide what is there by now.
            return Answer(answer.body, answer.content_type, answer.status, (*answer.headers, NOT_KEPT))

    def _refusal(self, route: DirectRoute, environ: "WSGIEnvironment") -> Answer | None:
        if environ.get("HTTP_HOST", "") != self._settings.host and route.guard is not Guard.HEALTH:
            raise Refused("unknown_host", because="the Host header names another host")
        if len(environ.get("QUERY_STRING", "")) + len(environ.get("PATH_INFO", "")) > LONGEST_URL:
            raise IdpError("uri_too_long", "The address is too long", status=414)
        method = environ["REQUEST_METHOD"]
        if method in route.methods or not route.methods:
            return None
        if method == "OPTIONS" and route.cors is not Cors.NONE:
            return Answer(status=204)
        if method == "HEAD" and "GET" in route.methods:
            return None
        refused = route.told(IdpError("method_not_allowed", "This address takes other methods", status=405))
        allowed = ("Allow", ", ".join(sorted(route.understood)))
        return replace(refused, headers=(*refused.headers, allowed, NOT_KEPT))

    def _origin_headers(self, route: DirectRoute, environ: "WSGIEnvironment") -> Headers:
        preflight = environ["REQUEST_METHOD"] == "OPTIONS"
        if route.cors is Cors.NONE or (route.cors is Cors.ANY and not preflight):
            return ()
        headers: Headers = ()
        if route.cors is Cors.CLIENTS:
            headers = (("Vary", "Origin"),)
            origin = environ.get("HTTP_ORIGIN")
            if origin is None or not self._is_known(origin):
                return headers
            headers += (("Access-Control-Allow-Origin", origin), ("Access-Control-Expose-Headers", EXPOSED))
        if preflight:
            methods = ", ".join(method for method in route.understood if method != "HEAD")
            headers += (("Access-Control-Allow-Methods", methods), MAY_BE_SENT, ("Access-Control-Max-Age", "600"))
        return headers

    def _told(self, route: DirectRoute, error: Exception) -> Answer:
        # Input that Python itself chokes on, nested too deep or not text, is the sender's fault, so never a 500.
        refused = IdpError("bad_request", because=type(error).__name__) if isinstance(error, CHOKES) else error
        if isinstance(refused, IdpError) and not isinstance(refused, Misconfigured):
            log.info("refused", error_code=refused.code, because=refused.because)
            self._hears(route.path, refused)
        else:
            log.error("unforeseen", exc_info=error)
        return route.told(refused)

    def _is_known(self, origin: str) -> bool:
        try:
            return self._is_client_origin(origin)
        except Exception as error:
            # The answer itself is good and may have been paid for with a code; only pages at this origin cannot read it.
            log.error("origin_not_checked", exc_info=error)
            return False


def _values(pattern: list[str], parts: list[str]) -> Mapping[str, str] | None:
    """What `parts` of an address are called in `pattern`; None where they do not fit."""
    if pattern[-1] == REST and len(parts) >= len(pattern):
        pattern, parts = pattern[:-1], parts[: len(pattern) - 1]
    if len(pattern) != len(parts):
        return None
    named = {}
    for wanted, given in zip(pattern, parts, strict=True):
        if wanted.startswith("{") and given:
            try:
                # PEP 3333: addresses come as bytes in Latin-1's clothes.
                named[wanted[1:-1]] = given.encode("latin-1").decode()
            except UnicodeDecodeError:
                return None
        elif wanted != given:
            return None
    return named
