import random
from collections import Counter
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.errors import Refused
from idp.oidc.authorization.parameters import read_parameters

NAMES = st.sampled_from(["state", "nonce", "resource", "é", "a b"])
# What can be written in UTF-8 and stored: no lone surrogates, no NUL.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


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


@given(st.lists(st.tuples(NAMES, TEXT), max_size=20), st.randoms())
def test_what_was_sent_is_what_is_read(sent: list[tuple[str, str]], chance: random.Random) -> None:
    """RFC 6749 appendix B: however a client encodes it, with every value in its place."""
    raw = "&".join(f"{encoded(name, chance)}={encoded(value, chance)}" for name, value in sent)
    found = read_parameters(raw.encode())
    assert found == read_parameters(urlencode(sent).encode())
    assert found.repeated == {name for name, times in Counter(name for name, _ in sent).items() if times > 1}
    for name in {name for name, _ in sent}:
        values = [value for known, value in sent if known == name]
        assert found.values[name] == tuple(values)
        assert found.one(name) == (values[0] or None if len(values) == 1 else None)
        assert found.many(name) == tuple(filter(None, values))


def encoded(text: str, chance: random.Random) -> str:
    ways = [quote(text, safe=""), quote(text), urlencode({"": text})[1:], "".join(map("%{:02X}".format, text.encode()))]
    return chance.choice(ways)
