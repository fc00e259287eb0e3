"""The admin API: its operations, behind its door."""

from idp.admin.api.api import AdminApi
from idp.admin.api.audit import AuditOperations
from idp.admin.api.clients import ClientOperations
from idp.admin.api.door import Door
from idp.admin.api.operations import Operation, own_apis
from idp.admin.api.paging import Cursors
from idp.admin.api.subjects import SubjectOperations
from idp.app.console import roles_of
from idp.app.house import House
from idp.app.registering import registrar_of
from idp.app.telling import letters_of
from idp.oidc.tokens.shown import ShownTokens


def admin_api(house: House, tokens: ShownTokens) -> AdminApi:
    """Everything under /admin/v1, for whoever shows one of `tokens`."""
    ground = house.ground
    door = Door(
        issuer=ground.settings.issuer,
        inspection=house.protocol.inspection,
        roles=roles_of(house),
        clock=ground.clock,
        staff_for=ground.settings.session_absolute,
    )
    return AdminApi(ground.settings.issuer, ground.database, door, tokens, _operations(house))


def _operations(house: House) -> tuple[Operation, ...]:
    ground, people, parties = house.ground, house.people, house.parties
    of_clients = ClientOperations(
        clients=parties.clients,
        registrar=registrar_of(house),
        brands=parties.brands,
        cursors=Cursors.of(ground.keyring, "clients"),
        clock=ground.clock,
        of_ours=own_apis(ground.settings.issuer),
    )
    of_subjects = SubjectOperations(
        subjects=people.subjects,
        sessions=people.sessions,
        families=house.protocol.issuance.families,
        consents=parties.consents,
        brands=parties.brands,
        throttle=house.throttle,
        letters=letters_of(house),
        bus=ground.bus,
        clock=ground.clock,
    )
    of_trail = AuditOperations(ground.keyring, Cursors.of(ground.keyring, "audit"), ground.clock)
    return (*of_clients.operations(), *of_subjects.operations(), *of_trail.operations())
