"""The provider in this process, on databases of its own, with a clock that stories move."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from idp.app import House, build, lay_ground
from idp.app.mount import mount
from idp.clients.metadata import ClientMetadata
from idp.core.events import Event
from idp.core.migrations import upgrade
from idp.settings import Settings
from idp.subjects.subjects import NewSubject, Subject
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.relying_party import RelyingParty

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
        "IDP_FETCH_ALLOW": "localhost,127.0.0.0/8",
    }
    return environment | {f"IDP_{name.upper()}": value for name, value in changed.items()}


def settings_for(folder: Path, **changed: str) -> Settings:
    """Settings of a provider that lives in `folder`."""
    return Settings.from_environment(environment_for(folder, **changed))


class Provider:
    """A running provider: add customers and clients, open browsers, move the clock."""

    def __init__(self, settings: Settings, clock: TestClock) -> None:
        self.clock = clock
        ground = lay_ground(settings, clock)
        upgrade(ground.database)
        self.house: House = build(ground)
        mount(self.house)
        self.app: Flask = ground.app
        self.issuer = settings.issuer
        self.events: list[Event] = []
        ground.bus.subscribe(Event, lambda _db, event: self.events.append(event))
        with ground.database.transaction() as db:
            self.house.protocol.keys.ensure(db, clock.now())

    def browser(self, address: str = "127.0.0.1") -> Browser:
        return Browser(self.app, self.issuer, address)

    def add_customer(
        self, username: str = "ana", password: str = ANA_PASSWORD, numbers: dict[str, str] | None = None, **more: Any
    ) -> Subject:
        email = more.pop("email", f"{username}@example.test")
        new = NewSubject(username=username, email=email, email_verified=True, numbers=numbers or {}, **more)
        verifier = self.house.people.hasher.hash(password)
        with self.house.ground.database.transaction() as db:
            created = self.house.people.subjects.create(db, self.house.ground.bus, new, verifier, self.clock.now())
        assert isinstance(created, Subject), created
        return created

    def add_client(self, client_id: str = "shop", **metadata: Any) -> RelyingParty:
        """Registers a client and gives its relying party; confidential with a secret unless `metadata` says otherwise."""
        wanted = {
            "client_id": client_id,
            "client_name": client_id.title(),
            "redirect_uris": [f"https://{client_id}.example/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile email address phone offline_access",
            **metadata,
        }
        meta = ClientMetadata.model_validate(wanted)
        ground = self.house.ground
        secret = None
        with ground.database.transaction() as db:
            self.house.parties.clients.save(db, ground.bus, meta, "registered")
            if meta.token_endpoint_auth_method.startswith("client_secret"):
                secret = self.house.parties.clients.add_secret(
                    db, ground.bus, client_id, overlap=self.house.ground.settings.code_lifetime
                )
        return RelyingParty(self.app, self.issuer, meta, secret, self.clock)

    def happened(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]


@contextmanager
def a_provider(folder: Path, clock: TestClock, **changed: str) -> Iterator[Provider]:
    """A provider in `folder` for the length of the block."""
    provider = Provider(settings_for(folder, **changed), clock)
    yield provider
    provider.house.ground.database.engine.dispose()
