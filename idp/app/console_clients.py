"""The room of the console where client applications are looked after."""

from idp.admin.api.operations import SCOPES, own_apis
from idp.admin.client_desk import ClientDesk
from idp.admin.console import Console
from idp.admin.pages.client_acts import ClientActPages
from idp.admin.pages.client_edit import EditClientPages
from idp.admin.pages.client_form import FormPage
from idp.admin.pages.client_new import NewClientPages
from idp.admin.pages.client_tokens import ClientTokenPages
from idp.admin.pages.clients import ClientPages
from idp.admin.pages.programs import ProgramPages
from idp.admin.staff_routes import StaffRoute
from idp.app.house import House
from idp.app.programs import programs_of
from idp.app.registering import registrar_of
from idp.app.registration import initial_access_of


def client_routes(house: House, console: Console) -> tuple[StaffRoute, ...]:
    """Everything under /console/clients that is about registering."""
    ground, fetcher = house.ground, house.parties.fetcher
    desk = ClientDesk(
        ground.database, registrar_of(house), house.parties.brands, reserved=SCOPES, of_ours=own_apis(ground.settings.issuer)
    )
    programs = programs_of(ground, house.people, house.parties)
    page = FormPage(console, desk, fetcher)
    return (
        *ClientPages(console, desk, fetcher, programs, ground.settings.clients_file).routes(),
        *NewClientPages(console, desk, page).routes(),
        *EditClientPages(console, desk, page).routes(),
        *ClientActPages(console, desk).routes(),
        *ProgramPages(console, desk, programs).routes(),
        *ClientTokenPages(console, ground.database, initial_access_of(house)).routes(),
    )
