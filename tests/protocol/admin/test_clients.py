"""Clients by the admin API: the rules of the registrar, brands, versions, and nothing saved of what is refused."""

from typing import Any

import pytest

from tests.drivers.admin_api import AdminApi
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

LEDGER: dict[str, Any] = {
    "client_id": "ledger",
    "client_name": "Ledger",
    "brand": "alphera",
    "redirect_uris": ["https://ledger.example/callback"],
}


@pytest.fixture
def api(provider: Provider) -> AdminApi:
    return AdminApi.of_client(provider, "admin:clients")


def test_the_life_of_a_client(provider: Provider, api: AdminApi) -> None:
    """P8: one set of rules and of events, whoever registers; the secret is told once."""
    made = api.call("POST", "/clients", LEDGER)
    assert (made.status, made.headers["Location"], made.headers["ETag"]) == (201, "/admin/v1/clients/ledger", '"1"')
    assert len(made["client_secret"]) == 43
    read = api.call("GET", "/clients/ledger")
    assert made["client_secret"] not in str(read.body)
    assert (len(read["secrets"]), read["source"]) == (1, "registered")

    changed = api.call("PUT", "/clients/ledger", read["metadata"] | {"client_name": "Ledger 2"}, headers={"If-Match": '"1"'})
    assert (changed.status, changed["metadata"]["client_name"], changed.headers["ETag"]) == (200, "Ledger 2", '"2"')
    late = api.call("PUT", "/clients/ledger", read["metadata"], headers={"If-Match": '"1"'})
    assert (late.status, late["code"]) == (412, "overtaken")

    rotated = api.call("POST", "/clients/ledger/rotate-secret", {"overlap_hours": 1})
    assert rotated["client_secret"] != made["client_secret"]
    assert len(api.call("GET", "/clients/ledger")["secrets"]) == 2
    assert [api.call("POST", f"/clients/ledger/{act}")["disabled"] for act in ("disable", "disable", "enable")] == [
        True,
        True,
        False,
    ]

    assert api.call("DELETE", "/clients/ledger").status == 204
    assert api.call("GET", "/clients/ledger").status == 404
    again = api.call("POST", "/clients", LEDGER)
    assert (again.status, again["code"]) == (409, "taken")
    names = [event.name for event in provider.events if event.client_id == "ledger"]
    assert names == [
        "ClientRegistered",
        "ClientSecretRotated",
        "ClientChanged",
        "ClientSecretRotated",
        "ClientDisabled",
        "ClientEnabled",
        "ClientDeleted",
    ]


def test_what_was_registered_works(provider: Provider, api: AdminApi) -> None:
    """RFC 6749 2.2: the secret that was told is the client's."""
    machine = {"client_name": "Machine", "grant_types": ["client_credentials"], "scope": "ledger:read"}
    made = api.call("POST", "/clients", machine)
    meta = provider.house.parties.clients
    with provider.house.ground.database.reading() as db:
        listed = meta.listed(db, made["client_id"])
    assert listed is not None
    party = RelyingParty(provider.app, provider.issuer, listed.metadata, made["client_secret"], provider.clock)
    assert party.token(grant_type="client_credentials")["scope"] == "ledger:read"


def test_one_of_a_brand_reaches_that_brand(provider: Provider) -> None:
    """S3.12: objects of another brand, and of none, are not there."""
    api = AdminApi.of_client(provider, "admin:clients", brand="stellantis")
    provider.add_client("theirs", brand="alphera")
    provider.add_client("nobodys")
    provider.add_client("ours", brand="stellantis")
    assert [one["client_id"] for one in api.call("GET", "/clients")["items"]] == ["ours", "robot"]
    for one in ("theirs", "nobodys"):
        assert api.call("GET", f"/clients/{one}").status == 404
        assert api.call("DELETE", f"/clients/{one}").status == 404
    for brand in ("alphera", None):
        refused = api.call("POST", "/clients", LEDGER | {"brand": brand})
        assert (refused.status, refused["errors"][0]["field"]) == (422, "brand")
    provider.add_client("their-api", brand="alphera", grant_types=[], redirect_uris=[], owns=["https://api.alphera.example"])
    taken = api.call("POST", "/clients", LEDGER | {"brand": "stellantis", "owns": ["https://api.alphera.example"]})
    assert (taken.status, taken["errors"][0]["field"]) == (422, "owns.0")
    provider.add_client("between", brand="stellantis", resources=["https://api.alphera.example"])
    assert api.call("POST", "/clients/between/rotate-secret", {}).status == 403
    longer = api.call("POST", "/clients", LEDGER | {"brand": "stellantis", "access_token_lifetime": 601})
    assert (longer.status, longer["errors"][0]["field"]) == (422, "access_token_lifetime")
    moved = api.call("PUT", "/clients/ours", api.call("GET", "/clients/ours")["metadata"] | {"brand": "alphera"})
    assert (moved.status, moved["errors"][0]["field"]) == (422, "brand")


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"redirect_uris": ["http://ledger.example/cb"]}, "redirect_uris"),
    ({"redirect_uris": ["https://ledger.example/#a"]}, "redirect_uris"),
    ({"redirect_uris": ["https://*.ledger.example/"]}, "redirect_uris"),
    ({"redirect_uris": []}, "redirect_uris"),
    ({"brand": "nobody"}, "brand"),
    ({"scope": "openid everything"}, "scope"),
    ({"secret_digests": ["0" * 64]}, "secret_digests"),
    ({"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}, "jwks"),
    ({"client_nmae": "Ledger"}, "client_nmae"),
    ({"client_id": "../x"}, "client_id"),
    ({"profile": "none"}, "profile"),
    ({"access_token_lifetime": 601}, "access_token_lifetime"),
)


def test_mistakes_are_named_at_their_field(provider: Provider, api: AdminApi) -> None:
    """RFC 9457 3: problem details with the field and the reason; nothing is saved."""
    before = provider.happened("ClientRegistered")
    for wrong, field in WRONG:
        answer = api.call("POST", "/clients", LEDGER | wrong)
        assert (answer.status, answer["errors"][0]["field"].split(".")[0]) == (422, field), wrong
        assert answer["reference"]
    assert provider.happened("ClientRegistered") == before


def test_bodies_that_are_none(api: AdminApi) -> None:
    """P12: JSON objects, each name once, of bounded depth and length."""
    for body in (b"", b"[]", b'{"a":1,"a":2}', b'{"client_name":"\\u0000"}', b"[" * 9000, b"\xff"):
        answer = api.call("POST", "/clients", body, headers={"Content-Type": "application/json"})
        assert (answer.status, answer["code"]) == (400, "malformed"), body[:20]
    assert api.call("POST", "/clients", LEDGER | {"client_uri": "https://a.example/" + "x" * 17_000}).status == 413
    assert api.call("POST", "/clients/robot/disable", {}).status == 400


def test_numbers_within_bounds(provider: Provider, api: AdminApi) -> None:
    """P12: hours and versions."""
    provider.add_client("shop")
    for hours in (-1, 2161, 10**9, "1", 1.5, True, None):
        answer = api.call("POST", "/clients/shop/rotate-secret", {"overlap_hours": hours})
        assert (answer.status, answer["errors"][0]["field"]) == (400, "overlap_hours"), hours
    for version in ("*", "-1", "9" * 40, '"x"', "\u0661".encode().decode("latin-1")):
        answer = api.call("PUT", "/clients/shop", LEDGER, headers={"If-Match": version})
        assert answer["errors"][0]["field"] in ("If-Match", "client_id"), version


def test_what_the_file_says_is_changed_in_the_file(provider: Provider, api: AdminApi) -> None:
    """Clients of clients.yaml are read here, stopped and given secrets, and nothing else."""
    house = provider.house
    provider.add_client("from-file")
    with house.ground.database.transaction() as db:
        db.exec_driver_sql("UPDATE clients SET source = 'file' WHERE id = 'from-file'")
    metadata = api.call("GET", "/clients/from-file")["metadata"]
    for answer in (
        api.call("PUT", "/clients/from-file", metadata | {"client_name": "Mine"}),
        api.call("DELETE", "/clients/from-file"),
    ):
        assert (answer.status, answer["code"]) == (409, "from_file")
    assert api.call("POST", "/clients/from-file/disable").status == 200


def test_pages(provider: Provider, api: AdminApi) -> None:
    """P12, S3: bounded pages; a cursor is signed, and one list's is no other's."""
    for number in range(5):
        provider.add_client(f"shop{number}")
    seen, after = [], ""
    while True:
        page = api.call("GET", f"/clients?limit=2{after}")
        seen += [one["client_id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == ["robot", *(f"shop{number}" for number in range(5))]
    for query, field in (
        ("limit=0", "limit"),
        ("limit=1000000000", "limit"),
        ("limit=-1", "limit"),
        ("limit=1_0", "limit"),
        ("limit=%D9%A1", "limit"),
        ("limit=", "limit"),
        ("after=shop1", "after"),
        ("after=", "after"),
        (f"{after[1:]}x", "after"),
        ("colour=red", "colour"),
        ("limit=1&limit=2", "limit"),
    ):
        answer = api.call("GET", f"/clients?{query}")
        assert (answer.status, answer["errors"][0]["field"]) == (400, field), query
    for query in ("limit=%00", "limit=%ff", "&".join(f"a{n}=1" for n in range(101))):
        assert api.call("GET", f"/clients?{query}").status == 400
    for name in ("%00", "x" * 300, "%ED%A0%80", ".."):
        assert api.call("GET", f"/clients/{name}").status == 404, name
