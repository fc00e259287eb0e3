"""What an operation of the admin API is: everything that routing, admission, input and the OpenAPI document need of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from idp.admin.api.caller import Caller
from idp.admin.rights import Right
from idp.web.call import Headers

BASE = "/admin/v1"
CLIENTS, SUBJECTS, AUDIT = "admin:clients", "admin:subjects", "admin:audit"
AREAS = (CLIENTS, SUBJECTS, AUDIT)
# Whoever may change may read.
SCOPES = frozenset(scope for area in AREAS for scope in (area, f"{area}:read"))


def own_apis(issuer: str) -> frozenset[str]:
    """The audiences of the provider's own APIs."""
    return frozenset({issuer, f"{issuer}/", issuer + BASE})


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that was let in: its caller, what the address names, the query, the body if there is one, `If-Match`."""

    caller: Caller
    named: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    if_match: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What is answered; no content where it is None."""

    content: Mapping[str, Any] | None = None
    status: int = 200
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query, with a JSON schema and a sentence about it."""

    name: str
    about: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one path under `BASE`.

    `area` is the scope that allows everything there; `right` is what a member of staff must have, and says whether anything
    is changed. `body` and the values of `answers` name schemas; a status without content has None. `handle` runs in a
    transaction where something is changed or recorded, that is where `writes`; `prepare` runs before it, and may take long.
    """

    name: str
    about: str
    method: str
    path: str
    area: str
    right: Right
    handle: Callable[[Connection, Asked], Told]
    answers: Mapping[int, str | None]
    query: tuple[Parameter, ...] = ()
    body: str | None = None
    writes: bool = False
    prepare: Callable[[Asked], None] | None = None
    refusals: tuple[int, ...] = field(default=())

    @property
    def scopes(self) -> tuple[str, ...]:
        """Any one of these is enough; the narrowest first."""
        return (self.area,) if self.right.changes else (f"{self.area}:read", self.area)
