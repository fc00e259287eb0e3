import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.errors import Misconfigured
from idp.core.sealing import Keyring, Unsealable

OLD, NEW = os.urandom(32), os.urandom(32)


def test_only_the_same_purpose_opens() -> None:
    ring = Keyring(NEW)
    sealed = ring.seal(b"secret", "totp")
    assert ring.open(sealed, "totp") == b"secret"
    with pytest.raises(Unsealable):
        ring.open(sealed, "session")


def test_no_two_seals_are_alike_and_none_shows_the_text() -> None:
    ring = Keyring(NEW)
    first, second = ring.seal(b"lantern orbit", "p"), ring.seal(b"lantern orbit", "p")
    assert first != second
    assert b"lantern" not in first


def test_any_key_opens_and_the_first_seals() -> None:
    old = Keyring(OLD).seal(b"secret", "p")
    rotated = Keyring(NEW, OLD)
    assert rotated.open(old, "p") == b"secret"
    assert Keyring(NEW).open(rotated.seal(b"fresh", "p"), "p") == b"fresh"
    with pytest.raises(Unsealable):
        Keyring(NEW).open(old, "p")


def test_every_changed_byte_is_noticed() -> None:
    ring = Keyring(NEW)
    sealed = ring.seal(b"s", "p")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Unsealable):
            ring.open(bytes(changed), "p")
    for length in range(len(sealed)):
        with pytest.raises(Unsealable):
            ring.open(sealed[:length], "p")


@given(st.binary(max_size=200))
def test_garbage_is_unsealable(garbage: bytes) -> None:
    with pytest.raises(Unsealable):
        Keyring(NEW).open(garbage, "p")


@given(st.binary(max_size=500), st.text(max_size=20))
def test_whatever_is_sealed_opens(plain: bytes, purpose: str) -> None:
    purpose = purpose.encode("utf-8", "ignore").decode()
    assert Keyring(OLD, NEW).open(Keyring(NEW).seal(plain, purpose), purpose) == plain


def test_derived_keys_differ_by_purpose_and_master_key_and_stay() -> None:
    ring = Keyring(NEW, OLD)
    first_id, second_id = ring.key_ids
    derived = {ring.derive("a"), ring.derive("b"), ring.derive("a", second_id)}
    assert len(derived) == 3
    assert all(len(key) == 32 for key in derived)
    assert ring.key_id == first_id
    assert Keyring(NEW).derive("a") == ring.derive("a", first_id)
    with pytest.raises(Unsealable):
        ring.derive("a", b"unknown!")


def test_a_derived_key_is_that_of_rfc_5869() -> None:
    # Written down once: another derivation would make every sealed row unreadable.
    ring = Keyring(bytes(range(32)))
    assert ring.derive("x").hex() == "11edf2562a4da6f6cba83abe41f5bee6c6bf010907140a70c28feccc834d2c0b"


@pytest.mark.parametrize(
    "encode", [base64.b64encode, base64.urlsafe_b64encode, lambda key: base64.urlsafe_b64encode(key).rstrip(b"=")]
)
def test_keys_are_read_in_either_base64(encode: object) -> None:
    text = ", ".join(encode(key).decode() for key in (NEW, OLD))  # type: ignore[operator]
    ring = Keyring.from_text(f" {text}\n")
    assert ring.key_ids == Keyring(NEW, OLD).key_ids


@pytest.mark.parametrize("text", ["", " , ", "short", "ä" * 43, "a" * 44, base64.b64encode(b"x" * 31).decode(), "!" * 43])
def test_anything_else_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(Misconfigured, match="IDP_MASTER_KEY") as refused:
        Keyring.from_text(text)
    assert len(text) < 6 or text not in str(refused.value)
