"""An id is registered once, on each database: what an insert did is not told alike by all of them."""

from idp.clients.metadata import ClientMetadata
from idp.clients.registry import Clients
from idp.core.database import Database
from idp.core.events import Bus
from tests.builders import TestClock, Witness, written


def test_one_id_is_registered_once(database: Database, bus: Bus, witness: Witness, clock: TestClock) -> None:
    clients = Clients(database, clock)
    meta = ClientMetadata(client_id="shop", client_name="Shop", grant_types=())
    told = [written(database, lambda db: clients.add(db, bus, meta, "registered")) for _ in range(2)]
    assert told == [True, False]
    assert len(witness.named("ClientRegistered")) == 1
