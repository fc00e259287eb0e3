"""A request as its developer would write it: nothing in it is a secret, and a shell reads what was meant."""

import shlex
from typing import Any

import pytest

from idp.admin.trial import PROVES, begin
from idp.clients.client import Client, client_of
from idp.clients.metadata import AuthMethod, ClientMetadata
from idp.oidc.pkce import challenge_of

HOSTILE = "https://shop.example/?a='$(reboot)`b`"
KEYS = {"jwks": {"keys": []}}


def a_client(method: str = "client_secret_basic", **more: Any) -> Client:
    wanted = {"client_id": "shop", "client_name": "Shop", "redirect_uris": [HOSTILE], "scope": "openid email", **more}
    return client_of(ClientMetadata.model_validate(wanted | {"token_endpoint_auth_method": method}), (), False)


@pytest.mark.parametrize("method", AuthMethod.__args__)  # type: ignore[attr-defined]
def test_every_client_proves_itself_its_own_way(method: str) -> None:
    trial = begin("https://id.example", a_client(method, **(KEYS if method == "private_key_jwt" else {})), {})
    words = shlex.split(trial.token_request().replace("\\\n", ""))
    assert words[:2] == ["curl", "https://id.example/token"]
    assert words[2 : 2 + len(PROVES[method])] == [word.format(client_id="shop") for word in PROVES[method]]
    assert f"redirect_uri={HOSTILE}" in words
    assert f"code_verifier={trial.verifier}" in words


def test_the_challenge_is_the_verifiers_and_new_each_time() -> None:
    one, other = (begin("https://id.example", a_client(), {}) for _ in range(2))
    assert one.parameters["code_challenge"] == challenge_of(one.verifier)
    assert not {one.verifier, one.parameters["state"], one.parameters["nonce"]} & {
        other.verifier,
        other.parameters["state"],
        other.parameters["nonce"],
    }


def test_what_is_left_empty_is_not_sent() -> None:
    trial = begin("https://id.example", a_client(), {"scope": "", "prompt": "login", "state": "mine"})
    assert trial.parameters.keys() & {"scope", "prompt", "max_age"} == {"prompt"}
    assert trial.parameters["state"] != "mine"
    assert trial.url.startswith("https://id.example/authorize?client_id=shop&response_type=code&redirect_uri=https%3A")


def test_the_challenge_is_that_of_the_specification() -> None:
    """RFC 7636 Appendix B."""
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
