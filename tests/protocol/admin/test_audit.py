"""The trail by the admin API: oldest first, in bounded pages, by cursors that nobody can make up."""

import pytest

from idp.core.audit_chain import chain
from tests.drivers.admin_api import AdminApi
from tests.drivers.provider import Provider


@pytest.fixture
def api(provider: Provider) -> AdminApi:
    return AdminApi.of_client(provider, "admin:audit:read")


def link(provider: Provider) -> None:
    """What the worker does every few seconds."""
    ground = provider.house.ground
    chain(ground.database, ground.keyring, ground.clock)


def test_all_of_it_by_and_by(provider: Provider, api: AdminApi) -> None:
    """S1, audit: a reader that comes back gets what was added, nothing twice and nothing left out."""
    for number in range(5):
        provider.add_client(f"shop{number}")
    link(provider)
    seen, query = [], "limit=4"
    while True:
        page = api.call("GET", f"/audit?{query}")
        seen += page["items"]
        query = f"limit=4&after={page['next']}"
        if not page["more"]:
            break
    assert [one["position"] for one in seen] == list(range(1, len(seen) + 1))
    assert [one["client_id"] for one in seen if one["event"] == "ClientRegistered"][-5:] == [f"shop{n}" for n in range(5)]
    empty = api.call("GET", f"/audit?{query}")
    assert (empty["items"], empty["more"]) == ([], False)
    provider.add_customer("ana")
    link(provider)
    more = api.call("GET", f"/audit?limit=4&after={empty['next']}")
    assert [one["event"] for one in more["items"]] == ["SubjectCreated"]


def test_of_ones_own_brand_alone(provider: Provider) -> None:
    """S3.12: what is another brand's, or nobody's, is not told."""
    api = AdminApi.of_client(provider, "admin:audit", brand="alphera")
    provider.add_client("theirs", brand="stellantis")
    provider.add_client("nobodys")
    provider.add_client("ours", brand="alphera")
    link(provider)
    assert {one["brand"] for one in api.call("GET", "/audit")["items"]} == {"alphera"}
    assert {one["client_id"] for one in api.call("GET", "/audit")["items"]} == {"robot", "ours"}


def test_pages_and_cursors(provider: Provider, api: AdminApi) -> None:
    """P12: sizes within bounds; cursors that were changed, or are another list's, are refused at the field."""
    link(provider)
    cursor = api.call("GET", "/audit?limit=1")["next"]
    clients = AdminApi.of_client(provider, "admin:clients", "second")
    another = clients.call("GET", "/clients?limit=1")["next"]
    for query, field in (
        ("limit=0", "limit"),
        ("limit=1000000000", "limit"),
        ("limit=201", "limit"),
        ("after=1", "after"),
        (f"after={cursor[:-1]}", "after"),
        (f"after={cursor}A", "after"),
        (f"after={another}", "after"),
        ("before=1", "before"),
    ):
        answer = api.call("GET", f"/audit?{query}")
        assert (answer.status, answer["errors"][0]["field"]) == (400, field), query
