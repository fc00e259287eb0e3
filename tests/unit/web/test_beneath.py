"""An issuer with a path: which addresses are ours, and how pages and redirects lead there."""

import re
from pathlib import Path

import pytest
from werkzeug.test import Client

from idp.settings import Settings
from idp.web.beneath import beneath, inner, placed
from idp.web.render import STATIC
from tests.architecture.source import ROOT
from tests.drivers.provider import settings_for

HEADERS = ["/account", "https://shop.example/", "//elsewhere.example", "next"]


def settings(folder: Path, issuer: str) -> Settings:
    return settings_for(folder, issuer=issuer)


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("/idp/account", "/account"),
        ("/idp/", "/"),
        ("/idp", "/"),
        ("/idp//account", "//account"),
        ("/idp/idp/account", "/idp/account"),
        ("/idp/.well-known/openid-configuration", "/.well-known/openid-configuration"),
        ("/.well-known/openid-configuration/idp", "/.well-known/openid-configuration"),
        ("/.well-known/oauth-authorization-server/idp", "/.well-known/oauth-authorization-server"),
        ("/.well-known/change-password", "/.well-known/change-password"),
        ("/.well-known/passkey-endpoints", "/.well-known/passkey-endpoints"),
        ("/readyz", "/readyz"),
        ("/metrics", "/metrics"),
        ("/idp/metrics", None),
        ("/idp/readyz", None),
        ("/.well-known/openid-configuration", None),
        ("/.well-known/oauth-authorization-server", None),
        ("/account", None),
        ("/idpaccount", None),
        ("/IDP/account", None),
        ("/", None),
        ("", None),
    ],
)
def test_what_lies_beneath_the_issuer(address: str, meant: str | None) -> None:
    """RFC 8414, 3.1 and 5: of an issuer with a path there is one document, at both forms of its address, and none beside it."""
    assert inner(address, "/idp") == meant


def test_pages_lead_beneath_and_words_stay_as_they_are() -> None:
    page = '<a href="/account"><img src="/logo/x"><form action="/undo"><input value="/account"><p data-strength="/strength">'
    away = '<a href="https://x.example/"><a href="//x.example/"><p>href=&#34;/account&#34;</p><a data-href="/x">'
    assert placed(page + away, "/a/b") == (
        '<a href="/a/b/account"><img src="/a/b/logo/x"><form action="/a/b/undo"><input value="/account">'
        f'<p data-strength="/a/b/strength">{away}'
    )
    assert placed(page, "") == page


def test_templates_and_scripts_name_addresses_where_they_are_found() -> None:
    """Whatever attribute of a template begins with a slash is placed; scripts learn addresses from the page alone."""
    written = {
        (file.name, found)
        for file in (ROOT / "templates").rglob("*.html")
        for found in re.findall(r'\s[a-z-]+="/[^"]*"', file.read_text("utf-8"))
        if file.parent.name != "portal" and not found.strip().startswith("value=")
    }
    assert len(written) > 20
    assert {(name, found) for name, found in written if placed(found, "/idp") == found} == set()
    scripts = {file.name: re.findall(r"""["'`]/[a-z][^"'`]*["'`]""", file.read_text("utf-8")) for file in STATIC.glob("*.js")}
    assert {name: found for name, found in scripts.items() if found} == {}


@pytest.mark.parametrize("script_name", ["", "/idp"])
def test_redirects_of_ours_lead_beneath(tmp_path: Path, script_name: str) -> None:
    """However the server deals an address out between SCRIPT_NAME and PATH_INFO (PEP 3333)."""

    def app(environ, start_response):  # type: ignore[no-untyped-def]
        start_response(
            "303 See Other", [("Location", HEADERS[int(environ["PATH_INFO"][1:])]), ("X-Root", environ["SCRIPT_NAME"])]
        )
        return [b""]

    client = Client(beneath(app, settings(tmp_path, "https://id.example/idp")))
    path = "/idp/{}"[len(script_name) :]
    answers = [client.get(path.format(n), base_url=f"https://id.example{script_name}") for n in range(len(HEADERS))]
    assert [answer.headers["Location"] for answer in answers] == ["/idp/account", *HEADERS[1:]]
    assert {answer.headers["X-Root"] for answer in answers} == {"/idp"}


def test_elsewhere_there_is_nothing(tmp_path: Path) -> None:
    def app(environ, start_response):  # type: ignore[no-untyped-def]
        raise AssertionError(environ["PATH_INFO"])

    answer = Client(beneath(app, settings(tmp_path, "https://id.example/idp"))).get("/account", base_url="https://id.example")
    assert (answer.status_code, answer.get_json()) == (404, {"error": "not_found"})
    assert answer.headers["Strict-Transport-Security"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_issuer_without_a_path_costs_nothing(tmp_path: Path) -> None:
    def app(environ, start_response):  # type: ignore[no-untyped-def]
        return [b""]

    assert beneath(app, settings(tmp_path, "https://id.example")) is app
