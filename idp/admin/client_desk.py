"""Clients, for the staff: what somebody of the staff may see and say of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from idp.admin.console import Agent
from idp.admin.rights import Right
from idp.brands.registry import Brands
from idp.clients.faults import Faults
from idp.clients.metadata import ClientMetadata
from idp.clients.registrar import Broken, Registered, Registrar, Taken, Unknown, by_administrator, check
from idp.clients.registry import Listed, Secret
from idp.core.database import Database
from idp.oidc.authorization.scopes import SCOPES

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClientDesk:
    """What the pages of clients work with. `reserved` are scopes that only an administrator of all brands gives away."""

    database: Database
    registrar: Registrar
    brands: Brands
    reserved: frozenset[str] = frozenset()

    def visible(self, agent: Agent) -> list[Listed]:
        """Every client of the agent's brands."""
        with self.database.reading() as db:
            return [one for one in self.registrar.clients.all(db) if agent.reaches(Right.SEE_CLIENTS, one.client.brand)]

    def find(self, agent: Agent, client_id: str, right: Right) -> Listed | None:
        """One client; None where there is none over which `right` is the agent's."""
        with self.database.reading() as db:
            found = self.registrar.clients.listed(db, client_id)
        return found if found is not None and agent.reaches(right, found.client.brand) else None

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
        allowed = by_administrator(
            self.brands_of(agent),
            SCOPES,
            everywhere=everywhere,
            client_id=client_id,
            foreign=() if everywhere else self._foreign(agent),
            reserved=() if everywhere else self.reserved,
        )
        return check(given, allowed)

    def registers(self, meta: ClientMetadata) -> Registered | Taken:
        """Makes it a client."""
        with self.database.transaction() as db:
            return self.registrar.register(db, meta)

    def does(self, agent: Agent, client_id: str, act: Callable[[Connection], T]) -> T | Unknown:
        """What comes of `act` in one transaction, where the client is the agent's to change at that moment."""
        with self.database.transaction() as db:
            found = self.registrar.clients.listed(db, client_id)
            if found is None or not agent.reaches(Right.CHANGE_CLIENTS, found.client.brand):
                return Unknown()
            return act(db)

    def broken_by_delete(self, client_id: str) -> Broken:
        """What ends when the client is deleted."""
        with self.database.reading() as db:
            return self.registrar.broken_by_delete(db, client_id)

    def beyond(self, agent: Agent, meta: ClientMetadata) -> bool:
        """Whether the client may do what this agent may give to none: whoever has its secret may do it too."""
        if agent.brands(Right.CHANGE_CLIENTS) is None:
            return False
        return bool(self._foreign(agent) & {*meta.resources, *meta.owns} or self.reserved & set(meta.scope.split()))

    def _foreign(self, agent: Agent) -> frozenset[str]:
        with self.database.reading() as db:
            every = self.registrar.clients.all(db)
        return frozenset(
            audience
            for one in every
            if not agent.reaches(Right.CHANGE_CLIENTS, one.client.brand)
            for audience in one.client.owns
        )


def resulting(meta: ClientMetadata) -> dict[str, object]:
    """The metadata as they are kept, for people to read: without what is empty, and without digests."""
    every = meta.model_dump(mode="json", exclude_none=True, exclude={"secret_digests"})
    return {name: value for name, value in every.items() if value not in ([], "")}
