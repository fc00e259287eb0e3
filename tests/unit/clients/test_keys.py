"""Keys that are fetched from where a client publishes them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from idp.clients.client import Client, client_of
from idp.clients.keys import ClientKeys
from idp.clients.metadata import ClientMetadata
from idp.core import key_sets
from idp.core.errors import Unavailable
from idp.core.fetcher import Fetcher
from idp.core.key_sets import MOST_AT_ONCE, MOST_TRIED, Key, KeySets
from tests.builders import TestClock

KEY = ECKey.generate_key("P-256")
JWK = KEY.as_dict(private=False) | {"kid": "known"}


class Publisher(Fetcher):
    """Answers with the key set; while `open` is not set it hangs, and `asked` tells that it does."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.asked = threading.Event(), threading.Event()
        self.open.set()
        self.keys, self.calls = [JWK], 0

    def get_json(self, url: str, seconds: float = 3.0) -> dict[str, Any]:
        self.calls += 1
        self.asked.set()
        assert self.open.wait(10)
        return {"keys": self.keys}


def a_client(client_id: str = "shop") -> Client:
    meta = {
        "client_id": client_id,
        "client_name": "Shop",
        "redirect_uris": ["https://shop.example/"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": "https://shop.example/jwks",
    }
    return client_of(ClientMetadata.model_validate(meta), (), False)


def test_an_address_that_hangs_holds_up_no_known_key(clock: TestClock) -> None:
    publisher, client = Publisher(), a_client()
    keys = ClientKeys(KeySets(publisher, clock))
    assert len(keys.find(client, "known", "ES256")) == 1
    clock.advance(timedelta(minutes=1))
    publisher.open.clear()
    publisher.asked.clear()
    with ThreadPoolExecutor() as threads:
        invented = threads.submit(keys.find, client, "invented", "ES256")
        assert publisher.asked.wait(10)
        good = threads.submit(keys.find, client, "known", "ES256")
        try:
            assert len(good.result(timeout=5)) == 1
        finally:
            publisher.open.set()
        assert invented.result() == []


def test_an_unknown_key_is_looked_for_once_in_a_while(clock: TestClock) -> None:
    """Core 10.1.1: a client rotates by itself; whoever invents names of keys sends us to it at most twice a minute."""
    publisher, client = Publisher(), a_client()
    keys = ClientKeys(KeySets(publisher, clock))
    assert len(keys.find(client, "known", "ES256")) == 1
    publisher.keys = [JWK, ECKey.generate_key("P-256").as_dict(private=False) | {"kid": "new"}]
    clock.advance(timedelta(minutes=1))
    assert len(keys.find(client, "new", "ES256")) == 1
    assert [keys.find(client, f"invented {n}", "ES256") for n in range(5)] == [[]] * 5
    assert publisher.calls == 2
    clock.advance(timedelta(seconds=31))
    assert keys.find(client, "invented", "ES256") == []
    assert publisher.calls == 3


def test_who_registers_anew_at_an_old_address_does_not_wait(clock: TestClock) -> None:
    """RFC 7591 2: `jwks_uri` is the client's; what another left at the address is not taken for its keys."""
    publisher = Publisher()
    keys = ClientKeys(KeySets(publisher, clock))
    assert len(keys.find(a_client(), "known", "ES256")) == 1
    publisher.keys = [ECKey.generate_key("P-256").as_dict(private=False) | {"kid": "new"}]
    assert keys.find(a_client(), "new", "ES256") == []
    assert len(keys.find(a_client("shop-again"), "new", "ES256")) == 1
    assert publisher.calls == 2


class Crowd(Publisher):
    """While one set is fetched, others look for further ones, until there is no room; `then` is tried at that time."""

    def __init__(self, clock: TestClock) -> None:
        super().__init__()
        self.sets = KeySets(self, clock)
        self.then: Callable[[], list[Key]] = list
        self.found: list[Key] = []

    def get_json(self, url: str, seconds: float = 3.0) -> dict[str, Any]:
        self.calls += 1
        try:
            self.sets.published("crowd", f"https://{self.calls}.example/", None, "ES256")
        except Unavailable:
            self.found = self.then()
        return {"keys": self.keys}


def test_servers_that_hang_hold_some_threads_and_never_all(clock: TestClock) -> None:
    """S3.11, S4: once so many wait, known keys serve on though they are old, and who has none is told to come back."""
    crowd, client = Crowd(clock), a_client()
    keys = ClientKeys(crowd.sets)
    assert len(keys.find(client, "known", "ES256")) == 1
    assert (crowd.calls, crowd.found) == (MOST_AT_ONCE, [])
    clock.advance(timedelta(minutes=11))
    crowd.calls, crowd.then = 100, lambda: keys.find(client, "known", "ES256")
    assert len(crowd.sets.published("crowd", "https://other.example/", None, "ES256")) == 1
    assert (crowd.calls, len(crowd.found)) == (100 + MOST_AT_ONCE, 1)


def test_what_was_fetched_is_not_remembered_without_end(clock: TestClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client may move its keys as often as it likes: the sets that were fetched longest ago give way."""
    monkeypatch.setattr(key_sets, "MOST_REMEMBERED", 3)
    publisher = Publisher()
    sets = KeySets(publisher, clock)
    for n in (1, 2, 3, 4, 4, 2, 1):
        sets.published("shop", f"https://{n}.example/", "known", "ES256")
    assert publisher.calls == 5


def test_a_signature_is_tried_with_a_few_keys_and_no_more(clock: TestClock) -> None:
    """Core 10.1, P12: where there are many, it must name its own; and many of one name are tried no more than that."""
    many = [JWK | {"kid": kid} for kid in (*map(str, range(9)), *["same"] * 9)]
    sets = KeySets(Publisher(), clock)
    found = [len(sets.given("shop", {"keys": many}, kid, "ES256")) for kid in ("7", None, "same", "none")]
    assert found == [1, MOST_TRIED, MOST_TRIED, 0]


def test_a_key_that_was_taken_back_is_forgotten_and_one_whose_server_is_away_is_not(clock: TestClock) -> None:
    """Core 10.1.1: what was published is looked at again after ten minutes, and outlives a server that does not answer."""
    publisher, client = Publisher(), a_client()
    keys = ClientKeys(KeySets(publisher, clock))
    assert len(keys.find(client, "known", "ES256")) == 1
    working, publisher.get_json = publisher.get_json, Fetcher(resolve=lambda _host, _port: []).get_json  # type: ignore[method-assign]
    clock.advance(timedelta(minutes=11))
    assert len(keys.find(client, "known", "ES256")) == 1
    publisher.get_json, publisher.keys = working, []  # type: ignore[method-assign]
    clock.advance(timedelta(minutes=9))
    assert len(keys.find(client, "known", "ES256")) == 1
    clock.advance(timedelta(minutes=2))
    assert keys.find(client, "known", "ES256") == []


def test_keys_that_were_given_are_read_once_for_each_set_and_for_signatures_alone(clock: TestClock) -> None:
    """RFC 7517 4.2, 4.4: use and alg of a key hold; another set is another at once."""
    sets = KeySets(Publisher(), clock)
    (first,) = sets.given("shop", {"keys": [JWK]}, "known", "ES256")
    assert sets.given("shop", {"keys": [dict(JWK)]}, None, "ES256")[0] is first
    for other in ({"use": "enc"}, {"alg": "ES384"}, {"kid": "another"}):
        assert sets.given("shop", {"keys": [JWK | other]}, "known", "ES256") == [], other
    assert len(sets.given("shop", {"keys": [JWK | {"use": "sig", "alg": "ES256"}]}, "known", "ES256")) == 1
