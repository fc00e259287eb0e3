"""Clients by the admin API: the registrar's rules, for the brands that the caller reaches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from idp.admin.api.caller import Caller
from idp.admin.api.client_answers import overlap_of, refuse, shown, version_of, wrong
from idp.admin.api.operations import CLIENTS, SCOPES, Asked, Operation, Told
from idp.admin.api.paging import PAGING, Cursors, limit_of
from idp.admin.api.problem import Problem, not_enough, not_there
from idp.admin.rights import Right
from idp.brands.registry import Brands
from idp.clients.audiences import Beyond, beyond
from idp.clients.metadata import ClientMetadata
from idp.clients.registrar import (
    Allowed,
    Changed,
    Done,
    Registered,
    Registrar,
    Rotated,
    Unchanged,
    by_administrator,
    check,
)
from idp.clients.registry import Clients, Listed
from idp.clients.search import Sought
from idp.clients.search import after as behind
from idp.clients.sectors import NAME as SECTOR
from idp.core.clock import Clock
from idp.oidc.authorization.scopes import SCOPES as SIGN_IN_SCOPES

SEE, CHANGE = Right.SEE_CLIENTS, Right.CHANGE_CLIENTS
REGISTER = "Register a client; its secret is told this once"
REPLACE = "Replace what is known of a client; If-Match may name the version that was read"
DELETE = "Remove a client with its tokens, for good"
ROTATE = "A further secret, told this once; the older one lives on for the overlap"
NEW_SECRET = {200: "NewSecret"}
Answers = Mapping[int, str | None]


@dataclass(frozen=True, slots=True)
class ClientOperations:
    """Lists, reads, registers, changes and removes clients. `of_ours` are the provider's own APIs."""

    clients: Clients
    registrar: Registrar
    brands: Brands
    cursors: Cursors
    clock: Clock
    of_ours: frozenset[str]

    def operations(self) -> tuple[Operation, ...]:
        """What can be done."""
        everyone, one = "/clients", "/clients/{client_id}"
        told: Answers = {200: "Client"}
        listed: Answers = {200: "Clients"}
        return (
            Operation("listClients", "Clients, by id", "GET", everyone, CLIENTS, SEE, self.all, listed, query=PAGING),
            Operation("readClient", "One client", "GET", one, CLIENTS, SEE, self.read, told, refusals=(404,)),
            replace(
                _changing(
                    "registerClient", REGISTER, "POST", everyone, self.register, {201: "Client"}, "ClientMetadata", (409, 422)
                ),
                prepare=self._prove,
            ),
            replace(
                _changing("changeClient", REPLACE, "PUT", one, self.change, told, "ClientMetadata", (404, 409, 412, 422)),
                prepare=self._prove,
            ),
            _changing("deleteClient", DELETE, "DELETE", one, self.delete, {204: None}, None, (404, 409)),
            _changing("rotateSecret", ROTATE, "POST", f"{one}/rotate-secret", self.rotate, NEW_SECRET, "Rotation", (404, 409)),
            _changing("disableClient", "Stop a client", "POST", f"{one}/disable", self.disable, told, None, (404,)),
            _changing("enableClient", "Let it act again", "POST", f"{one}/enable", self.enable, told, None, (404, 409)),
        )

    def all(self, db: Connection, asked: Asked) -> Told:
        """GET: a page of those the caller reaches."""
        limit, after = limit_of(asked.query), self.cursors.read(asked.query, self.clock.now())
        rest = behind(db, Sought(asked.caller.brands(SEE)), after or "", limit + 1)
        more = self.cursors.make(rest[limit - 1].client.id) if len(rest) > limit else None
        return Told({"items": [shown(one, self.clients.secrets(db, one.client.id)) for one in rest[:limit]], "next": more})

    def read(self, db: Connection, asked: Asked) -> Told:
        """GET: one, with its version as ETag."""
        return self._told(db, self._find(db, asked, SEE))

    def register(self, db: Connection, asked: Asked) -> Told:
        """POST: 201 and where it is."""
        meta = self._meta(db, asked, None)
        outcome = self.registrar.register(db, meta)
        if not isinstance(outcome, Registered):
            refuse(outcome)
        told = self._told(db, self._stored(db, meta.client_id), outcome.secret)
        return Told(told.content, 201, (*told.headers, ("Location", f"/admin/v1/clients/{meta.client_id}")))

    def change(self, db: Connection, asked: Asked) -> Told:
        """PUT: it becomes what the body says."""
        found = self._find(db, asked, CHANGE)
        meta = self._meta(db, asked, found.client.id)
        outcome = self.registrar.change(db, found.client.id, meta, version_of(asked.if_match))
        if not isinstance(outcome, Changed | Unchanged):
            refuse(outcome)
        self.clients.forget(found.client.id)
        return self._told(db, self._stored(db, found.client.id), outcome.secret if isinstance(outcome, Changed) else None)

    def delete(self, db: Connection, asked: Asked) -> Told:
        """DELETE: 204."""
        outcome = self.registrar.delete(db, self._find(db, asked, CHANGE).client.id)
        return Told(status=204) if isinstance(outcome, Done) else refuse(outcome)

    def rotate(self, db: Connection, asked: Asked) -> Told:
        """POST: the secret, this once."""
        found, overlap = self._find(db, asked, CHANGE), overlap_of(asked.body)
        outcome = self.registrar.rotate(db, found.client.id, overlap)
        if not isinstance(outcome, Rotated):
            refuse(outcome)
        return Told({"client_id": found.client.id, "client_secret": outcome.secret})

    def disable(self, db: Connection, asked: Asked) -> Told:
        """POST: as often as one likes."""
        found = self._find(db, asked, CHANGE)
        return self._done(db, found, self.registrar.disable(db, found.client.id))

    def enable(self, db: Connection, asked: Asked) -> Told:
        """POST: as often as one likes."""
        found = self._find(db, asked, CHANGE)
        return self._done(db, found, self.registrar.enable(db, found.client.id))

    def _done(self, db: Connection, found: Listed, outcome: object) -> Told:
        if not isinstance(outcome, Done | Unchanged):
            refuse(outcome)
        self.clients.forget(found.client.id)
        return self._told(db, self._stored(db, found.client.id))

    def _find(self, db: Connection, asked: Asked, right: Right) -> Listed:
        found = self.clients.listed(db, asked.named["client_id"])
        if found is None or not asked.caller.reaches(right, found.client.brand):
            raise not_there()
        # Whoever could change a client of this API, or take its secret, would have all that it may do.
        if right.changes and found.client.scopes & SCOPES:
            raise not_enough(CLIENTS, "Clients of this API are changed in the console and in clients.yaml alone")
        if right.changes and self._beyond(db, asked.caller).owned & {*found.metadata.resources, *found.metadata.owns}:
            raise not_enough(CLIENTS, "It reaches an API of another brand; this takes somebody who acts for all")
        return found

    def _prove(self, asked: Asked) -> None:
        if faults := self.registrar.sectors.faults(asked.body.get(SECTOR), asked.body.get("redirect_uris", ())):
            raise wrong(faults)

    def _meta(self, db: Connection, asked: Asked, client_id: str | None) -> ClientMetadata:
        meta = check(asked.body, self._allowed(db, asked.caller, client_id))
        if not isinstance(meta, ClientMetadata):
            raise wrong(meta)
        if beyond := SCOPES & set(meta.scope.split()):
            reason = f"{min(beyond)} can be given in the console and in clients.yaml alone"
            raise Problem(422, "invalid", f"scope: {reason}", [("scope", reason)])
        return meta

    def _allowed(self, db: Connection, caller: Caller, client_id: str | None) -> Allowed:
        over = caller.brands(CHANGE)
        known = frozenset(brand.id for brand in self.brands.all())
        brands = known if over is None else known & over
        if over is None:
            longest = self.registrar.longest
            return by_administrator(brands, SIGN_IN_SCOPES, everywhere=True, client_id=client_id, longest=longest)
        # Whoever acts for one brand has no say over the APIs of others.
        others = self._beyond(db, caller, client_id)
        return by_administrator(
            brands,
            SIGN_IN_SCOPES,
            everywhere=False,
            client_id=client_id,
            foreign=others.owned,
            not_to_own=others.used | self.of_ours,
            longest=self.registrar.longest,
        )

    def _beyond(self, db: Connection, caller: Caller, client_id: str | None = None) -> Beyond:
        return beyond(db, lambda brand: caller.reaches(CHANGE, brand), client_id)

    def _stored(self, db: Connection, client_id: str) -> Listed:
        found = self.clients.listed(db, client_id)
        if found is None:
            raise not_there()
        return found

    def _told(self, db: Connection, found: Listed, secret: str | None = None) -> Told:
        once = {} if secret is None else {"client_secret": secret}
        return Told(shown(found, self.clients.secrets(db, found.client.id)) | once, headers=(("ETag", f'"{found.version}"'),))


def _changing(
    name: str,
    about: str,
    method: str,
    path: str,
    handle: Callable[[Connection, Asked], Told],
    answers: Answers,
    body: str | None,
    refusals: tuple[int, ...],
) -> Operation:
    return Operation(name, about, method, path, CLIENTS, CHANGE, handle, answers, body=body, writes=True, refusals=refusals)
