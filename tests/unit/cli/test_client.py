"""`idp client`: register, show, edit, rotate, end, disable, enable, delete."""

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
    (one,) = json.loads(shown)["secrets"]
    assert (one["expires_at"], one["last_used_at"], one["created_at"] is None) == (None, None, False)
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
        (
            CLIENT.replace("alphera", "elsewhere"),
            "client.yaml:3: brand: elsewhere is not a brand you can register for; there are: alphera, stellantis",
        ),
        (CLIENT.replace("client_id: app", "client_id: portal"), "client portal is registered already"),
        (f"{CLIENT}scope: openid emial\n", "client.yaml:5: scope: emial is not known"),
        (f"{CLIENT}jwks: {{keys: []}}\n", "client.yaml:5: jwks: holds no key"),
        (f"{CLIENT}access_token_lifetime: 601\n", "client.yaml:5: access_token_lifetime: must be at most 600"),
        (CLIENT.replace("client_id: app\n", ""), "client_id: is missing"),
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
    assert " lasting (never used), " in idp.must("client", "show", "app")
    idp.must("client", "end-secret", "app", older["id"])
    assert json.loads(idp.must("client", "show", "app", "--json"))["secrets"] == [newest]
    for name in (older["id"], "%", ""):
        assert "has no secret" in idp.run("client", "end-secret", "app", name).err


def test_a_disabled_client_stays_in_the_list(idp: CommandLine) -> None:
    assert idp.must("client", "disable", "portal") == "portal disabled.\n"
    assert idp.must("client", "disable", "portal") == "portal was disabled already.\n"
    (row,) = json.loads(idp.must("client", "list", "--json"))
    assert row["state"] == "disabled"
    assert idp.must("client", "enable", "portal") == "portal enabled.\n"
    assert idp.must("client", "enable", "portal") == "portal was enabled already.\n"


def test_a_client_becomes_what_the_file_says(idp: CommandLine, file: Path) -> None:
    idp.must("client", "add", "--file", str(file))
    assert idp.must("client", "edit", "app", "--file", str(file)) == "app is so already.\n"
    file.write_text(CLIENT.replace("An application", "Another name"), "utf-8")
    assert idp.must("client", "edit", "app", "--file", str(file)) == "app changed.\n"
    assert "client_name: Another name" in idp.must("client", "show", "app")
    file.write_text(CLIENT.replace("client_id: app", "client_id: other"), "utf-8")
    assert "client_id: must be app" in idp.run("client", "edit", "app", "--file", str(file)).err


def test_what_the_file_of_clients_says_is_changed_there(idp: CommandLine, file: Path) -> None:
    file.write_text(CLIENT.replace("client_id: app", "client_id: portal"), "utf-8")
    for wanted in (("edit", "portal", "--file", str(file)), ("delete", "portal", "--yes")):
        ended = idp.run("client", *wanted)
        assert (ended.code, "stands in clients.yaml" in ended.err) == (1, True)


def test_a_deleted_client_is_gone_and_its_id_with_it(idp: CommandLine, file: Path) -> None:
    idp.must("client", "add", "--file", str(file))
    assert "app deleted." in idp.must("client", "delete", "app", "--yes")
    assert "there is no client app" in idp.run("client", "show", "app").err
    assert "registered already, or was once" in idp.run("client", "add", "--file", str(file)).err


@pytest.mark.parametrize("command", ["show", "rotate-secret", "disable", "enable", "delete"])
def test_an_unknown_client_is_not_found(idp: CommandLine, command: str) -> None:
    ended = idp.run("client", command, "nobody")
    assert (ended.code, ended.out) == (1, "")
    assert "there is no client nobody" in ended.err
