"""What a client may register."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from idp.clients.client import client_of
from idp.clients.metadata import ClientMetadata

GOOD: dict[str, Any] = {"client_id": "shop", "client_name": "Shop", "redirect_uris": ["https://shop.example/cb"]}


def test_a_short_block_is_enough() -> None:
    client = client_of(ClientMetadata.model_validate(GOOD), (), disabled=False)
    assert (client.sector, client.require_pkce, client.id_token_alg) == ("host:shop.example", True, "RS256")


def test_first_party_clients_of_a_brand_share_their_sector() -> None:
    one = client_of(ClientMetadata.model_validate({**GOOD, "brand": "acme", "consent": "implied"}), (), disabled=False)
    assert one.sector == "brand:acme"


@pytest.mark.parametrize(
    "uri",
    [
        "http://shop.example/cb",
        "https://shop.example/cb#x",
        "https://*.shop.example/cb",
        "https://a:b@shop.example/cb",
        "https://a@shop.example/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "/cb",
        "https://shop.example/a b",
        "https://shop.example/ä",
        "https://shop.example:port/",
        "https:\\\\shop.example",
        "https://",
    ],
)
def test_an_address_that_may_never_receive_an_answer(uri: str) -> None:
    with pytest.raises(ValidationError):
        ClientMetadata.model_validate({**GOOD, "redirect_uris": [uri]})


@pytest.mark.parametrize("uri", ["http://localhost:8080/cb", "http://127.0.0.1/cb", "http://[::1]:1/cb", "com.shop.app:/cb"])
def test_addresses_of_developers_and_native_applications(uri: str) -> None:
    assert ClientMetadata.model_validate({**GOOD, "redirect_uris": [uri]}).redirect_uris == (uri,)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"token_endpoint_auth_method": "private_key_jwt"}, "needs jwks"),
        ({"token_endpoint_auth_method": "none", "grant_types": ["client_credentials"]}, "public client"),
        ({"token_endpoint_auth_method": "none", "require_pkce": False}, "must use PKCE"),
        ({"jwks": {"keys": [{"kty": "EC", "d": "x"}]}}, "private"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "x"}]}}, "private"),
        ({"id_token_signed_response_alg": "none"}, "RS256"),
        ({"consent": "implied"}, "of a brand"),
        ({"secret_digests": ["hunter2"]}, "SHA-256"),
        ({"client_secret": "hunter2"}, "Extra inputs"),
        ({"redirect_uris": []}, "at least one"),
        ({"jwks_uri": "http://shop.example/jwks"}, "https"),
    ],
)
def test_what_does_not_fit_together_is_said(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ClientMetadata.model_validate({**GOOD, **changed})
    assert says in str(refused.value)


@given(st.text(max_size=60))
def test_no_text_breaks_the_check_of_addresses(uri: str) -> None:
    try:
        accepted = ClientMetadata.model_validate({**GOOD, "redirect_uris": [uri]})
    except ValidationError:
        return
    assert accepted.redirect_uris[0].isascii()
    assert "#" not in uri
