"""Who is let into the admin API: scopes of clients, roles of staff, and how recently they proved themselves."""

import re
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from idp.admin.rights import Role
from idp.core.audit import tail
from tests.builders import TestClock
from tests.drivers.admin_api import BASE, EVERY_SCOPE, AdminApi, a_tool, described
from tests.drivers.provider import Provider
from tests.drivers.relying_party import Answer, ath
from tests.drivers.staff import StaffMember

CLIENTS, SUBJECTS, AUDIT = EVERY_SCOPE.split()
ADMINISTRATOR, SUPPORT, AUDITOR = (role.value for role in Role)
SEE_CLIENTS = {CLIENTS, f"{CLIENTS}:read", ADMINISTRATOR, AUDITOR}
CHANGE_CLIENTS = {CLIENTS, ADMINISTRATOR}
HELP = {SUBJECTS, SUPPORT}
# Who may do what; whoever is not named here is refused.
MATRIX: dict[str, set[str]] = {
    "listClients": SEE_CLIENTS,
    "readClient": SEE_CLIENTS,
    "registerClient": CHANGE_CLIENTS,
    "changeClient": CHANGE_CLIENTS,
    "deleteClient": CHANGE_CLIENTS,
    "rotateSecret": CHANGE_CLIENTS,
    "disableClient": CHANGE_CLIENTS,
    "enableClient": CHANGE_CLIENTS,
    "findSubjects": {SUBJECTS, f"{SUBJECTS}:read", SUPPORT},
    "disableSubject": HELP,
    "enableSubject": HELP,
    "endSessions": HELP,
    "readAudit": {AUDIT, f"{AUDIT}:read", ADMINISTRATOR, AUDITOR},
}


def everybody(provider: Provider) -> dict[str, AdminApi]:
    """A client of each scope, and somebody of each role with all of them."""
    scopes = [scope for area in (CLIENTS, SUBJECTS, AUDIT) for scope in (area, f"{area}:read")]
    callers = {scope: AdminApi.of_client(provider, scope, scope.replace(":", "-")) for scope in scopes}
    for role in Role:
        sam = StaffMember(provider, role.value, username=f"sam-{role.value}")
        callers[role.value] = AdminApi.of_staff(provider, sam)
    return callers


def test_each_operation_by_everybody(provider: Provider) -> None:
    """S3.12: every route by every role and scope; a refusal says which scope is missing (RFC 6750 3.1)."""
    callers = everybody(provider)
    let_in: dict[str, set[str]] = {}
    for path, methods in described(provider)["paths"].items():
        for method, known in methods.items():
            name = known["operationId"]
            let_in[name] = set()
            for who, api in callers.items():
                answer = api.call(method.upper(), re.sub(r"{\w+}", "nobody", path), {} if "requestBody" in known else None)
                if answer.status == 403:
                    assert f'scope="{next(iter(known["security"][0].values()))[0]}"' in answer.headers["WWW-Authenticate"]
                else:
                    assert answer.status != 401, (who, name)
                    let_in[name].add(who)
    assert let_in == MATRIX


def test_the_narrower_scope_of_a_staff_members_token_holds(provider: Provider) -> None:
    """RFC 6749 3.3: a role gives nothing that the token does not carry."""
    api = AdminApi.of_staff(provider, StaffMember(provider, "administrator"), scope=f"{CLIENTS}:read")
    assert api.call("GET", "/clients").status == 200
    assert api.call("GET", "/audit").status == 403
    assert api.call("POST", "/clients", {}).status == 403


def refused(answer: Answer) -> tuple[int, str]:
    """Status and error code of the challenge."""
    return answer.status, (re.findall(r'error="(\w+)"', answer.headers["WWW-Authenticate"]) or [""])[0]


def test_without_a_good_token(provider: Provider, clock: TestClock) -> None:
    """RFC 6750 3, 3.1: none, made up, for another resource, in the address, expired, of a stopped client."""
    api = AdminApi.of_client(provider, EVERY_SCOPE)
    elsewhere = provider.add_client("elsewhere", scope=CLIENTS, grant_types=["client_credentials"], redirect_uris=[])
    for token, expected in (
        ("", (401, "")),
        ("x" * 43, (401, "invalid_token")),
        (elsewhere.token(grant_type="client_credentials")["access_token"], (401, "invalid_token")),
    ):
        assert refused(AdminApi(provider, token).call("GET", "/clients")) == expected
    assert refused(AdminApi(provider, "").call("GET", f"/clients?access_token={api.token}")) == (401, "")
    assert api.call("GET", "/clients").status == 200
    clock.advance(timedelta(minutes=10))
    assert refused(api.call("GET", "/clients")) == (401, "invalid_token")


def test_what_is_taken_from_a_client_is_gone_at_once(provider: Provider, clock: TestClock) -> None:
    """S3.4: a scope that an administrator takes back, and a client that is stopped, within a second."""
    api, house = AdminApi.of_client(provider, EVERY_SCOPE), provider.house
    with house.ground.database.transaction() as db:
        found = house.parties.clients.listed(db, "robot")
        assert found is not None
        less = found.metadata.model_copy(update={"scope": AUDIT})
        house.parties.clients.replace(db, house.ground.bus, less, found)
    clock.advance(timedelta(seconds=1))
    assert refused(api.call("GET", "/clients")) == (403, "insufficient_scope")
    assert api.call("GET", "/audit").status == 200
    with house.ground.database.transaction() as db:
        house.parties.clients.disable(db, house.ground.bus, "robot")
    clock.advance(timedelta(seconds=1))
    assert refused(api.call("GET", "/audit")) == (401, "invalid_token")


def test_staff_prove_both_factors_and_for_changes_anew(provider: Provider, clock: TestClock) -> None:
    """RFC 9470 3, S1: mfa; what changes something takes a proof of at most 15 minutes. The application can ask for it."""
    sam = StaffMember(provider, "administrator")
    api = AdminApi.of_staff(provider, sam)
    clock.advance(timedelta(minutes=9))
    sam.browser.open("/account")
    clock.advance(timedelta(minutes=7))
    sam.browser.open("/account")
    api = AdminApi.of_staff(provider, sam)
    assert api.call("GET", "/clients").status == 200
    late = api.call("POST", "/clients", {})
    assert refused(late) == (401, "insufficient_user_authentication")
    assert 'acr_values="mfa", max_age="900"' in late.headers["WWW-Authenticate"]
    assert late.headers["Content-Type"] == "application/problem+json"


def test_who_loses_the_role_is_nobody_there(provider: Provider) -> None:
    """S3.12: a customer may have a token with these scopes; without a role they open nothing."""
    api = AdminApi.of_staff(provider, StaffMember(provider, "support"))
    assert api.call("GET", "/subjects?username=nobody").status == 200
    provider.take_role("support", "sam")
    assert refused(api.call("GET", "/subjects?username=nobody")) == (403, "insufficient_scope")


def test_what_no_operation_is(provider: Provider) -> None:
    """RFC 9110 15.5.6, RFC 9457 3: what is not there is told as every refusal is; P1: no other origin is answered."""
    api = AdminApi.of_client(provider, EVERY_SCOPE)
    for method, path, allowed in (("PATCH", "/clients", "GET, HEAD, POST"), ("GET", "/clients/x/disable", "POST")):
        answer = api.call(method, path)
        assert (answer.status, answer.headers["Allow"], answer["code"]) == (405, allowed, "method_not_allowed")
        assert answer.headers["Content-Type"] == "application/problem+json"
    for method in ("GET", "POST", "DELETE", "BREW"):
        for path in ("", "/", "/nothing", "/clients/x/y/z", "/clients/", "/subjects/%FF/disable/", "//clients"):
            answer = api.call(method, path)
            assert (answer.status, answer["code"]) == (404, "not_found"), (method, path)
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer["reference"]
    too_long = api.call("GET", f"/nothing?{'x' * 20_000}")
    assert (too_long.status, too_long["code"]) == (414, "uri_too_long")
    assert "Access-Control-Allow-Origin" not in api.call("GET", "/clients", headers={"Origin": "https://robot.example"}).headers


def test_the_trail_names_the_caller(provider: Provider) -> None:
    """S1, audit: `client:` or `staff:` with the id."""
    robot = AdminApi.of_client(provider, EVERY_SCOPE)
    sam = StaffMember(provider, "support")
    robot.call("GET", "/subjects?username=sam")
    AdminApi.of_staff(provider, sam).call("GET", "/subjects?username=nobody")
    with provider.house.ground.database.reading() as db:
        actors = [one.actor for one in tail(db, provider.house.ground.keyring) if one.event == "SubjectLookedUp"]
        subject = provider.house.people.subjects.find(db, "sam")
    assert subject is not None
    assert actors == ["client:robot", f"staff:{subject.id}"]


@pytest.mark.parametrize("scope", [CLIENTS, f"{AUDIT}:read"])
def test_the_scopes_are_an_administrators_to_give(provider: Provider, scope: str) -> None:
    """P8: not by the API itself; the client that has them is not changed there, nor does it get a secret."""
    api = AdminApi.of_client(provider, EVERY_SCOPE)
    wanted = {"client_name": "Mine", "grant_types": ["client_credentials"], "scope": scope}
    answer = api.call("POST", "/clients", wanted)
    assert (answer.status, answer["errors"][0]["field"]) == (422, "scope")
    a_tool(provider)
    for path in ("/clients/tool/rotate-secret", "/clients/robot/rotate-secret"):
        assert api.call("POST", path, {}).status == 403
    assert api.call("PUT", "/clients/tool", wanted).status == 403
    assert api.call("DELETE", "/clients/tool").status == 403
    assert api.call("GET", "/clients/tool").status == 200


def test_a_bound_token_opens_it_only_with_its_key(provider: Provider) -> None:
    """RFC 9449 7.1, 7.2, P9: stolen from a program that proves its key, a token is worth nothing without it."""
    bound: dict[str, Any] = {"grant_types": ["client_credentials"], "redirect_uris": [], "dpop_bound_access_tokens": True}
    robot = provider.add_client("robot", scope=EVERY_SCOPE, resources=[provider.issuer + BASE], **bound)
    robot.dpop_key = ECKey.generate_key("P-256", private=True)
    token = robot.token(grant_type="client_credentials")["access_token"]

    def calls(scheme: str, path: str = f"{BASE}/clients", **proof: str) -> Answer:
        return robot.raw("GET", path, headers={"Authorization": f"{scheme} {token}"} | proof)

    proven = robot.proven("GET", f"{BASE}/clients", ath=ath(token))
    assert calls("DPoP", f"{BASE}/clients?limit=1", **proven).status == 200
    assert refused(calls("DPoP", **proven)) == (401, "invalid_dpop_proof")
    assert refused(calls("DPoP")) == (401, "invalid_dpop_proof")
    assert refused(calls("DPoP", **robot.proven("GET", f"{BASE}/audit", ath=ath(token)))) == (401, "invalid_dpop_proof")
    assert refused(calls("Bearer")) == (401, "invalid_token")
    robot.dpop_key = ECKey.generate_key("P-256", private=True)
    assert refused(calls("DPoP", **robot.proven("GET", f"{BASE}/clients", ath=ath(token)))) == (401, "invalid_token")
