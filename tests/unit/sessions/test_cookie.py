from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from idp.sessions.context import Context
from idp.sessions.cookie import SessionCookie
from idp.sessions.session import Session, Started
from idp.settings import Settings
from idp.subjects.pairwise import Pairwise

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SESSION = Session("e_1", "s_ana", Context("pwd", ("pwd",), NOW, ("password",)), None, False, "b", NOW, NOW, NOW)
STATE = Pairwise(b"k" * 32).browser_state("e_1")


def cookie(issuer: str) -> SessionCookie:
    settings = Settings(
        issuer=issuer,
        database_url="sqlite:////x/idp.db",
        kv_url="sqlite:////x/kv.db",
        mail_url="file:///x/mail",
        clients_file=Path("clients.yaml"),
        data_dir=Path("/"),
        master_key=SecretStr("a" * 43),
    )
    return SessionCookie(settings, Pairwise(b"k" * 32))


def request(sent: str) -> Request:
    return Request(EnvironBuilder(headers={"Cookie": sent}).get_environ())


@pytest.mark.parametrize(
    ("issuer", "headers"),
    [
        (
            "https://id.example",
            [
                "__Host-idp_session=handle; Secure; HttpOnly; Path=/; SameSite=Lax",
                f"__Host-idp_browser_state={STATE}; Secure; Path=/; SameSite=None",
            ],
        ),
        (
            "http://localhost:9000",
            ["idp_session=handle; HttpOnly; Path=/; SameSite=Lax", f"idp_browser_state={STATE}; Path=/; SameSite=Lax"],
        ),
    ],
)
def test_the_handle_is_hidden_from_scripts_and_the_state_goes_into_frames(issuer: str, headers: list[str]) -> None:
    response = Response()
    cookie(issuer).write(response, Started(SESSION, "handle", False))
    assert response.headers.getlist("Set-Cookie") == headers


def test_they_are_taken_away_with_the_rules_they_were_given() -> None:
    response = Response()
    cookie("https://id.example").clear(response)
    handle, state = response.headers.getlist("Set-Cookie")
    assert handle.startswith("__Host-idp_session=;")
    assert state.startswith("__Host-idp_browser_state=;")
    for header in (handle, state):
        assert "Max-Age=0" in header
        assert "Secure" in header


@pytest.mark.parametrize(
    ("sent", "session", "told"),
    [
        ("", SESSION, [f"idp_browser_state={STATE}"]),
        ("idp_browser_state=x", SESSION, [f"idp_browser_state={STATE}"]),
        (f"idp_browser_state={STATE}", SESSION, []),
        (f"idp_browser_state={STATE}", None, ["idp_browser_state="]),
        ("", None, []),
    ],
)
def test_the_state_follows_the_session(sent: str, session: Session | None, told: list[str]) -> None:
    response = Response()
    cookie("http://localhost:9000").settle(request(sent), response, session)
    assert [header.partition(";")[0] for header in response.headers.getlist("Set-Cookie")] == told


def test_only_its_own_name_is_read() -> None:
    assert cookie("https://id.example").read(request("__Host-idp_session=handle; x=y")) == "handle"
    # A sibling host can set a plain name for this one; it cannot set a __Host- name.
    assert cookie("https://id.example").read(request("idp_session=handle")) is None
    assert cookie("https://id.example").read(request("")) is None
