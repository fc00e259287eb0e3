"""Who registers clients: the registrar, and what each of those who come to it may say."""

from idp.app.house import House
from idp.clients.lifetimes import longest_of
from idp.clients.registrar import Allowed, Registrar, by_administrator
from idp.clients.sector_watch import SectorWatch
from idp.oidc.authorization.scopes import SCOPES
from idp.oidc.running import families_of, sessions_at


def registrar_of(house: House) -> Registrar:
    """The one set of rules, on the house's stores."""
    ground, parties = house.ground, house.parties
    longest = longest_of(ground.settings)
    return Registrar(parties.clients, ground.bus, ground.clock, sessions_at, families_of, longest, parties.sectors)


def sector_watch(house: House) -> SectorWatch:
    """Looks after the sector documents of the file's clients."""
    parties = house.parties
    return SectorWatch(parties.clients, parties.sectors, house.ground.database, house.ground.kv)


def administrator(house: House, client_id: str | None = None) -> Allowed:
    """What the operator of the host, who administers all brands, may say of a client; of `client_id` where one is changed."""
    brands = [brand.id for brand in house.parties.brands.all()]
    longest = longest_of(house.ground.settings)
    return by_administrator(brands, SCOPES, everywhere=True, client_id=client_id, longest=longest)
