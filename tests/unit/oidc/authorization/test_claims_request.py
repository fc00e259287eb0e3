import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.errors import OAuthError
from idp.oidc.authorization.claims_request import read_claims

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


def test_the_example_of_the_specification() -> None:
    """Core 5.5."""
    asked = read_claims(
        '{"userinfo": {"given_name": {"essential": true}, "nickname": null, "http://example.info/claims/groups": null},'
        ' "id_token": {"auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}}}'
    )
    assert asked.essential("userinfo", "given_name")
    assert not asked.essential("userinfo", "nickname")
    assert asked.values("id_token", "acr") == ("urn:mace:incommon:iap:silver",)
    assert asked.only({"nickname", "acr"}).to_dict() == {
        "userinfo": {"nickname": None},
        "id_token": {"acr": {"values": ["urn:mace:incommon:iap:silver"]}},
    }


def test_members_that_are_not_understood_are_ignored() -> None:
    """Core 5.5: unknown members must be ignored."""
    asked = read_claims('{"other": {"x": 1}, "id_token": {"sub": {"value": "s", "purpose": "why"}}}')
    assert asked.to_dict() == {"id_token": {"sub": {"value": "s"}}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"x"',
        "1",
        "null",
        '{"userinfo": []}',
        '{"userinfo": {"name": 1}}',
        '{"userinfo": {"name": {"essential": "yes"}}}',
        '{"id_token": {"acr": {"values": "pwd"}}}',
        '{"id_token": {"acr": {"value": NaN}}}',
        '{"id_token": {"acr": {"value": 1e999}}}',
        '{"id_token": {"acr": {"value": 9223372036854775808}}}',
        '{"id_token": {"acr": {"value": "\\u0000"}}}',
        '{"id_token": {"\\ud800": null}}',
        '{"id_token": {"acr": {"value": ' + "[" * 40 + "]" * 40 + "}}}",
        "[" * 4000,
        '{"a":' * 2000,
        '{"id_token": {"acr": {"value": ' + "9" * 3900 + "}}}",
    ],
)
def test_what_cannot_be_read_or_kept_is_refused(text: str) -> None:
    """P12: deep JSON, huge integers, lone surrogates, NUL."""
    with pytest.raises(OAuthError) as refused:
        read_claims(text)
    assert refused.value.code == "invalid_request"
    assert refused.value.public.isascii()


@given(JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    try:
        asked = read_claims(json.dumps(value))
    except OAuthError:
        return
    kept = json.dumps(asked.to_dict(), allow_nan=False)
    assert read_claims(kept) == asked
