"""Whatever is sent instead of a passkey's answer is a refusal, never a fault."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor, parse_cbor

from idp.factors.passkey import Proven, Registered, UnknownCredential
from idp.factors.passkey_ceremony import LARGEST_RESPONSE, Because, Refused
from tests.unit.factors.passkey_scene import Scene, why

NO_RESPONSE = {
    "nothing": "",
    "no JSON": "{",
    "text": '"x"',
    "a list": "[]",
    "null": "null",
    "an empty object": "{}",
    "no object inside": '{"id": "AAAA", "response": []}',
    "too deep": "[" * 16_000,
    "too deep inside": '{"response":' * 1300,
    "a number without end": "1" * 16_000,
    "too large": '{"id": "' + "A" * LARGEST_RESPONSE + '"}',
    "half a character": '{"id": "\ud800", "response": {}}',
    "NUL": "\x00",
}
ODD_IDS: list[Any] = [None, 7, "", "A" * 1365, "a b", "a\x00b", "é", "\ud800", "AAA=", "sha256." + "0" * 64, {}, []]
ODD: list[Any] = [None, 7, True, "", "x", "é", "A", "AAAA", "\x00", "\ud800", [], {}, ["AAAA"], {"a": 1}]
AUTH_DATA_START = 37
KEY_START = AUTH_DATA_START + 18 + 32


@pytest.mark.parametrize("sent", NO_RESPONSE)
def test_what_is_no_response_at_all(scene: Scene, sent: str) -> None:
    scene.request()
    assert why(scene.verify(NO_RESPONSE[sent])) is Because.MALFORMED
    scene.creation()
    assert why(scene.register(NO_RESPONSE[sent])) is Because.MALFORMED


@pytest.mark.parametrize("credential_id", ODD_IDS)
def test_an_odd_id(scene: Scene, credential_id: Any) -> None:
    scene.registered()
    assert why(scene.verify(scene.device.get(scene.request(), id=credential_id))) is Because.MALFORMED
    assert why(scene.register(scene.device.create(scene.creation(), id=credential_id))) is Because.MALFORMED


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
def test_odd_parts_of_an_assertion(scene: Scene, part: str) -> None:
    scene.registered()
    for odd in ODD:
        answer = scene.verify(with_part(scene.device.get(scene.request()), part, odd))
        assert why(answer) in {Because.MALFORMED, Because.UNVERIFIABLE}


@pytest.mark.parametrize("part", ["clientDataJSON", "attestationObject"])
def test_odd_parts_of_a_registration(scene: Scene, part: str) -> None:
    for odd in ODD:
        answer = scene.register(with_part(scene.device.create(scene.creation()), part, odd))
        assert why(answer) in {Because.MALFORMED, Because.UNVERIFIABLE}


@pytest.mark.parametrize("name", ["type", "rawId"])
def test_odd_fields_beside_them(scene: Scene, name: str) -> None:
    scene.registered()
    for odd in ODD:
        assert why(scene.verify(scene.device.get(scene.request(), **{name: odd}))) is Because.UNVERIFIABLE
    for odd in ODD:
        assert why(scene.register(scene.device.create(scene.creation(), **{name: odd}))) is Because.UNVERIFIABLE


@pytest.mark.parametrize("client_data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 9000, b'{"type":' * 900])
def test_malformed_client_data(scene: Scene, client_data: bytes) -> None:
    scene.registered()
    sent = with_part(scene.device.get(scene.request()), "clientDataJSON", bytes_to_base64url(client_data))
    assert why(scene.verify(sent)) is Because.MALFORMED


P256, P384 = (ec.derive_private_key(7, curve).public_key().public_numbers() for curve in (ec.SECP256R1(), ec.SECP384R1()))
KEYS: dict[str, Any] = {
    "no map": [1, 2],
    "empty": {},
    "text": "key",
    "null": None,
    "no algorithm": {1: 2},
    "no such kind": {1: 99, 3: -7},
    "text for numbers": {1: "EC2", 3: "ES256", -1: "P-256", -2: b"x", -3: b"y"},
    "no such curve": {1: 2, 3: -7, -1: 99, -2: bytes(32), -3: bytes(32)},
    "not on the curve": {1: 2, 3: -7, -1: 1, -2: b"\x01" * 32, -3: b"\x01" * 32},
    "short coordinates": {1: 2, 3: -7, -1: 1, -2: b"\x01", -3: b"\x01"},
    "short Ed25519": {1: 1, 3: -8, -1: 6, -2: b"\x01"},
    "RSA of nothing": {1: 3, 3: -257, -1: b"", -2: b""},
    "RSA, even": {1: 3, 3: -257, -1: b"\x10" * 256, -2: b"\x02"},
    "RSA, 1024 bits": {1: 3, 3: -257, -1: b"\xff" * 128, -2: b"\x01\x00\x01"},
    "P-256 that signs as RS256": {1: 2, 3: -257, -1: 1, -2: P256.x.to_bytes(32, "big"), -3: P256.y.to_bytes(32, "big")},
    "P-384 that signs as ES256": {1: 2, 3: -7, -1: 2, -2: P384.x.to_bytes(48, "big"), -3: P384.y.to_bytes(48, "big")},
    "RSA key that signs as ES256": {1: 3, 3: -7, -1: b"\xff" * 256, -2: b"\x01\x00\x01"},
}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_is_none(scene: Scene, key: str) -> None:
    def spoil(attestation: dict[str, Any]) -> None:
        attestation["authData"] = attestation["authData"][:KEY_START] + encode_cbor(KEYS[key])

    assert why(scene.register(spoiled(scene, spoil))) is Because.UNVERIFIABLE


ATTESTATIONS: dict[str, Any] = {
    "unknown format": {"fmt": "made-up"},
    "no format": {"fmt": None},
    "a number": {"fmt": 7},
    "statement where there is none": {"attStmt": {"sig": b"x"}},
    "packed, empty": {"fmt": "packed"},
    "packed, false": {"fmt": "packed", "attStmt": {"alg": -7, "sig": b"x"}},
    "packed, false chain": {"fmt": "packed", "attStmt": {"alg": -7, "sig": b"x", "x5c": [b"\x30\x00"]}},
    "tpm, empty": {"fmt": "tpm", "attStmt": {"ver": "2.0"}},
    "u2f, empty": {"fmt": "fido-u2f"},
    "apple, empty": {"fmt": "apple"},
    "android, empty": {"fmt": "android-key"},
    "safetynet, text": {"fmt": "android-safetynet", "attStmt": {"ver": "1", "response": b"a.b.c"}},
    "no data": {"authData": b""},
    "data that is text": {"authData": "x"},
    "only a header": {"authData": bytes(AUTH_DATA_START)},
}


@pytest.mark.parametrize("attestation", ATTESTATIONS)
def test_malformed_attestation(scene: Scene, attestation: str) -> None:
    assert why(scene.register(spoiled(scene, lambda whole: whole.update(ATTESTATIONS[attestation])))) is Because.UNVERIFIABLE


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 2000), byte=st.integers(1, 255), cut=st.booleans())
def test_any_changed_byte_is_answered(scene: Scene, at: int, byte: int, cut: bool) -> None:
    def change(sent: str, part: str) -> str:
        raw = bytearray(base64url_to_bytes(json.loads(sent)["response"][part]))
        raw[at % len(raw)] ^= byte
        return with_part(sent, part, bytes_to_base64url(bytes(raw[: at % len(raw)] if cut else raw)))

    answer = scene.register(change(scene.device.create(scene.creation()), "attestationObject"))
    assert isinstance(answer, Refused | Registered)
    scene.registered()
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        assert isinstance(scene.verify(change(scene.device.get(scene.request()), part)), Refused)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.text(max_size=200) | st.recursive(st.none() | st.text(max_size=9), st.lists).map(json.dumps))
def test_any_text_is_answered(scene: Scene, sent: str) -> None:
    scene.request()
    assert not isinstance(scene.verify(sent), Proven | UnknownCredential)


def with_part(sent: str, part: str, value: object) -> str:
    whole = json.loads(sent)
    whole["response"][part] = value
    return json.dumps(whole)


def spoiled(scene: Scene, spoil: Any) -> str:
    """A registration whose attestation object went through `spoil`, then through CBOR again."""

    sent = scene.device.create(scene.creation())
    attestation = parse_cbor(base64url_to_bytes(json.loads(sent)["response"]["attestationObject"]))
    spoil(attestation)
    return with_part(sent, "attestationObject", bytes_to_base64url(encode_cbor(attestation)))
