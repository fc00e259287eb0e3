"""Portals and a fake provider on real ports: what the pages show has gone over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from portals.app import create_portal
from portals.brands import load_brands
from portals.clock import system_clock
from portals.settings import PortalSettings
from tests.drivers.serving import serving
from tests.unit.portals.fake_provider import FakeProvider


class MovedClock:
    """The machine's clock, moved by hand."""

    def __init__(self) -> None:
        self.moved = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self.moved

    def advance(self, by: timedelta) -> None:
        self.moved += by


@dataclass(frozen=True, slots=True)
class Portal:
    """A running portal."""

    url: str
    app: Flask
    settings: PortalSettings
    clock: MovedClock


class Browser(requests.Session):
    """A browser that stays on one portal and follows the provider's redirects."""

    def __init__(self, portal: Portal) -> None:
        super().__init__()
        self.portal = portal

    def open(self, path: str, **options: object) -> requests.Response:
        return self.get(f"{self.portal.url}{path}", timeout=10, **options)  # type: ignore[arg-type]

    def sign_in(self, path: str = "/overview") -> requests.Response:
        return self.open(f"/login?next={path}")

    def csrf(self) -> str:
        return self.open("/support").text.split('name="csrf_token" value="')[1].split('"')[0]

    def sign_out(self) -> requests.Response:
        form = {"csrf_token": self.csrf()}
        return self.post(f"{self.portal.url}/logout", data=form, timeout=10)


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    made: list[FakeProvider] = []

    def make(address: str) -> Flask:
        made.append(FakeProvider(address))
        return made[0].app()

    with serving(make):
        yield made[0]


@pytest.fixture
def start_portal(tmp_path: Path, provider: FakeProvider) -> Iterator[Callable[..., Portal]]:
    """Return a function that starts the portal of a brand, with settings besides."""
    with ExitStack() as running:

        def start(brand_id: str, **told: Any) -> Portal:
            made: list[Portal] = []

            def make(address: str) -> Flask:
                clock = MovedClock()
                settings = PortalSettings(load_brands()[brand_id], provider.issuer, address, tmp_path / brand_id, **told)
                app = create_portal(settings, clock)
                made.append(Portal(address, app, settings, clock))
                return app

            running.enter_context(serving(make))
            running.callback(made[0].app.extensions["store"].close)
            running.callback(made[0].app.extensions["ledger"].store.close)
            return made[0]

        yield start


@pytest.fixture
def portal(start_portal: Callable[[str], Portal]) -> Portal:
    return start_portal("stellantis")


@pytest.fixture
def browser(portal: Portal) -> Iterator[Browser]:
    with Browser(portal) as session:
        yield session
