from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.errors import OAuthError
from idp.oidc.form import FORM, ProtocolForm, read_form

# What can be written in UTF-8 and stored: no lone surrogates, no NUL.
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1)


@given(st.dictionaries(TEXT.filter(lambda name: name != "resource"), TEXT, max_size=20), st.lists(TEXT, max_size=5))
def test_values_arrive_unchanged(values: dict[str, str], resources: list[str]) -> None:
    """RFC 6749 appendix B."""
    body = urlencode([*values.items(), *(("resource", one) for one in resources)]).encode()
    form = read_form(f"{FORM}; charset=UTF-8", "", body)
    assert form.values == values
    assert form.resources == tuple(resources)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_form_or_an_invalid_request(body: bytes) -> None:
    """P12."""
    form = _read(body)
    if isinstance(form, OAuthError):
        assert form.code == "invalid_request"
        assert form.public.isascii()
    else:
        assert all(value and "\x00" not in value for value in form.values.values())
        assert "".join(form.values.values()).encode() is not None


def _read(body: bytes) -> ProtocolForm | OAuthError:
    try:
        return read_form(FORM, "", body)
    except OAuthError as error:
        return error


def test_what_is_missing_is_named() -> None:
    with pytest.raises(OAuthError) as caught:
        read_form(FORM, "", b"code=").need("code")
    assert (caught.value.code, caught.value.public) == ("invalid_request", "code is missing")
