"""Routes of pages with their rules: every address declares its guard, and the guard decides checks, caching and limits."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache

from flask import Flask
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

View = Callable[..., Response]


class Cors(Enum):
    """Who may read answers from another origin. Never with credentials (P1)."""

    NONE = "none"
    ANY = "any"
    CLIENTS = "clients"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a guard means. `most_bytes` limits the body; `popup` leaves the opener reachable (COOP unsafe-none)."""

    csrf: bool
    cacheable: bool
    most_bytes: int
    popup: bool = False


class Guard(Enum):
    """The kinds of address there are."""

    PAGE = Rules(csrf=True, cacheable=False, most_bytes=64 * 1024)
    POPUP_PAGE = Rules(csrf=True, cacheable=False, most_bytes=64 * 1024, popup=True)
    AUTHORIZE = Rules(csrf=False, cacheable=False, most_bytes=16 * 1024, popup=True)
    PROTOCOL = Rules(csrf=False, cacheable=False, most_bytes=16 * 1024)
    DOCUMENT = Rules(csrf=False, cacheable=True, most_bytes=1024)
    HEALTH = Rules(csrf=False, cacheable=False, most_bytes=1024)


@dataclass(frozen=True, slots=True)
class Route:
    """One address: where, under which name, who answers and by which rules."""

    rule: str
    endpoint: str
    view: View
    methods: tuple[str, ...] = ("GET",)
    guard: Guard = Guard.PAGE


class AnsweringRule(Rule):
    """A rule that is matched and never built from: addresses stand in the code as people read them.

    Werkzeug compiles two functions for each rule to build addresses with, which is most of what starting takes.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        return _builds_nothing


def _builds_nothing(_rule: Rule, **_values: object) -> tuple[str, str]:
    raise NotImplementedError("addresses are not built from rules")


class RouteTable:
    """The routes mounted so far, by endpoint: what the headers, the checks and the architecture test read."""

    def __init__(self) -> None:
        self._routes: dict[str, Route] = {}

    def mount(self, app: Flask, routes: Iterable[Route]) -> None:
        """Makes `routes` all that `app` has, once. An endpoint may be mounted at several addresses under one set of rules."""
        addresses = []
        for route in routes:
            self._routes.setdefault(route.endpoint, route)
            addresses.append((route.rule, route.endpoint, route.methods))
        app.url_map = _map_of(tuple(addresses))
        app.view_functions = {endpoint: route.view for endpoint, route in self._routes.items()}

    def get(self, endpoint: str | None) -> Route | None:
        """The route of an endpoint; None for an address that is not ours."""
        return self._routes.get(endpoint or "")

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes.values())


@cache
def _map_of(addresses: tuple[tuple[str, str, tuple[str, ...]], ...]) -> Map:
    # A process that opens many providers, as one of tests does, makes it once: it takes as long as all else of mounting.
    return Map([AnsweringRule(rule, endpoint=endpoint, methods=methods) for rule, endpoint, methods in addresses])
