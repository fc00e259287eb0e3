"""One set of rules under every way to register; what each registrant may say differs in data alone."""

from datetime import timedelta
from typing import Any

import pytest

from idp.app.registering import registrar_of
from idp.clients.metadata import ClientMetadata
from idp.clients.registrar import (
    DYNAMIC,
    Allowed,
    Changed,
    Done,
    FromFile,
    NoSecret,
    Overtaken,
    Registered,
    Rotated,
    Taken,
    Unchanged,
    Unknown,
    by_administrator,
    by_dynamic_client,
    by_file,
    check,
)
from tests.builders import TestClock
from tests.drivers.provider import Provider

SHOP: dict[str, Any] = {"client_name": "Shop", "redirect_uris": ["https://shop.example/cb"]}
SCOPES = ("openid", "profile")
EVERYWHERE = by_administrator(("acme",), SCOPES, everywhere=True)
OF_ACME = by_administrator(
    ("acme",), SCOPES, everywhere=False, foreign={"https://api.other.example"}, reserved={"clients:write"}
)
BOUNDED = by_administrator(
    ("acme",),
    SCOPES,
    everywhere=True,
    longest={"access_token_lifetime": 600, "refresh_token_lifetime": 7200, "refresh_token_idle_lifetime": 3600},
)
REFRESHING = {"grant_types": ["authorization_code", "refresh_token"]}
BY_ITSELF = by_dynamic_client("acme", SCOPES)


def good(given: dict[str, Any], allowed: Allowed) -> ClientMetadata:
    meta = check(given, allowed)
    assert isinstance(meta, ClientMetadata), meta
    return meta


def test_the_position_of_a_registrant_decides_the_brand() -> None:
    assert good(SHOP, BY_ITSELF).brand == "acme"
    assert good({**SHOP, "brand": "acme"}, OF_ACME).brand == "acme"
    assert good(SHOP, EVERYWHERE).brand is None


def test_an_id_is_made_where_there_is_none() -> None:
    first, second = good(SHOP, BY_ITSELF).client_id, good(SHOP, BY_ITSELF).client_id
    assert first != second
    assert good({**SHOP, "client_id": "shop"}, EVERYWHERE).client_id == "shop"


@pytest.mark.parametrize(
    ("given", "allowed", "field", "says"),
    [
        ({"consent": "implied"}, BY_ITSELF, "consent", "only an administrator"),
        ({"brand": "other"}, BY_ITSELF, "brand", "only an administrator"),
        ({"owns": ["https://api.example"]}, BY_ITSELF, "owns", "only an administrator"),
        ({"resources": ["https://api.example"]}, BY_ITSELF, "resources", "only an administrator"),
        ({"require_pkce": False}, BY_ITSELF, "require_pkce", "only an administrator"),
        ({"client_id": "mine"}, BY_ITSELF, "client_id", "only an administrator"),
        ({"scope": "openid orders:read"}, BY_ITSELF, "scope", "orders:read is not known"),
        ({"secret_digests": ["0" * 64]}, EVERYWHERE, "secret_digests", "only an administrator"),
        ({"scope": "emial"}, EVERYWHERE, "scope", "emial is not known"),
        ({"brand": "other"}, EVERYWHERE, "brand", "other is not a brand"),
        ({}, OF_ACME, "brand", "must be one of yours"),
        ({"brand": "acme", "resources": ["https://api.other.example"]}, OF_ACME, "resources", "another brand"),
        ({"brand": "acme", "owns": ["https://api.other.example"]}, OF_ACME, "owns", "another brand"),
        ({"brand": "acme", "scope": "clients:write"}, OF_ACME, "scope", "clients:write is not known"),
        ({"client_nam": "x"}, EVERYWHERE, "client_nam", "check the spelling"),
        ({"redirect_uris": "https://shop.example/cb"}, EVERYWHERE, "redirect_uris", "must be a list"),
        ({"client_name": "a\ud800"}, EVERYWHERE, "client_name", "cannot be seen"),
        ({"client_name": 7}, EVERYWHERE, "client_name", "must be text"),
        ({"jwks": {"keys": [{"kty": "RSA", "n": "\u0000"}]}}, EVERYWHERE, "jwks", "cannot be seen"),
        ({"jwks": {"keys": [{"kty": ["RSA"]}]}}, EVERYWHERE, "jwks", "kty must be text"),
        ({"jwks": {"keys": [{"kty": "RSA", "n": "AQAB" * 400, "e": "AQAB"}]}}, EVERYWHERE, "jwks", "takes too long"),
        ({"jwks": {"keys": [{"kty": "EC", "crv": {}}]}}, EVERYWHERE, "jwks", "crv must be text"),
        ({"client_id": "s" * 43}, EVERYWHERE, "client_id", "identifier of a customer"),
        ({"client_name": "\u3164"}, EVERYWHERE, "client_name", "needs a letter"),
        ({"redirect_uris": ["http://[::1%;sandbox]/"]}, EVERYWHERE, "redirect_uris", "without %"),
        ({"redirect_uris": ["https://%65vil.example/"]}, EVERYWHERE, "redirect_uris", "without %"),
        ({"jwks": {}}, EVERYWHERE, "jwks", "key set"),
        ({"resources": ["https://a b"]}, EVERYWHERE, "resources", "without spaces"),
        ({"access_token_lifetime": 601}, BOUNDED, "access_token_lifetime", "at most 600"),
        ({**REFRESHING, "refresh_token_lifetime": 7201}, BOUNDED, "refresh_token_lifetime", "at most 7200"),
        ({**REFRESHING, "refresh_token_idle_lifetime": 599}, BOUNDED, "refresh_token_idle_lifetime", "at least 600"),
        ({"refresh_token_lifetime": 3600}, BOUNDED, "refresh_token_lifetime", "does not have"),
        ({**REFRESHING, "refresh_token_lifetime": 3600}, BY_ITSELF, "refresh_token_lifetime", "only an administrator"),
    ],
)
def test_what_may_not_be_said_is_told_at_its_field(given: dict[str, Any], allowed: Allowed, field: str, says: str) -> None:
    faults = check({**SHOP, **given}, allowed)
    assert isinstance(faults, tuple)
    assert [fault.field for fault in faults] == [field]
    assert says in faults[0].reason


def test_a_file_may_hold_digests_of_secrets() -> None:
    assert good({**SHOP, "client_id": "shop", "secret_digests": ["0" * 64]}, by_file((), SCOPES)).secret_digests


def test_what_comes_of_each_act(provider: Provider, clock: TestClock) -> None:
    registrar, database = registrar_of(provider.house), provider.house.ground.database
    meta = good({**SHOP, "client_id": "shop"}, EVERYWHERE)
    other = meta.model_copy(update={"client_name": "Other"})
    with database.transaction() as db:
        made = registrar.register(db, meta, DYNAMIC)
        assert isinstance(made, Registered)
        assert made.secret
        assert registrar.register(db, meta) == Taken()
        assert registrar.change(db, "shop", meta) == Unchanged()
        assert registrar.change(db, "shop", other, seen=2) == Overtaken()
        assert registrar.change(db, "shop", other, seen=1) == Changed()
        assert registrar.change(db, "nobody", meta) == Unknown()
        clock.advance(timedelta(seconds=1))
        assert isinstance(registrar.rotate(db, "shop", timedelta(hours=1)), Rotated)
        assert registrar.rotate(db, "nobody", timedelta(0)) == Unknown()
        newest, older = registrar.clients.secrets(db, "shop")
        assert registrar.end_secret(db, "shop", older.id) == Done()
        assert registrar.end_secret(db, "shop", older.id) == Unknown()
        assert [one.id for one in registrar.clients.secrets(db, "shop")] == [newest.id]
        assert registrar.enable(db, "shop") == Unchanged()
        assert registrar.disable(db, "shop") == Done()
        assert registrar.disable(db, "shop") == Unchanged()
        assert registrar.enable(db, "shop") == Done()
        assert registrar.delete(db, "shop") == Done()
        assert registrar.delete(db, "shop") == Unknown()
        assert registrar.register(db, meta) == Taken()


def test_whoever_proves_itself_without_a_secret_keeps_none(provider: Provider) -> None:
    registrar, database = registrar_of(provider.house), provider.house.ground.database
    with_secret = good({**SHOP, "client_id": "shop"}, EVERYWHERE)
    without = good({**SHOP, "client_id": "shop", "token_endpoint_auth_method": "none"}, EVERYWHERE)
    with database.transaction() as db:
        first = registrar.register(db, with_secret)
        assert registrar.change(db, "shop", without) == Changed(None)
        assert registrar.rotate(db, "shop", timedelta(0)) == NoSecret()
        back = registrar.change(db, "shop", with_secret)
    assert isinstance(first, Registered)
    assert isinstance(back, Changed)
    assert back.secret not in (None, first.secret)


def test_what_the_file_says_is_neither_changed_nor_deleted(provider: Provider) -> None:
    registrar, ground = registrar_of(provider.house), provider.house.ground
    meta = good({**SHOP, "client_id": "shop"}, EVERYWHERE)
    with ground.database.transaction() as db:
        registrar.clients.save(db, ground.bus, meta, "file")
        assert registrar.change(db, "shop", meta.model_copy(update={"client_name": "Other"})) == FromFile()
        assert registrar.delete(db, "shop") == FromFile()
        assert registrar.disable(db, "shop") == Done()
        assert registrar.enable(db, "shop") == Done()
        registrar.clients.save(db, ground.bus, meta.model_copy(update={"client_id": "gone"}), "left")
        assert registrar.enable(db, "gone") == FromFile()


def test_the_use_of_a_secret_is_written_down_every_five_minutes(provider: Provider, clock: TestClock) -> None:
    app = provider.add_client("shop", grant_types=["client_credentials"], redirect_uris=[], scope="orders:read")
    clients, database = provider.house.parties.clients, provider.house.ground.database

    def last_used() -> Any:
        with database.reading() as db:
            return clients.secrets(db, "shop")[0].last_used_at

    assert last_used() is None
    first = clock.now()
    for minutes in (0, 2, 2):
        clock.advance(timedelta(minutes=minutes))
        assert app.token(grant_type="client_credentials").status == 200
        assert last_used() == first
    clock.advance(timedelta(minutes=1))
    assert app.token(grant_type="client_credentials").status == 200
    assert last_used() == first + timedelta(minutes=5)
    app.secret = "wrong"
    clock.advance(timedelta(minutes=10))
    assert app.token(grant_type="client_credentials").error == "invalid_client"
    assert last_used() == first + timedelta(minutes=5)
