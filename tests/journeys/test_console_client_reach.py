"""An administrator for one brand: what of its applications, and of those of others, is out of their reach."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import TestClock
from tests.drivers.admin_api import BASE, AdminApi
from tests.drivers.provider import Provider, a_provider
from tests.drivers.staff import StaffMember
from tests.servers import PostgresServer

ROBOT = "/console/clients/robot"


@pytest.fixture
def sam(provider: Provider) -> StaffMember:
    return StaffMember(provider, "administrator", "alphera")


def test_a_client_of_the_admin_api_is_nothing_for_them(provider: Provider, sam: StaffMember) -> None:
    AdminApi.of_client(provider, "admin:subjects", brand="alphera")
    before = sam.open(ROBOT)
    assert before.status == 200
    assert "Make a new secret" not in before.text
    assert "Stop it" not in before.text
    for act in ("edit", "rotate", "disable", "delete"):
        assert sam.open(f"{ROBOT}/{act}").status == 404
    sam.open("/console/clients/-/tokens")
    sent = sam.browser.page.forms[-1].fields | {"overlap": "7", "newest": "", "typed": "robot", "secret": "0" * 12}
    for act in ("edit", "rotate", "end-secret", "disable", "enable", "delete", "keys"):
        assert sam.browser.post(f"{ROBOT}/{act}", sent).status == 404
    kept = sam.open(ROBOT)
    assert re.findall(r"<th scope=\"row\"[^>]*>(\w+)<", kept.body) == re.findall(r"<th scope=\"row\"[^>]*>(\w+)<", before.body)
    assert "disabled" not in kept.text


def may_own(sam: StaffMember, audience: str) -> bool:
    """Whether they can register a resource server that answers for `audience`."""
    sam.open("/console/clients/-/new?kind=api")
    return sam.browser.submit(press="review", client_name="X", client_id="xapi", brand="alphera", owns=audience).status == 200


def test_they_answer_for_no_api_that_others_use(provider: Provider, sam: StaffMember) -> None:
    """RFC 8707 3: whose API it is decides whose customer number its tokens hold."""
    theirs = "https://api.new.example"
    provider.add_client("portal", brand="stellantis", resources=[theirs])
    api = AdminApi.of_client(provider, "admin:clients", brand="alphera")
    everywhere = AdminApi.of_client(provider, "admin:clients", client_id="head")
    server = {"client_id": "xapi", "client_name": "X", "brand": "alphera", "grant_types": []}
    for audience in (theirs, provider.issuer, provider.issuer + BASE):
        assert not may_own(sam, audience), audience
        assert "administrator of all brands" in sam.browser.page.text
        refused = api.call("POST", "/clients", server | {"owns": [audience]})
        assert (refused.status, [one["field"] for one in refused["errors"]]) == (422, ["owns.0"]), audience
    assert may_own(sam, "https://api.mine.example")
    mine = everywhere.call("POST", "/clients", server | {"owns": [theirs]})
    assert mine.status == 201
    changed = mine["metadata"] | {"client_name": "Y"}
    assert api.call("PUT", "/clients/xapi", changed).status == 200


@pytest.fixture
def on_postgres(postgres_server: PostgresServer, tmp_path: Path, clock: TestClock) -> Iterator[Provider]:
    with postgres_server.migrated_database() as url, a_provider(tmp_path, clock, database_url=url) as running:
        yield running


def test_addresses_that_name_no_client(on_postgres: Provider) -> None:
    """P12: PostgreSQL keeps no NUL, and is not asked for one."""
    sam = StaffMember(on_postgres, "administrator")
    sam.open("/console")
    for act in ("", "/edit", "/rotate", "/disable", "/delete", "/end-secret?secret=0123456789ab"):
        assert sam.open(f"/console/clients/%00{act}").status == 404, act
    assert sam.open("/console/clients?text=%00&brand=%00&kind=%ff&state=x&order=%00&page=999999").status == 200
    sam.open("/console/clients/-/tokens")
    sent = sam.browser.page.forms[-1].fields | {"overlap": "7", "typed": "\0", "secret": "0" * 12}
    for act in ("edit", "rotate", "end-secret", "disable", "enable", "delete", "keys"):
        assert sam.browser.post(f"/console/clients/%00/{act}", sent).status in (400, 404), act
