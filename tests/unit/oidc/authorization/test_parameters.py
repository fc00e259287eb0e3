import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.errors import Refused
from idp.oidc.authorization.parameters import read_parameters


def test_a_parameter_without_a_value_counts_as_not_sent() -> None:
    """RFC 6749 3.1."""
    sent = read_parameters(b"state=&nonce=n&prompt")
    assert sent.one("state") is None
    assert sent.one("prompt") is None
    assert sent.one("nonce") == "n"


def test_what_is_sent_twice_has_no_value_and_is_named() -> None:
    """RFC 6749 3.1: parameters must not be included more than once; an empty one counts too."""
    sent = read_parameters(b"state=a&state=a&nonce=&nonce=n&resource=x&resource=y")
    assert sent.one("state") is None
    assert sent.one("nonce") is None
    assert sent.many("resource") == ("x", "y")
    assert sent.repeated == {"state", "nonce", "resource"}


@pytest.mark.parametrize(
    "raw", [b"state=%FF", b"state=%ED%A0%80", b"\xff=1", b"state=%00", b"%00=1", b"&".join([b"a=1"] * 101)]
)
def test_what_no_store_can_keep_is_refused(raw: bytes) -> None:
    """P12: bytes that are not UTF-8, lone surrogates, NUL, more than 100 fields."""
    with pytest.raises(Refused):
        read_parameters(raw)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """P12: no input gives a 5xx."""
    try:
        sent = read_parameters(raw)
    except Refused:
        return
    for name in sent.values:
        one = sent.one(name)
        assert one is None or one.encode()
