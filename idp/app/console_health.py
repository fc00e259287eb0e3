"""The room called Health."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

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
from idp.app.registering import sector_watch
from idp.clients.in_force import last_rejection
from idp.clients.sector_watch import SectorWatch
from idp.core.errors import Unavailable


def health(console: Console, house: House) -> tuple[StaffRoute, ...]:
    """Everything under /console/health."""
    ground = house.ground
    watches = (_refused_file, partial(_unproven_sectors, sector_watch(house)))
    ward = Ward(ground.database, house.protocol.keys, ground.clock, checks_of(house), ground.kv.version, watches)
    deliveries = Deliveries(ground.database, ground.bus, ground.clock)
    return (
        *HealthPages(console, ward).routes(),
        *ChartPages(console).routes(),
        *DeliveryPages(console, deliveries).routes(),
    )


def _unproven_sectors(watch: SectorWatch, db: Connection, _now: datetime) -> Iterator[Alert]:
    try:
        unproven = list(watch.unproven(db))
    except Unavailable:
        return  # that the KV is away is told by itself
    for client_id, reason in unproven:
        meaning = f"clients.yaml gives it one, and it is served all the same. sector_identifier_uri: {reason}."
        yield Alert(f"The sector document of {client_id} does not vouch for it", meaning)


def _refused_file(db: Connection, _now: datetime) -> Iterator[Alert]:
    refused = last_rejection(db)
    if refused is not None:
        problems = "; ".join(refused.problems)
        yield Alert("A changed clients.yaml was refused", f"What was in force before still is. Mend the file: {problems}")
