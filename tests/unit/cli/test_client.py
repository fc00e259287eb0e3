"""`idp client`: register, show, rotate, disable."""

import json
from pathlib import Path

import pytest

from tests.drivers.command_line import CommandLine

CLIENT = """\
client_id: app
client_name: An application
brand: alphera
redirect_uris: [https://app.example/callback]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "client.yaml"
    path.write_text(CLIENT, "utf-8")
    return path


def test_a_client_is_registered_and_its_secret_shown_once(idp: CommandLine, file: Path) -> None:
    secret = json.loads(idp.must("client", "add", "--file", str(file), "--json"))["client_secret"]
    assert len(secret) >= 43
    shown = idp.must("client", "show", "app", "--json")
    assert secret not in shown
    assert json.loads(shown)["secrets"] == [{"expires_at": None}]
    assert [row["client_id"] for row in json.loads(idp.must("client", "list", "--json"))] == ["app", "portal"]


def test_people_are_told_the_secret_in_words(idp: CommandLine, file: Path) -> None:
    told = idp.must("client", "add", "--file", str(file))
    assert told.startswith("app registered.\nSecret (shown this once): ")
    assert "redirect_uris: https://app.example/callback" in idp.must("client", "show", "app")
    assert "An application" in idp.must("client", "list")


@pytest.mark.parametrize("method", ["none", "private_key_jwt"])
def test_who_has_no_secret_gets_none(idp: CommandLine, file: Path, method: str) -> None:
    keys = "jwks_uri: https://app.example/jwks\n" if method == "private_key_jwt" else ""
    file.write_text(f"{CLIENT}token_endpoint_auth_method: {method}\n{keys}", "utf-8")
    assert json.loads(idp.must("client", "add", "--file", str(file), "--json")) == {"client_id": "app"}
    ended = idp.run("client", "rotate-secret", "app")
    assert ended.code == 1
    assert method in ended.err


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (CLIENT.replace("client_name", "client_nam"), "client.yaml:2: client_nam: is not a known field"),
        (CLIENT.replace("https://app", "http://app"), "client.yaml:4: redirect_uris"),
        (CLIENT.replace("alphera", "elsewhere"), "brand elsewhere is not known: stellantis, alphera"),
        (CLIENT.replace("client_id: app", "client_id: portal"), "client portal is registered already"),
        ("[]", "client.yaml:1"),
        ("client_id: [", "client.yaml:1"),
        ("\0", "client.yaml:1"),
    ],
)
def test_a_mistake_is_named_and_nothing_registered(idp: CommandLine, file: Path, text: str, why: str) -> None:
    file.write_text(text, "utf-8")
    ended = idp.run("client", "add", "--file", str(file))
    assert ended.code == 1
    assert why in ended.err
    assert "Traceback" not in ended.err
    assert [row["client_id"] for row in json.loads(idp.must("client", "list", "--json"))] == ["portal"]


def test_a_rotated_secret_leaves_the_older_one_its_time(idp: CommandLine, file: Path) -> None:
    idp.must("client", "add", "--file", str(file))
    idp.must("client", "rotate-secret", "app", "--overlap-hours", "24")
    newest, older = json.loads(idp.must("client", "show", "app", "--json"))["secrets"]
    assert newest["expires_at"] is None
    assert older["expires_at"] is not None
    assert "secrets: lasting, until 20" in idp.must("client", "show", "app")


def test_a_disabled_client_stays_in_the_list(idp: CommandLine) -> None:
    assert idp.must("client", "disable", "portal") == "portal disabled.\n"
    assert idp.must("client", "disable", "portal") == "portal was disabled already.\n"
    (row,) = json.loads(idp.must("client", "list", "--json"))
    assert row["state"] == "disabled"


@pytest.mark.parametrize("command", ["show", "rotate-secret", "disable"])
def test_an_unknown_client_is_not_found(idp: CommandLine, command: str) -> None:
    ended = idp.run("client", command, "nobody")
    assert (ended.code, ended.out) == (1, "")
    assert "there is no client nobody" in ended.err
