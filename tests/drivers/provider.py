"""The provider in this process, on databases of its own, with a clock that stories move."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from idp.app import Ground, build, lay_ground
from idp.app.mount import mount
from idp.core.clock import Clock
from idp.core.database import upsert
from idp.core.events import Event
from idp.core.migrations import upgrade
from idp.oidc.tokens.jose import SigningKey
from idp.oidc.tokens.model import signing_keys
from idp.settings import Settings
from tests.builders import BEGINNING, TestClock, shares_statements
from tests.drivers.household import Household
from tests.drivers.mail_server import mail_url

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
        "IDP_MAIL_URL": mail_url(folder),
        "IDP_TEXT_URL": f"file://{folder}/texts",
        "IDP_FETCH_ALLOW": "localhost,127.0.0.0/8",
    }
    return environment | {f"IDP_{name.upper()}": value for name, value in changed.items()}


# What no environment may ask for: at the cost of life, passwords take a quarter of the time of stories. Real processes pay it.
QUICK_HASHING = {"hash_memory_kib": 64, "hash_time": 1}


def settings_for(folder: Path, **changed: str) -> Settings:
    """Settings of a provider that lives in `folder`, in this process."""
    return settings_of(environment_for(folder, **changed))


def settings_of(environment: dict[str, str]) -> Settings:
    """Settings of a provider in this process."""
    return Settings.from_environment(environment).model_copy(update=QUICK_HASHING)


def begun_ground(settings: Settings, clock: Clock) -> Ground:
    """The ground, with its tables and signing keys: the same keys in every test of a process, as new ones of RSA take long."""
    copied = _begins_as_a_copy(settings)
    ground = lay_ground(settings, clock)
    shares_statements(ground.database)
    if not copied:
        upgrade(ground.database)
    made = {"created_at": clock.now(), "signs_from": clock.now()}
    with ground.database.transaction() as db:
        db.execute(upsert(db, signing_keys).on_conflict_do_nothing(), [key | made for key in _begun().keys])
    return ground


def _begins_as_a_copy(settings: Settings) -> bool:
    """An SQLite database that is not there yet begins as a copy of one that was migrated: that is what its migrations give."""
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    copied = settings.database_url.startswith("sqlite:///") and not path.exists()
    if copied:
        path.write_bytes(_begun().database)
    return copied


@dataclass(frozen=True)
class Begun:
    """What a provider begins with: its tables as a file of SQLite, and its signing keys, as rows and opened."""

    database: bytes
    keys: tuple[dict[str, Any], ...]
    imported: dict[str, SigningKey]


@cache
def _begun() -> Begun:
    with TemporaryDirectory() as folder:
        ground = lay_ground(settings_for(Path(folder)), TestClock())
        upgrade(ground.database)
        ground.database.close()
        file = (Path(folder) / "idp.db").read_bytes()
        house = build(ground)
        with ground.database.transaction() as db:
            house.protocol.keys.ensure(db, BEGINNING)
            keys = tuple(dict(row) for row in db.execute(signing_keys.select()).mappings())
        imported = {key["kid"]: found for key in keys if (found := house.protocol.keys.find(key["kid"]))}
        ground.database.close()
    return Begun(file, keys, imported)


class CompiledTemplates(BytecodeCache):
    """What templates were compiled to, for all providers of a process."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = CompiledTemplates()


class Provider(Household):
    """A running provider: add customers and clients, open browsers, move the clock."""

    app: Flask
    clock: TestClock

    def __init__(self, settings: Settings, clock: TestClock) -> None:
        ground = begun_ground(settings, clock)
        ground.app.jinja_env.bytecode_cache = TEMPLATES
        super().__init__(build(ground), ground.app)
        # To check a private key of RSA takes longer than many a test.
        self.house.protocol.keys._imported.update(_begun().imported)
        mount(self.house)
        self.events: list[Event] = []
        ground.bus.subscribe(Event, lambda _db, event: self.events.append(event))

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
