"""The product as it is deployed: the provider and the portals on sites of their own, behind TLS, and a stranger's shop."""

import base64
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from idp.cli.seed import sow
from idp.subjects.subjects import NewSubject
from tests.browser.demo import REPOSITORY, Places, free_ports, running
from tests.browser.office import an_office
from tests.browser.shop import Shop, a_shop
from tests.browser.tls import a_front
from tests.browser.visitor import PASSWORDS
from tests.drivers.certificates import Certificates, make_certificates
from tests.servers import wait_until

PROVIDER, SHOP = "id.provider.test", "www.corner-shop.test"
PORTALS = {"stellantis": "portal.stellantis.test", "alphera": "portal.alphera.test"}
ANA = NewSubject(
    username="ana",
    email="ana@example.test",
    email_verified=True,
    given_name="Ana",
    family_name="Ferreira",
    claims={"address": {"formatted": "14 Lantern Row\nBristol\nBS1 4QA"}},
    numbers={"stellantis": "ST-204118", "alphera": "AL-773105"},
)
USUAL = {"stellantis": "localhost:9001", "alphera": "localhost:9002"}


@dataclass(frozen=True, slots=True)
class ThreeSites(Places):
    """Everything is up; Chromium needs `switches` to get there."""

    shop: Shop
    switches: tuple[str, ...]


@contextmanager
def three_sites(folder: Path) -> Iterator[ThreeSites]:
    """Starts all of it in `folder`, with ana as its customer. The issuer has a path, beneath which everything of it lies."""
    certificates = make_certificates(folder, (PROVIDER, SHOP, *PORTALS.values()))
    first = free_ports(3)
    routes = {name: first + offset for offset, name in enumerate((PROVIDER, *PORTALS.values()))}
    with ExitStack() as up:
        port = up.enter_context(a_front(certificates, routes))
        shop = up.enter_context(a_shop(f"https://{PROVIDER}:{port}/idp", "stellantis", f"https://{SHOP}:{port}"))
        routes[SHOP] = shop.port
        portals = {brand: f"https://{name}:{port}" for brand, name in PORTALS.items()}
        environment = _settings(folder, certificates, shop.issuer, portals) | {"IDP_LISTEN": f"127.0.0.1:{first}"}
        _prepare(folder, environment, shop)
        for part in ("serve", "worker"):
            up.enter_context(running([sys.executable, "-m", "idp.cli", part], environment, folder / f"{part}.log"))
        for brand, name in PORTALS.items():
            command = [sys.executable, "-m", "portals", "serve", "--brand", brand, "--port", str(routes[name])]
            command += ["--issuer", shop.issuer, "--base-url", portals[brand], "--data-dir", str(folder / brand)]
            up.enter_context(running(command, _world(certificates), folder / f"{brand}.log"))
        for health in (f"{first}/health/ready", f"{first + 1}/health", f"{first + 2}/health"):
            wait_until(lambda url=f"http://127.0.0.1:{health}": requests.get(url, timeout=5).ok, requests.RequestException)
        pinned = f"--ignore-certificate-errors-spki-list={certificates.pin}"
        yield ThreeSites(shop.issuer, portals, shop, ("--host-resolver-rules=MAP *.test 127.0.0.1", pinned))


def _world(certificates: Certificates) -> dict[str, str]:
    """What a process must know to reach the others: whom to trust, and where the names lead."""
    paths = (str(Path(__file__).parent / "network"), str(REPOSITORY))
    trusted = str(certificates.authority)
    return {"PYTHONPATH": os.pathsep.join(paths), "SSL_CERT_FILE": trusted, "REQUESTS_CA_BUNDLE": trusted}


def _settings(folder: Path, certificates: Certificates, issuer: str, portals: dict[str, str]) -> dict[str, str]:
    text = (REPOSITORY / "clients.yaml").read_text()
    for brand, usual in USUAL.items():
        text = text.replace(f"http://{usual}", portals[brand]).replace(usual, portals[brand].removeprefix("https://"))
    (folder / "clients.yaml").write_text(text)
    return _world(certificates) | {
        "IDP_ISSUER": issuer,
        "IDP_DATABASE_URL": f"sqlite:///{folder}/idp.db",
        "IDP_KV_URL": f"sqlite:///{folder}/kv.db",
        "IDP_CLIENTS_FILE": f"{folder}/clients.yaml",
        "IDP_DATA_DIR": str(folder),
        "IDP_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
        "IDP_MAIL_URL": f"file://{folder}/mail",
        "IDP_TRUSTED_PROXIES": "127.0.0.1",
        "IDP_FETCH_ALLOW": "127.0.0.0/8",
        "IDP_WORKERS": "1",
    }


def _prepare(folder: Path, environment: dict[str, str], shop: Shop) -> None:
    (folder / "mail").mkdir()
    with an_office(environment) as office:
        sow(office.house)
        office.add_customer(ANA, PASSWORDS["ana"])
        office.add_client(shop.metadata)
