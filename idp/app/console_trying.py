"""What developers of client applications need at the console: refusals explained, a request tried, claims previewed."""

from collections.abc import Iterator

from idp.admin.console import Console
from idp.admin.pages.claims import ClaimsPages
from idp.admin.pages.refusals import RefusalPages
from idp.admin.pages.trying import TryPages
from idp.admin.previews import Previews
from idp.admin.staff_routes import StaffRoute
from idp.app.house import House
from idp.oidc.preview import Preview


def trying(house: House, console: Console) -> Iterator[StaffRoute]:
    """Their pages."""
    ground, clients = house.ground, house.parties.clients
    preview = Preview(house.protocol.issuance.minting, house.people.subjects)
    previews = Previews(
        database=ground.database,
        bus=ground.bus,
        clock=ground.clock,
        subjects=house.people.subjects,
        consents=house.parties.consents,
        preview=preview,
        throttle=house.throttle,
    )
    yield from RefusalPages(console, clients).routes()
    yield from TryPages(console, clients, house.protocol.authorization, preview).routes()
    yield from ClaimsPages(console, clients, previews).routes()
