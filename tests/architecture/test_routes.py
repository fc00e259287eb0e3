"""Every address declares by which rules it is guarded, and what is exempt from the form check is exempt by name (S3.10)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.web.direct import Direct
from idp.web.routes import RouteTable
from tests.architecture.source import modules
from tests.builders import TestClock
from tests.drivers.provider import Provider, a_provider

# They take no cookie as proof, or park what was posted before they look at the session.
# The place of the guard among the arguments.
GUARDED_FROM = {"Route": 5, "DirectRoute": 4}
POSTS_WITHOUT_FORM_CHECK = {
    *("/authorize", "/token", "/userinfo", "/introspect", "/revoke", "/logout", "/register", "/par"),
    "/admin/v1/clients",
    *(f"/admin/v1/clients/{{client_id}}/{act}" for act in ("rotate-secret", "disable", "enable")),
    *(f"/admin/v1/subjects/{{subject_id}}/{act}" for act in ("disable", "enable", "end-sessions")),
}


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    with a_provider(tmp_path, TestClock()) as provider:
        yield provider


def test_every_address_has_a_route(provider: Provider) -> None:
    table: RouteTable = provider.app.extensions["idp.routes"]
    assert [rule.rule for rule in provider.app.url_map.iter_rules() if table.get(rule.endpoint) is None] == []


def test_every_route_names_its_guard() -> None:
    calls = (
        (module, node)
        for module in modules("idp")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GUARDED_FROM
    )
    assert [f"{module.path}:{node.lineno}" for module, node in calls if not names_its_guard(node)] == []


def names_its_guard(call: ast.Call) -> bool:
    """By place or by keyword."""
    assert isinstance(call.func, ast.Name)
    return len(call.args) >= GUARDED_FROM[call.func.id] or "guard" in {word.arg for word in call.keywords}


def test_what_is_posted_without_form_check_is_known_by_name(provider: Provider) -> None:
    table: RouteTable = provider.app.extensions["idp.routes"]
    exempt = set()
    for rule in provider.app.url_map.iter_rules():
        route = table.get(rule.endpoint)
        if route is not None and not route.guard.value.csrf and {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set()):
            exempt.add(rule.rule)
    direct: Direct = provider.app.extensions["idp.direct"]
    exempt |= {route.path for route in direct if "POST" in route.methods}
    assert exempt == POSTS_WITHOUT_FORM_CHECK


def test_health_and_documents_answer_without_a_session(provider: Provider) -> None:
    client = provider.app.test_client()
    for path in ("/health/live", "/health/ready", "/.well-known/openid-configuration", "/jwks"):
        answer = client.get(path, base_url=provider.issuer)
        assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, []), path
