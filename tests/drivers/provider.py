"""The provider in this process, on databases of its own, with a clock that stories move."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from idp.app import build, lay_ground
from idp.app.mount import mount
from idp.core.events import Event
from idp.core.migrations import upgrade
from idp.settings import Settings
from tests.builders import TestClock
from tests.drivers.household import Household

ISSUER = "http://localhost:9000"
CLIENTS_FILE = Path(__file__).parent.parent.parent / "clients.yaml"


def environment_for(folder: Path, **changed: str) -> dict[str, str]:
    """The environment of a provider that lives in `folder`; hashing is as slow as in life."""
    environment = {
        "IDP_ISSUER": ISSUER,
        "IDP_DATABASE_URL": f"sqlite:///{folder}/idp.db",
        "IDP_KV_URL": f"sqlite:///{folder}/kv.db",
        "IDP_CLIENTS_FILE": str(CLIENTS_FILE),
        "IDP_DATA_DIR": str(folder),
        "IDP_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
        "IDP_MAIL_URL": f"file://{folder}/mail",
        "IDP_TEXT_URL": f"file://{folder}/texts",
        "IDP_FETCH_ALLOW": "localhost,127.0.0.0/8",
    }
    return environment | {f"IDP_{name.upper()}": value for name, value in changed.items()}


def settings_for(folder: Path, **changed: str) -> Settings:
    """Settings of a provider that lives in `folder`."""
    return Settings.from_environment(environment_for(folder, **changed))


def _start_with_tables(settings: Settings) -> None:
    """An SQLite database that is not there yet begins as a copy of one that was migrated: that is what its migrations give."""
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    if settings.database_url.startswith("sqlite:///") and not path.exists():
        path.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        ground = lay_ground(settings_for(Path(folder)), TestClock())
        upgrade(ground.database)
        ground.database.close()
        return (Path(folder) / "idp.db").read_bytes()


class Provider(Household):
    """A running provider: add customers and clients, open browsers, move the clock."""

    app: Flask
    clock: TestClock

    def __init__(self, settings: Settings, clock: TestClock) -> None:
        _start_with_tables(settings)
        ground = lay_ground(settings, clock)
        upgrade(ground.database)
        super().__init__(build(ground), ground.app)
        mount(self.house)
        self.events: list[Event] = []
        ground.bus.subscribe(Event, lambda _db, event: self.events.append(event))
        with ground.database.transaction() as db:
            self.house.protocol.keys.ensure(db, clock.now())

    def happened(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]


@contextmanager
def a_provider(folder: Path, clock: TestClock, **changed: str) -> Iterator[Provider]:
    """A provider in `folder` for the length of the block."""
    provider = Provider(settings_for(folder, **changed), clock)
    try:
        yield provider
    finally:
        provider.house.ground.database.close()
