"""What the registration endpoint makes of bodies that are no description of a client (P12)."""

import json
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.clients.metadata import ClientMetadata
from tests.drivers.provider import Provider
from tests.drivers.registrant import APPLICATION, Registrant

GOOD = json.dumps(APPLICATION)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(sorted(ClientMetadata.model_fields)), JSON, min_size=1, max_size=3))
def test_any_description_gets_a_clear_answer(developer: Registrant, described: dict[str, Any]) -> None:
    """P12: never a 5xx, whatever stands under a name that is known."""
    developer.household.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    developer.token = Registrant.a_token(developer.household)
    answer = developer.send("POST", "/register", {**APPLICATION, **described}, developer.token)
    assert answer.status in (201, 400), answer.body


UNCLEAN = (
    b"",
    b"{",
    b"[]",
    b'"text"',
    b"null",
    b"\xff\xfe{}",
    GOOD[:-1].encode() + b', "client_name": "Other"}',
    GOOD[:-1].encode() + b', "jwks": {"keys": [], "keys": []}}',
    b'{"client_name": "\\u0000", "redirect_uris": ["https://a.example/"]}',
    b'{"client_name": "\\ud800", "redirect_uris": ["https://a.example/"]}',
    GOOD[:-1].encode() + b', "default_max_age": 1e400}',
    GOOD[:-1].encode() + b', "default_max_age": NaN}',
    GOOD[:-1].encode() + b', "default_max_age": ' + b"9" * 5000 + b"}",
    GOOD[:-1].encode() + b', "x": ' + b"[" * 32 + b"]" * 32 + b"}",
    b"[" * 8000,
)


def test_it_must_be_one_clean_object(developer: Registrant) -> None:
    """RFC 7591 3.1, RFC 8259 4, P12: JSON, each name once, of bounded depth, text that every store can keep."""
    for body in UNCLEAN:
        answer = developer.send("POST", "/register", body, developer.token, headers={"Content-Type": "application/json"})
        assert (answer.status, answer.error) == (400, "invalid_client_metadata"), body[:80]
    deepest = GOOD[:-1].encode() + b', "x": ' + b"[" * 31 + b"]" * 31 + b"}"
    assert developer.send("POST", "/register", deepest, developer.token).status == 201


def test_it_must_say_that_it_is_json(developer: Registrant) -> None:
    """RFC 7591 3.1: application/json."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = developer.send("POST", "/register", GOOD.encode(), developer.token, headers=form)
    assert (answer.status, answer.error) == (400, "invalid_client_metadata")


def test_it_has_a_length(developer: Registrant) -> None:
    """P12: 16 KiB."""
    answer = developer.registers(client_uri="https://ledger.example/" + "x" * 17_000)
    assert answer.status == 413


def test_other_methods(developer: Registrant) -> None:
    """RFC 7591 3: POST alone; P1: for no other origin."""
    for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = developer.send(method, "/register", token=developer.token)
        assert (answer.status, answer.headers["Allow"]) == (405, "POST"), method


def test_one_source_is_slowed(provider: Provider) -> None:
    """S1, source throttle: whoever tries tokens without end is told to wait; another source is not."""
    nobody = Registrant(provider, "x" * 43)
    told = {nobody.registers().status for _ in range(120)}
    assert told == {401}
    slowed = nobody.registers()
    assert (slowed.status, 0 < int(slowed.headers["Retry-After"]) <= 301) == (429, True)
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert nobody.send("POST", "/register", APPLICATION, nobody.token, environ_overrides=elsewhere).status == 401
