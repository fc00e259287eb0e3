"""Clients, for the staff: what somebody of the staff may see and say of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from idp.admin.client_list import Found, Wish, narrow
from idp.admin.console import Agent
from idp.admin.rights import Right
from idp.brands.registry import Brands
from idp.clients.audiences import Beyond, beyond
from idp.clients.faults import Faults
from idp.clients.metadata import ClientMetadata
from idp.clients.registrar import Broken, Registered, Registrar, Taken, Unknown, by_administrator, check
from idp.clients.registry import Listed, Secret
from idp.core.database import Database
from idp.oidc.authorization.scopes import SCOPES

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClientDesk:
    """What the pages of clients work with. `reserved` are scopes that only an administrator of all brands gives away.

    `of_ours` are the provider's own APIs, which no client of a brand answers for.
    """

    database: Database
    registrar: Registrar
    brands: Brands
    reserved: frozenset[str] = frozenset()
    of_ours: frozenset[str] = frozenset()

    def visible(self, agent: Agent, wanted: Wish) -> Found:
        """What is `wanted` of the clients of the agent's brands."""
        with self.database.reading() as db:
            return narrow(db, agent.brands(Right.SEE_CLIENTS), wanted)

    def find(self, agent: Agent, client_id: str, right: Right) -> Listed | None:
        """One client; None where there is none over which `right` is the agent's."""
        with self.database.reading() as db:
            found = self.registrar.clients.listed(db, client_id)
        return found if found is not None and self.holds(agent, right, found) else None

    def holds(self, agent: Agent, right: Right, one: Listed) -> bool:
        """Whether `right` over a client is the agent's."""
        if not agent.reaches(right, one.client.brand):
            return False
        # Whoever changes a client, or has its secret, may do what it may: so only they who could have given it that.
        return not right.changes or self.reserved.isdisjoint(one.client.scopes) or agent.brands(right) is None

    def secrets(self, client_id: str) -> tuple[Secret, ...]:
        """Its secrets, the newest first."""
        with self.database.reading() as db:
            return self.registrar.clients.secrets(db, client_id)

    def brands_of(self, agent: Agent) -> tuple[str, ...]:
        """The brands for which the agent may register."""
        theirs = agent.brands(Right.CHANGE_CLIENTS)
        return tuple(brand.id for brand in self.brands.all() if theirs is None or brand.id in theirs)

    def check(self, agent: Agent, given: Mapping[str, object], client_id: str | None = None) -> ClientMetadata | Faults:
        """What `given` describes, by what this agent may say; of the client `client_id` where one is changed."""
        everywhere = agent.brands(Right.CHANGE_CLIENTS) is None
        others = Beyond(frozenset(), frozenset()) if everywhere else self._beyond(agent, client_id)
        allowed = by_administrator(
            self.brands_of(agent),
            SCOPES,
            everywhere=everywhere,
            client_id=client_id,
            foreign=others.owned,
            reserved=() if everywhere else self.reserved,
            not_to_own=() if everywhere else others.used | self.of_ours,
            longest=self.registrar.longest,
        )
        meta = check(given, allowed)
        if not isinstance(meta, ClientMetadata):
            return meta
        return self.registrar.sectors.faults(meta.sector_identifier_uri, meta.redirect_uris) or meta

    def registers(self, meta: ClientMetadata) -> Registered | Taken:
        """Makes it a client."""
        with self.database.transaction() as db:
            return self.registrar.register(db, meta)

    def does(self, agent: Agent, client_id: str, act: Callable[[Connection], T]) -> T | Unknown:
        """What comes of `act` in one transaction, where the client is the agent's to change at that moment."""
        with self.database.transaction() as db:
            found = self.registrar.clients.listed(db, client_id)
            if found is None or not self.holds(agent, Right.CHANGE_CLIENTS, found):
                return Unknown()
            return act(db)

    def broken_by_delete(self, client_id: str) -> Broken:
        """What ends when the client is deleted."""
        with self.database.reading() as db:
            return self.registrar.broken_by_delete(db, client_id)

    def beyond(self, agent: Agent, meta: ClientMetadata) -> bool:
        """Whether the client reaches an API that is not this agent's to give: whoever has its secret reaches it too."""
        return not self._beyond(agent, None).owned.isdisjoint((*meta.resources, *meta.owns))

    def _beyond(self, agent: Agent, client_id: str | None) -> Beyond:
        with self.database.reading() as db:
            return beyond(db, lambda brand: agent.reaches(Right.CHANGE_CLIENTS, brand), client_id)


def resulting(meta: ClientMetadata) -> dict[str, object]:
    """The metadata as they are kept, for people to read: without what is empty, and without digests."""
    every = meta.model_dump(mode="json", exclude_none=True, exclude={"secret_digests"})
    return {name: value for name, value in every.items() if value not in ([], "")}
