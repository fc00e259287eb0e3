"""The trail in the console."""

from idp.admin.audit import Reading
from idp.admin.console import Console
from idp.admin.pages.audit import AuditPages
from idp.admin.staff_routes import StaffRoute
from idp.app.house import House


def auditing(house: House, console: Console) -> tuple[StaffRoute, ...]:
    """Everything under /console/audit."""
    ground = house.ground
    reading = Reading(ground.database, ground.keyring, ground.clock, ground.bus, house.people.subjects)
    return AuditPages(console, reading, ground.settings.audit_retention).routes()
