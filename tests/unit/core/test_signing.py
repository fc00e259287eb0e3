import base64
import os
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.sealing import Keyring
from idp.core.signing import Sealer, Signer
from tests.builders import BEGINNING

OLD, NEW = os.urandom(32), os.urandom(32)
RING = Keyring(NEW)
MINUTE = timedelta(minutes=1)
VALUE = {"client_id": "stellantis-portal", "scope": ["openid"], "n": 1, "text": "für &=+/"}
BOTH = pytest.mark.parametrize("kind", [Signer, Sealer])


def put(carrier: Signer | Sealer) -> str:
    return carrier.seal(VALUE, BEGINNING) if isinstance(carrier, Sealer) else carrier.sign(VALUE, BEGINNING)


def read(carrier: Signer | Sealer, text: str, age: timedelta = MINUTE, max_age: timedelta | None = MINUTE) -> object:
    reader = carrier.open if isinstance(carrier, Sealer) else carrier.verify
    return reader(text, max_age, BEGINNING + age)


@BOTH
def test_a_value_comes_back_as_it_went(kind: type[Signer | Sealer]) -> None:
    text = put(kind(RING, "p"))
    assert read(kind(RING, "p"), text) == VALUE
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


@BOTH
def test_it_ages(kind: type[Signer | Sealer]) -> None:
    text = put(kind(RING, "p"))
    assert read(kind(RING, "p"), text, MINUTE + timedelta(seconds=1)) is None
    assert read(kind(RING, "p"), text, timedelta(days=999), None) == VALUE


@BOTH
def test_another_purpose_does_not_read_it(kind: type[Signer | Sealer]) -> None:
    assert read(kind(RING, "q"), put(kind(RING, "p"))) is None


@BOTH
def test_it_outlives_the_rotation_of_the_master_key(kind: type[Signer | Sealer]) -> None:
    text = put(kind(Keyring(OLD), "p"))
    rotated = Keyring(NEW, OLD)
    assert read(kind(rotated, "p"), text) == VALUE
    assert read(kind(Keyring(NEW), "p"), text) is None
    assert read(kind(Keyring(NEW), "p"), put(kind(rotated, "p"))) == VALUE


@BOTH
def test_every_changed_character_is_noticed(kind: type[Signer | Sealer]) -> None:
    carrier = kind(RING, "p")
    text = put(carrier)
    for place in range(len(text) - 1):  # the last one may hold bits that base64 does not use
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        assert read(carrier, changed) is None
        assert read(carrier, text[:place]) is None


@BOTH
@given(garbage=st.text(max_size=100))
def test_garbage_is_none(kind: type[Signer | Sealer], garbage: str) -> None:
    assert read(kind(RING, "p"), garbage) is None


@BOTH
def test_a_huge_text_is_none(kind: type[Signer | Sealer]) -> None:
    assert read(kind(RING, "p"), "A" * 10_000_000) is None


def test_a_signed_value_without_a_time_has_no_age() -> None:
    signer = Signer(RING, "p")
    text = signer.sign(VALUE)
    assert signer.verify(text, None, BEGINNING) == VALUE
    assert signer.verify(text, MINUTE, BEGINNING) is None


def test_a_sealed_value_cannot_be_read_by_its_carrier() -> None:
    text = Sealer(RING, "p").seal({"login_hint": "lantern" * 9}, BEGINNING)
    assert b"lantern" not in base64.urlsafe_b64decode(text + "==")
