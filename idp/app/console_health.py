"""The room called Health."""

from idp.admin.console import Console, StaffRoute
from idp.admin.deliveries import Deliveries
from idp.admin.health import Ward
from idp.admin.pages.charts import ChartPages
from idp.admin.pages.deliveries import DeliveryPages
from idp.admin.pages.health import HealthPages
from idp.app.house import House
from idp.app.metering import checks_of


def health(console: Console, house: House) -> tuple[StaffRoute, ...]:
    """Everything under /console/health."""
    ground = house.ground
    ward = Ward(ground.database, house.protocol.keys, ground.clock, checks_of(house), ground.kv.version)
    deliveries = Deliveries(ground.database, ground.bus, ground.clock)
    return (
        *HealthPages(console, ward).routes(),
        *ChartPages(console).routes(),
        *DeliveryPages(console, deliveries).routes(),
    )
