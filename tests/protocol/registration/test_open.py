"""Registration that is open to everybody, where the operator says so (P8)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.clients.model import clients
from idp.oidc.endpoints.register import FREE_WINDOW, MOST_FREE_OF_ALL
from idp.oidc.registration import MOST_CLIENTS
from tests.builders import TestClock
from tests.drivers.provider import Provider, a_provider
from tests.drivers.registrant import APPLICATION, Registrant


@pytest.fixture
def provider(tmp_path: Path, clock: TestClock) -> Iterator[Provider]:
    with a_provider(tmp_path, clock, open_registration="true") as running:
        yield running


def test_anybody_registers(provider: Provider) -> None:
    """RFC 7591 3: no token is needed; the client is no brand's, asks for consent and uses PKCE."""
    anybody = Registrant(provider)
    answer = anybody.registers()
    assert (answer.status, answer["consent"], answer["require_pkce"]) == (201, "required", True)
    assert "brand" not in answer.body
    assert anybody.manages("DELETE", answer).status == 204
    assert anybody.registers(brand="alphera").error == "invalid_client_metadata"


def test_a_token_that_is_brought_must_be_good(provider: Provider) -> None:
    """RFC 6750 3.1: a bad token is not as good as none."""
    assert Registrant(provider, "x" * 43).registers().error == "invalid_token"
    assert Registrant(provider, Registrant.a_token(provider, brand="alphera")).registers()["brand"] == "alphera"


def test_one_source_registers_so_many(provider: Provider) -> None:
    """S1, source throttle: whoever needs no token fills our tables no faster than sixty an hour."""
    anybody = Registrant(provider)
    assert {anybody.registers().status for _ in range(60)} == {201}
    assert anybody.registers().status == 429
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert anybody.send("POST", "/register", APPLICATION, environ_overrides=elsewhere).status == 201


def comes_from(provider: Provider, address: str) -> int:
    """What comes of registering from an address."""
    return Registrant(provider).send("POST", "/register", APPLICATION, environ_overrides={"REMOTE_ADDR": address}).status


def test_one_network_registers_so_many(provider: Provider) -> None:
    """S1, source throttle: whoever has an IPv6 /48 has 65,536 sources, and gets no more for it."""
    assert {comes_from(provider, f"2001:db8:1:{number:x}::1") for number in range(60)} == {201}
    assert comes_from(provider, "2001:db8:1:ffff::1") == 429
    assert comes_from(provider, "2001:db8:2::1") == 201


def test_all_together_register_so_many(provider: Provider, clock: TestClock) -> None:
    """S1: nor do many networks fill our tables faster than six hundred an hour."""
    for _ in range(MOST_FREE_OF_ALL - 1):
        provider.house.throttle.tries("register freely", "all", MOST_FREE_OF_ALL, FREE_WINDOW)
    assert comes_from(provider, "192.0.2.1") == 201
    assert comes_from(provider, "192.0.2.2") == 429
    assert Registrant(provider, Registrant.a_token(provider)).registers().status == 201
    clock.advance(2 * FREE_WINDOW)
    assert comes_from(provider, "192.0.2.2") == 201


def test_there_are_only_so_many(provider: Provider) -> None:
    """S1: nor ever more than ten thousand, by whatever way they come; one that leaves makes room."""
    anybody = Registrant(provider, Registrant.a_token(provider, uses=3))
    first = anybody.registers()
    with provider.house.ground.database.transaction() as db:
        row = dict(db.execute(clients.select().where(clients.c.id == first["client_id"])).mappings().one())
        db.execute(clients.insert(), [row | {"id": f"c{number}"} for number in range(MOST_CLIENTS - 1)])
    assert (anybody.registers().status, anybody.registers().error) == (503, "temporarily_unavailable")
    assert anybody.manages("DELETE", first).status == 204
    assert anybody.registers().status == 201


def test_pkce_is_waived_by_a_setting_of_its_own(tmp_path: Path, clock: TestClock) -> None:
    """P2: for confidential clients, and only where the operator says so."""
    (tmp_path / "other").mkdir()
    changed = {"open_registration": "true", "open_registration_pkce_optional": "true"}
    with a_provider(tmp_path / "other", clock, **changed) as provider:
        assert Registrant(provider).registers()["require_pkce"] is False
        assert Registrant(provider).registers(token_endpoint_auth_method="none")["require_pkce"] is True
