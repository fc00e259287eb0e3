import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.drivers.command_line import CommandLine
from tests.servers import free_port

KEY = base64.b64encode(bytes(range(32))).decode()
BRAND = """
    name: {name}
    legal: {name} Limited
    hosts: [localhost:{port}]
    mail_from: no-reply@{id}.example
    support: {{phone: "020", email: help@{id}.example, hours: []}}
"""
CLIENTS = f"""
brands:
  stellantis:{BRAND.format(id="stellantis", name="Stellantis", port=9001)}
  alphera:{BRAND.format(id="alphera", name="Alphera", port=9002)}
clients:
  - client_id: portal
    client_name: Portal
    brand: stellantis
    redirect_uris: [https://portal.example/callback]
    token_endpoint_auth_method: none
"""


def settings(folder: Path) -> dict[str, str]:
    """A good environment, with everything in `folder`."""
    (folder / "clients.yaml").write_text(CLIENTS, "utf-8")
    port = free_port()
    return {
        "IDP_ISSUER": f"http://localhost:{port}",
        "IDP_LISTEN": f"127.0.0.1:{port}",
        "IDP_DATABASE_URL": f"sqlite:///{folder}/idp.db",
        "IDP_KV_URL": f"sqlite:///{folder}/kv.db",
        "IDP_CLIENTS_FILE": f"{folder}/clients.yaml",
        "IDP_DATA_DIR": str(folder),
        "IDP_MASTER_KEY": KEY,
        "IDP_MAIL_URL": f"file://{folder}/mail",
        "IDP_WORKERS": "2",
    }


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[CommandLine]:
    """Good settings, and nothing done yet."""
    idp = CommandLine(settings(tmp_path), tmp_path / "runs")
    yield idp
    idp.end_all()


@pytest.fixture(scope="session")
def seeded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeded")
    idp = CommandLine(settings(folder), folder / "runs")
    idp.must("db", "upgrade")
    idp.must("seed")
    return folder


@pytest.fixture
def idp(seeded_folder: Path, fresh: CommandLine, tmp_path: Path) -> CommandLine:
    """A provider that was migrated and seeded."""
    with closing(sqlite3.connect(seeded_folder / "idp.db")) as seeded, closing(sqlite3.connect(tmp_path / "idp.db")) as copy:
        seeded.backup(copy)
    return fresh
