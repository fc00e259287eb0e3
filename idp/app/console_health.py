"""The room called Health."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from idp.admin.console import Console
from idp.admin.deliveries import Deliveries
from idp.admin.health import Alert, Ward
from idp.admin.pages.charts import ChartPages
from idp.admin.pages.deliveries import DeliveryPages
from idp.admin.pages.health import HealthPages
from idp.admin.staff_routes import StaffRoute
from idp.app.house import House
from idp.app.metering import checks_of
from idp.clients.in_force import last_rejection


def health(console: Console, house: House) -> tuple[StaffRoute, ...]:
    """Everything under /console/health."""
    ground = house.ground
    ward = Ward(ground.database, house.protocol.keys, ground.clock, checks_of(house), ground.kv.version, (_refused_file,))
    deliveries = Deliveries(ground.database, ground.bus, ground.clock)
    return (
        *HealthPages(console, ward).routes(),
        *ChartPages(console).routes(),
        *DeliveryPages(console, deliveries).routes(),
    )


def _refused_file(db: Connection, _now: datetime) -> Iterator[Alert]:
    refused = last_rejection(db)
    if refused is not None:
        problems = "; ".join(refused.problems)
        yield Alert("A changed clients.yaml was refused", f"What was in force before still is. Mend the file: {problems}")
