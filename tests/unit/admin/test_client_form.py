"""The form for clients: what it shows of a client and is sent back unchanged is that client, whatever was never asked."""

from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from idp.admin.client_fields import BY_NAME
from idp.admin.client_form import defaults, entries, given, typed
from idp.admin.client_kinds import KINDS, Kind, kind_of
from idp.admin.client_words import Difference, differences
from idp.clients.metadata import ClientMetadata
from idp.clients.registrar import by_administrator, check

SCOPES = ("openid", "profile", "email")
KEY = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}
WEB: dict[str, Any] = {"client_id": "shop", "client_name": "Shop", "redirect_uris": ["https://shop.example/cb"]}
CLIENTS: tuple[dict[str, Any], ...] = (
    WEB,
    {**WEB, "scope": "email orders:read openid", "grant_types": ["refresh_token", "authorization_code"]},
    {**WEB, "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [KEY]}, "require_pkce": False},
    {**WEB, "default_acr_values": ["phr", "mfa"], "default_max_age": 0, "access_token_lifetime": 60},
    {**WEB, "brand": "acme", "consent": "implied", "userinfo_signed_response_alg": "ES256", "require_auth_time": True},
    {**WEB, "resources": ["https://b.example", "https://a.example"], "contacts": ["a@example.test"], "subject_type": "public"},
    {**WEB, "token_endpoint_auth_method": "none", "application_type": "native", "redirect_uris": ["com.example.app:/cb"]},
    {**WEB, "token_endpoint_auth_method": "none"},
    {**WEB, "grant_types": ["implicit"], "response_types": ["id_token"]},
    {**WEB, "grant_types": ["authorization_code", "implicit"], "response_types": ["code", "id_token token"]},
    {**WEB, "profile": "fapi2", "jwks": {"keys": [KEY]}, "dpop_bound_access_tokens": True},
    {"client_id": "job", "client_name": "Job", "grant_types": ["client_credentials"], "scope": "orders:read"},
    {"client_id": "api", "client_name": "API", "grant_types": [], "scope": "", "owns": ["https://api.example"]},
)


@pytest.mark.parametrize("wanted", CLIENTS)
def test_a_form_that_is_sent_back_changes_nothing(wanted: dict[str, Any]) -> None:
    meta = ClientMetadata.model_validate(wanted)
    kind, stored = kind_of(meta), meta.model_dump(mode="json")
    shown = entries(stored, kind, SCOPES)
    assert typed(shown, kind, SCOPES) == shown
    base = {name: value for name, value in stored.items() if value is not None and name != "client_id"}
    again = ClientMetadata.model_validate({"client_id": meta.client_id, **given(shown, kind, SCOPES, base)})
    assert again == meta
    assert differences(meta, again) == ()


@pytest.mark.parametrize("kind", KINDS, ids=[kind.key for kind in KINDS])
def test_each_kind_begins_with_what_it_needs(kind: Kind) -> None:
    filled = {"client_name": "Shop", "redirect_uris": "https://shop.example/cb", "owns": "https://api.example"}
    if kind.key == "native":
        filled["redirect_uris"] = "com.example.app:/cb"
    meta = check(given(defaults(kind, SCOPES) | filled, kind, SCOPES), by_administrator((), SCOPES, everywhere=True))
    assert isinstance(meta, ClientMetadata), meta
    assert kind_of(meta) == kind
    assert meta.token_endpoint_auth_method in kind.methods


def test_every_field_is_asked_somewhere() -> None:
    assert {name for kind in KINDS for name in (*kind.asked, *kind.more)} == BY_NAME.keys()
    assert BY_NAME.keys() <= ClientMetadata.model_fields.keys()


def test_a_change_of_order_is_told_where_order_means_something() -> None:
    before = ClientMetadata.model_validate({**WEB, "resources": ["https://a.example", "https://b.example"]})
    after = before.model_copy(update={"resources": ("https://b.example", "https://a.example")})
    both = ("https://a.example", "https://b.example")
    assert differences(before, after) == (Difference("APIs it calls", "resources", both, both[::-1]),)


@examples(st.dictionaries(st.sampled_from(sorted(BY_NAME)), st.text(max_size=40)), st.sampled_from(KINDS))
def test_no_text_breaks_the_form(form: dict[str, str], kind: Kind) -> None:
    found = check(given(form, kind, SCOPES), by_administrator(("acme",), SCOPES, everywhere=True))
    assert isinstance(found, ClientMetadata) or all(fault.reason for fault in found)
