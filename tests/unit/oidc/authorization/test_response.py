from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.authorization.response import Answer, mode_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def an_answer(mode: str, state: str, uri: str = "https://rp.example/cb") -> Answer:
    return Answer(uri, mode_of("code", mode), (("code", "c"), ("state", state), ("iss", "https://id.example")), "RP", None)


@given(TEXT)
def test_values_return_byte_identical(state: str) -> None:
    """RFC 6749 4.1.2: state, the exact value received; whether the client decodes "+" or not."""
    query = urlsplit(an_answer("query", state).url).query
    assert dict(parse_qsl(query, keep_blank_values=True))["state"] == state
    assert (
        dict(pair.split("=") for pair in query.split("&"))["state"]
        == an_answer("query", state).url.split("state=")[1].split("&")[0]
    )
    assert unquote(query.split("state=")[1].split("&")[0]) == state
    assert an_answer("query", state).url.isascii()


def test_the_fragment_holds_everything_in_fragment_mode() -> None:
    """OAuth 2.0 Multiple Response Types 2.1; RFC 9207 2: iss stands where the others stand."""
    parts = urlsplit(an_answer("fragment", "s").url)
    assert parts.query == ""
    assert dict(parse_qsl(parts.fragment)) == {"code": "c", "state": "s", "iss": "https://id.example"}


def test_a_custom_scheme_keeps_its_shape() -> None:
    """RFC 8252 7.1."""
    assert an_answer("query", "s", "com.example.app:/cb").url.startswith("com.example.app:/cb?code=c&state=s&")


def test_the_mode_follows_the_response_type_where_none_is_asked_for() -> None:
    """OAuth 2.0 Multiple Response Types 5."""
    assert mode_of("code", None) == "query"
    assert mode_of("code", "nonsense") == "query"
    assert mode_of("id_token token", None) == "fragment"
    assert mode_of("code id_token", None) == "fragment"
    assert mode_of("code", "form_post") == "form_post"
    assert mode_of(None, None) == "query"
