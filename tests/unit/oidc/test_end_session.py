import pytest

from idp.core.errors import Refused
from idp.oidc.authorization.hint import Hint
from idp.oidc.authorization.parameters import read_parameters
from idp.oidc.end_session import Ask, End, LogoutRequest, Mistaken, read_logout_request, rule
from tests.unit.oidc.requests import a_client

BYE = "https://rp.example/bye"
CLIENT = a_client(post_logout_redirect_uris=(BYE, BYE + "?from=idp"))
HINT = Hint("sub-1", "rp")


def asked(**changes: str | None) -> LogoutRequest:
    return LogoutRequest(**{"id_token_hint": "…", "post_logout_redirect_uri": BYE, **changes})  # type: ignore[arg-type]


def test_a_hint_and_a_registered_address_end_the_session_and_return() -> None:
    """RP-Initiated Logout 2 and 3: state comes back, and nothing else is added."""
    assert rule(asked(), HINT, CLIENT, "sub-1") == End(BYE)
    assert rule(asked(state="a b&c"), HINT, CLIENT, "sub-1") == End(BYE + "?state=a%20b%26c")
    kept = asked(post_logout_redirect_uri=BYE + "?from=idp", state="s")
    assert rule(kept, HINT, CLIENT, "sub-1") == End(BYE + "?from=idp&state=s")


def test_where_the_session_is_over_already_the_customer_still_gets_back() -> None:
    assert rule(asked(), HINT, CLIENT, None) == End(BYE)


def test_without_an_address_our_own_page_follows() -> None:
    assert rule(asked(post_logout_redirect_uri=None), HINT, CLIENT, "sub-1") == End(None)


def test_nothing_ends_unasked_without_a_hint_of_ours() -> None:
    """RP-Initiated Logout 6: obtain confirmation."""
    assert rule(asked(id_token_hint=None), None, None, "sub-1") == Ask()


def test_a_hint_about_somebody_else_ends_nothing_unasked() -> None:
    """P7: a foreign hint."""
    assert rule(asked(), HINT, CLIENT, "sub-2") == Ask()


def test_a_hint_of_another_client_than_the_one_named_ends_nothing_unasked() -> None:
    """RP-Initiated Logout 2: client_id must be the audience of the hint."""
    assert rule(asked(client_id="other"), HINT, CLIENT, "sub-1") == Ask()
    assert rule(asked(client_id="rp"), HINT, CLIENT, "sub-1") == End(BYE)


@pytest.mark.parametrize("uri", [BYE + "/", BYE + "?x=1", BYE + "#x", "https://evil.test/", BYE.upper()])
def test_an_address_that_is_not_registered_is_never_gone_to(uri: str) -> None:
    """RP-Initiated Logout 3: exact match."""
    assert rule(asked(post_logout_redirect_uri=uri), HINT, CLIENT, "sub-1") == Mistaken(CLIENT)


def test_a_parameter_sent_twice_is_refused() -> None:
    """P12."""
    with pytest.raises(Refused):
        read_logout_request(read_parameters(b"state=a&state=b"))
    with pytest.raises(Refused):
        read_logout_request(read_parameters(b"state=" + b"s" * 2049))
    assert read_logout_request(read_parameters(b"logout_hint=a&logout_hint=b&state=s")).parked() == {"state": "s"}
