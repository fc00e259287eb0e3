"""The ground: what stands before there is a single table. `idp db upgrade` needs no more."""

from dataclasses import dataclass

from flask import Flask

from idp.core.audit import Trail
from idp.core.clock import Clock
from idp.core.database import Database, open_database
from idp.core.events import Bus, Event
from idp.core.kv import KV, open_kv
from idp.core.meter import Meter, count_event
from idp.core.metrics import STORE_ERRORS
from idp.core.sealing import Keyring
from idp.settings import Settings
from idp.web.render import template_folder


@dataclass(frozen=True, slots=True)
class Ground:
    """Stores, keys and the bus; the trail listens to every event from the first."""

    app: Flask
    settings: Settings
    clock: Clock
    database: Database
    kv: KV
    keyring: Keyring
    bus: Bus
    trail: Trail
    meter: Meter


def lay_ground(settings: Settings, clock: Clock) -> Ground:
    """Opens what `settings` name; nothing connects yet. Raises `Misconfigured`."""
    app = Flask("idp", static_folder=None, template_folder=str(template_folder()))
    app.config["MAX_FORM_PARTS"] = 100
    keyring = Keyring.from_text(settings.master_key.get_secret_value())
    bus = Bus()
    trail, meter = Trail(keyring, clock), Meter()
    bus.subscribe(Event, trail.write, trail.write_all)
    bus.subscribe(Event, lambda _db, event: count_event(meter, event))
    return Ground(
        app=app,
        settings=settings,
        clock=clock,
        database=open_database(
            app, settings.database_url, settings.blocking_threads, lambda: meter.add(STORE_ERRORS, "database")
        ),
        kv=open_kv(settings.kv_url, clock, lambda: meter.add(STORE_ERRORS, "kv")),
        keyring=keyring,
        bus=bus,
        trail=trail,
        meter=meter,
    )
