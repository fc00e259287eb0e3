"""`idp check` tells everything that is wrong at once, and connects to nothing unless it is asked to."""

import json
from pathlib import Path

import pytest

from idp.cli.check import find_problems
from tests.drivers.command_line import CommandLine
from tests.drivers.site import a_site
from tests.servers import free_port
from tests.unit.cli.conftest import CLIENTS


def test_good_settings_are_good_before_there_is_a_database(fresh: CommandLine) -> None:
    fresh.environment["IDP_DATABASE_URL"] = f"postgresql+psycopg://idp@127.0.0.1:{free_port()}/idp"
    assert "are good" in fresh.must("check")


def test_mistakes_of_both_sections_are_told_together(fresh: CommandLine, tmp_path: Path) -> None:
    broken = CLIENTS.replace("legal: Alphera Limited", "legal: ''").replace(
        "brand: stellantis\n", "brand: elsewhere\n    access_token_lifetime: 601\n"
    )
    (tmp_path / "clients.yaml").write_text(broken, "utf-8")
    ended = fresh.run("check")
    assert ended.code == 78
    assert [line.split(": ")[2] for line in ended.err.splitlines()] == [
        "brands.alphera.legal",
        "clients.0.brand",
        "clients.0.access_token_lifetime",
    ]


def test_scripts_get_the_problems_as_json(fresh: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "clients.yaml").write_text("brands: [\n", "utf-8")
    ended = fresh.run("check", "--json")
    assert ended.code == 78
    (problem,) = json.loads(ended.out)["problems"]
    assert problem.startswith(f"{tmp_path}/clients.yaml:")


def test_good_settings_as_json(fresh: CommandLine) -> None:
    assert json.loads(fresh.must("check", "--json")) == {"problems": []}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IDP_MASTER_KEY", "short"),
        ("IDP_MAIL_URL", "carrier-pigeon://roof"),
        ("IDP_TEXT_URL", "carrier-pigeon://roof"),
        ("IDP_KV_URL", "sqlite:///relative.db"),
        ("IDP_DATA_DIR", "/nowhere/at/all"),
        ("IDP_CLIENTS_FILE", "/nowhere/clients.yaml"),
        ("IDP_LISTEN", "9000"),
        ("IDP_FETCH_CA_FILE", "/nowhere/authorities.pem"),
    ],
)
def test_each_setting_is_looked_at(fresh: CommandLine, name: str, value: str) -> None:
    (line,) = find_problems(fresh.environment | {name: value})
    assert name in line or value in line


def test_sector_documents_are_fetched_where_that_is_asked(fresh: CommandLine, tmp_path: Path) -> None:
    """Core 8.1: what a client of the file says of its sector is checked before it is put in force."""
    with a_site("/sector.json", b"[]", "application/json") as site:
        (tmp_path / "clients.yaml").write_text(f"{CLIENTS}    sector_identifier_uri: {site.url}\n", "utf-8")
        environment = fresh.environment | {"IDP_FETCH_ALLOW": "127.0.0.1"}
        assert (find_problems(environment), site.calls) == ([], [])
        (line,) = find_problems(environment, fetch=True)
        assert line.endswith("portal: sector_identifier_uri: its list lacks https://portal.example/callback")
        site.body = b'["https://portal.example/callback"]'
        assert find_problems(environment, fetch=True) == []
