from pathlib import Path

import pytest
from pydantic import SecretStr
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from idp.sessions.cookie import SessionCookie
from idp.settings import Settings


def cookie(issuer: str) -> SessionCookie:
    return SessionCookie(
        Settings(
            issuer=issuer,
            database_url="sqlite:////x/idp.db",
            kv_url="sqlite:////x/kv.db",
            mail_url="file:///x/mail",
            clients_file=Path("clients.yaml"),
            data_dir=Path("/"),
            master_key=SecretStr("a" * 43),
        )
    )


@pytest.mark.parametrize(
    ("issuer", "header"),
    [
        ("https://id.example", "__Host-idp_session=handle; Secure; HttpOnly; Path=/; SameSite=Lax"),
        ("http://localhost:9000", "idp_session=handle; HttpOnly; Path=/; SameSite=Lax"),
    ],
)
def test_the_cookie_is_bound_to_the_host_hidden_from_scripts_and_ends_with_the_browser(issuer: str, header: str) -> None:
    response = Response()
    cookie(issuer).write(response, "handle")
    assert response.headers["Set-Cookie"] == header


def test_it_is_taken_away_with_the_rules_it_was_given() -> None:
    response = Response()
    cookie("https://id.example").clear(response)
    header = response.headers["Set-Cookie"]
    assert header.startswith("__Host-idp_session=;")
    assert "Max-Age=0" in header
    assert "Secure" in header


def test_only_its_own_name_is_read() -> None:
    def request(sent: str) -> Request:
        return Request(EnvironBuilder(headers={"Cookie": sent}).get_environ())

    assert cookie("https://id.example").read(request("__Host-idp_session=handle; x=y")) == "handle"
    # A sibling host can set a plain name for this one; it cannot set a __Host- name.
    assert cookie("https://id.example").read(request("idp_session=handle")) is None
    assert cookie("https://id.example").read(request("")) is None
