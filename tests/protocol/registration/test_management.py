"""Clients manage themselves (RFC 7592)."""

import pytest

from idp.core.audit import tail
from tests.builders import ANA_PASSWORD
from tests.drivers.provider import Provider
from tests.drivers.registrant import APPLICATION, Registrant
from tests.drivers.relying_party import Answer
from tests.drivers.staff import StaffMember


@pytest.fixture
def ledger(developer: Registrant) -> Answer:
    return developer.registers(contacts=["dev@ledger.example"], grant_types=["authorization_code", "refresh_token"])


def test_it_reads_what_is_registered(developer: Registrant, ledger: Answer) -> None:
    """RFC 7592 2.1, 3: everything but the secret, of which only a digest is kept."""
    found = developer.manages("GET", ledger)
    secret = {"client_secret", "client_secret_expires_at"}
    assert (found.status, found.headers["Cache-Control"]) == (200, "no-store")
    assert found.body == {name: value for name, value in ledger.body.items() if name not in secret}


def test_it_replaces_everything(developer: Registrant, ledger: Answer) -> None:
    """RFC 7592 2.2: what is left out goes back to what it is by itself; the id, the secret and the brand stay."""
    wanted = {"client_id": ledger["client_id"], "redirect_uris": ["https://ledger.example/new"]}
    changed = developer.manages("PUT", ledger, wanted)
    assert (changed.status, changed["redirect_uris"]) == (200, ["https://ledger.example/new"])
    assert (changed["contacts"], changed["grant_types"], changed["brand"]) == ([], ["authorization_code"], "alphera")
    assert developer.manages("GET", ledger)["redirect_uris"] == ["https://ledger.example/new"]


def test_it_sends_back_what_it_read(provider: Provider, developer: Registrant, ledger: Answer) -> None:
    """RFC 7592 2.2: a client reads, changes one value and sends all of it."""
    read = developer.manages("GET", ledger).body
    changed = developer.manages("PUT", ledger, read | {"client_name": "Ledger 2"})
    assert (changed.status, changed["client_name"]) == (200, "Ledger 2")
    again = developer.manages("PUT", ledger, read | {"client_name": "Ledger 2"})
    assert again.status == 200
    assert len(provider.happened("ClientChanged")) == 1


def test_the_secret_may_be_repeated(developer: Registrant, ledger: Answer) -> None:
    """RFC 7592 2.2: client_secret, where it is sent, must be the client's own."""
    wanted = {**APPLICATION, "client_id": ledger["client_id"]}
    assert developer.manages("PUT", ledger, wanted | {"client_secret": ledger["client_secret"]}).status == 200
    for wrong in ("another", 7, ["x"]):
        refused = developer.manages("PUT", ledger, wanted | {"client_secret": wrong})
        assert (refused.status, refused.error) == (400, "invalid_client_metadata")


def test_the_id_must_be_repeated(developer: Registrant, ledger: Answer) -> None:
    """RFC 7592 2.2: client_id is required and must be the client's."""
    for wrong in ({}, {"client_id": "alphera-portal"}, {"client_id": 7}):
        refused = developer.manages("PUT", ledger, APPLICATION | wrong)
        assert (refused.status, refused.error) == (400, "invalid_client_metadata")
    assert developer.manages("GET", ledger)["client_name"] == "Ledger"


def test_a_client_that_comes_to_need_a_secret_gets_one(developer: Registrant) -> None:
    """RFC 7592 3: the answer holds the new secret, which counts at once where the client was known already."""
    public = developer.registers(token_endpoint_auth_method="none")
    assert developer.relying_party(public).token(grant_type="authorization_code", code="x").error == "invalid_grant"
    changed = developer.manages("PUT", public, {**APPLICATION, "client_id": public["client_id"]})
    assert (changed.status, changed["client_secret_expires_at"]) == (200, 0)
    refused = developer.relying_party(changed).token(grant_type="authorization_code", code="x")
    assert refused.error == "invalid_grant"


def test_pkce_that_was_waived(provider: Provider) -> None:
    """P2: who was let do without stays so until they ask for it, or keep no secret any more; then it stays asked for."""
    developer = Registrant(provider, Registrant.a_token(provider, pkce_optional=True))
    free = developer.registers()
    wanted = {**APPLICATION, "client_id": free["client_id"]}
    assert developer.manages("PUT", free, wanted | {"client_name": "Other"})["require_pkce"] is False
    assert developer.manages("PUT", free, wanted | {"token_endpoint_auth_method": "none"})["require_pkce"] is True
    assert developer.manages("PUT", free, wanted)["require_pkce"] is True
    assert developer.manages("PUT", free, wanted | {"require_pkce": False}).error == "invalid_client_metadata"


BEYOND: tuple[tuple[dict[str, object], str], ...] = (
    ({"redirect_uris": ["http://ledger.example/cb"]}, "invalid_redirect_uri"),
    ({"consent": "implied"}, "invalid_client_metadata"),
    ({"brand": "stellantis"}, "invalid_client_metadata"),
    ({"scope": "openid admin:clients"}, "invalid_client_metadata"),
    ({"require_pkce": False}, "invalid_client_metadata"),
)


def test_it_becomes_nothing_it_could_not_have_been(developer: Registrant, ledger: Answer) -> None:
    """P8, RFC 7591 3.2.2: the rules of registration hold for a change too, and nothing is saved."""
    for wrong, code in BEYOND:
        refused = developer.manages("PUT", ledger, {**APPLICATION, "client_id": ledger["client_id"], **wrong})
        assert (refused.status, refused.error) == (400, code), wrong
    assert developer.manages("GET", ledger)["contacts"] == ["dev@ledger.example"]


def test_what_an_administrator_decides_stays(provider: Provider, developer: Registrant, ledger: Answer) -> None:
    """RFC 7592 2, S1: a client that the staff changed is theirs; its registration token opens nothing from then on."""
    sam = StaffMember(provider, "administrator", "alphera")
    sam.open(f"/console/clients/{ledger['client_id']}/edit")
    review = sam.browser.submit(press="review", client_name="Ledger of ours")
    assert "can no longer change or delete itself" in review.text
    assert developer.manages("GET", ledger).status == 200
    sam.browser.submit(press="save")
    for method, content in (("GET", None), ("PUT", {**APPLICATION, "client_id": ledger["client_id"]}), ("DELETE", None)):
        assert developer.manages(method, ledger, content).status == 401, method
    assert "Ledger of ours" in sam.open(f"/console/clients/{ledger['client_id']}").text


def test_with_its_own_token_alone(developer: Registrant, ledger: Answer) -> None:
    """RFC 7592 2, P8: 401 for whoever brings no token or that of somebody else; nothing changes."""
    other = developer.registers(client_name="Other")
    tokens = (None, other["registration_access_token"], developer.token, "x" * 43, ledger["client_secret"])
    stolen = {**APPLICATION, "client_id": ledger["client_id"], "client_name": "Stolen"}
    for token in tokens:
        for method, content in (("GET", None), ("PUT", stolen), ("DELETE", None)):
            refused = developer.send(method, ledger["registration_client_uri"], content, token)
            assert (refused.status, refused.error) == (401, "invalid_token"), (method, token)
            assert refused.headers["WWW-Authenticate"].startswith('Bearer realm="register"')
    assert developer.manages("GET", ledger)["client_name"] == "Ledger"


def test_clients_that_did_not_register_themselves(provider: Provider, developer: Registrant) -> None:
    """RFC 7592 2: an unknown client, and one that an administrator registered, look alike."""
    provider.add_client("shop")
    told = [developer.send("GET", f"/register/{name}", token="x" * 43) for name in ("shop", "nobody", "%00", "%ff", "x" * 300)]
    assert {(answer.status, answer.error) for answer in told} == {(401, "invalid_token")}


def test_it_is_deleted(provider: Provider, developer: Registrant, ledger: Answer) -> None:
    """RFC 7592 2.3: 204; the client, its tokens and its registration are no more, and its id is not given away."""
    provider.add_customer()
    shop, browser = developer.relying_party(ledger), provider.browser()
    browser.open(shop.request(scope="openid"))
    browser.sign_in("ana", ANA_PASSWORD)
    tokens = shop.redeem(shop.code(browser.submit(press="allow")))
    gone = developer.manages("DELETE", ledger)
    assert (gone.status, gone.body) == (204, {})
    assert [event.reason for event in provider.happened("FamilyRevoked")] == ["client_deleted"]
    assert shop.userinfo(tokens["access_token"]).status == 401
    assert shop.refresh(tokens["refresh_token"]).error == "invalid_client"
    for method in ("GET", "DELETE"):
        assert developer.manages(method, ledger).status == 401


def test_a_disabled_client_manages_nothing(provider: Provider, developer: Registrant, ledger: Answer) -> None:
    """RFC 7592 2: 403 where an administrator stopped the client; it does not delete its traces either."""
    house = provider.house
    with house.ground.database.transaction() as db:
        house.parties.clients.disable(db, house.ground.bus, ledger["client_id"])
    for method in ("GET", "DELETE"):
        assert developer.manages(method, ledger).status == 403


def test_tokens_are_kept_as_digests(provider: Provider, ledger: Answer) -> None:
    """RFC 7592 5, S1: whoever reads the database cannot act with what they find."""
    with provider.house.ground.database.reading() as db:
        rows = str([db.exec_driver_sql(f"SELECT * FROM {t}").all() for t in ("registration_tokens", "client_secrets")])  # noqa: S608
    assert ledger["registration_access_token"] not in rows
    assert ledger["client_secret"] not in rows


def test_the_trail_tells_who_it_was(provider: Provider, developer: Registrant, ledger: Answer) -> None:
    """S1, audit: the initial access token that let the client in, and the client that changed itself."""
    developer.manages("PUT", ledger, {**APPLICATION, "client_id": ledger["client_id"]})
    with provider.house.ground.database.reading() as db:
        entries = {one.event: one for one in tail(db, provider.house.ground.keyring)}
    assert entries["ClientRegistered"].actor.startswith("registration:i_")
    assert entries["InitialAccessTokenUsed"].client_id == ledger["client_id"]
    assert entries["ClientChanged"].actor == f"client:{ledger['client_id']}"
