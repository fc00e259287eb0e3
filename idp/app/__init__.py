"""The application: the one place where all parts meet."""

from datetime import datetime

from flask import Flask

from idp.app.ground import Ground, lay_ground
from idp.app.house import House, build
from idp.app.metering import COUNTS
from idp.app.mount import mount
from idp.core.clock import Clock, SystemClock
from idp.core.database import metadata
from idp.settings import Settings

__all__ = ["Ground", "House", "build", "create_app", "lay_ground", "metadata"]


def create_app(
    settings: Settings, *, clock: Clock | None = None, last_good: bool = False, certificate_ends: datetime | None = None
) -> Flask:
    """The provider as a WSGI application, on a migrated and seeded database. Raises `Misconfigured`, `BrokenFile`.

    To be called in the process that serves: it counts in a file of its own from here on. With
    `last_good`, a clients.yaml that is broken gives way to the one that was in force before. `certificate_ends` is when the
    certificate ends that it is served with, where no proxy ends TLS.
    """
    house = build(lay_ground(settings, clock or SystemClock()), last_good=last_good)
    house.ground.meter.begin(settings.data_dir / COUNTS)
    mount(house, certificate_ends)
    return house.ground.app
