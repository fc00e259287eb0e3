"""Applications that may use one's account: those of others, allowed by name, and the brands' own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.brands.brand import Brand
from idp.brands.registry import Brands
from idp.clients.client import Client
from idp.clients.consent import Consents
from idp.clients.registry import Clients
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus
from idp.selfservice.own import Owner


@dataclass(frozen=True, slots=True)
class Allowed:
    """An application of somebody else, or one of a brand's own that was asked for by name: what it may do, since when."""

    client: Client
    scopes: frozenset[str]
    since: datetime


@dataclass(frozen=True, slots=True)
class Service:
    """A brand where the sign-in is used, since when, and its own applications, whose consent is implied: stopped ones too."""

    brand: Brand
    own: tuple[Client, ...]
    since: datetime

    @property
    def running(self) -> tuple[Client, ...]:
        """Those of its applications that can be used now."""
        return tuple(client for client in self.own if not client.disabled)


@dataclass(frozen=True, slots=True)
class Connected:
    """Acts run in a change of the owner's (`changing`). What ends with a consent, subscribers of `ConsentWithdrawn` say."""

    database: Database
    clock: Clock
    bus: Bus
    brands: Brands
    clients: Clients
    consents: Consents

    def applications(self, db: Connection, subject_id: str) -> tuple[Allowed, ...]:
        """Those allowed by name that are not a brand's own."""
        found = ((self.clients.find(consent.client_id), consent) for consent in self.consents.of(db, subject_id))
        return tuple(
            Allowed(client, consent.scopes, consent.granted_at)
            for client, consent in found
            if client is not None and not client.first_party
        )

    def services(self, db: Connection, subject_id: str) -> tuple[Service, ...]:
        """The brands where the sign-in is used."""
        visits = ((self.brands.get(visit.brand), visit.allowed_at) for visit in self.consents.visits(db, subject_id))
        own = [one.client for one in self.clients.all(db) if one.client.first_party]
        return tuple(
            Service(brand, tuple(client for client in own if client.brand == brand.id), since)
            for brand, since in visits
            if brand is not None
        )

    def application(self, owner: Owner, client_id: str) -> Allowed | None:
        """The one with this id, if the owner allows it anything."""
        with self.database.reading() as db:
            return next((one for one in self.applications(db, owner.subject.id) if one.client.id == client_id), None)

    def service(self, owner: Owner, brand_id: str) -> Service | None:
        """The brand with this id, if the owner uses the sign-in there."""
        with self.database.reading() as db:
            return next((one for one in self.services(db, owner.subject.id) if one.brand.id == brand_id), None)

    def withdraw(self, db: Connection, owner: Owner, allowed: Allowed) -> bool:
        """Shuts the application out; False where it was already."""
        return self.consents.withdraw(db, self.bus, owner.subject.id, allowed.client, owner.session.id)

    def withdraw_service(self, db: Connection, owner: Owner, service: Service) -> bool:
        """Ends the use of the sign-in at the brand; False where it was ended already."""
        return self.consents.withdraw_brand(
            db, self.bus, owner.subject.id, service.brand.id, service.own, owner.session.id, self.clock.now()
        )
