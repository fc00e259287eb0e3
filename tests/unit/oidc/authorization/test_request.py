from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.errors import OAuthError, Refused
from idp.oidc.authorization.parameters import read_parameters
from idp.oidc.authorization.request import match_redirect_uri, read_request, unparked
from tests.unit.oidc.requests import CALLBACK, ISSUER, a_client, a_request, matched

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=60)


def test_an_exact_match_is_the_only_match() -> None:
    """Core 3.1.2.1, RFC 9700 2.1: exact string comparison."""
    assert matched().redirect_uri == CALLBACK


@pytest.mark.parametrize(
    "given",
    [
        CALLBACK + "/",
        CALLBACK + "?x=1",
        CALLBACK + "#",
        CALLBACK.upper(),
        CALLBACK.replace("callback", "%63allback"),
        "https://rp.example:443/callback",
        "https://rp.example.evil.test/callback",
        "https://rp.example@evil.test/callback",
        "https://rp.example/x/../callback",
        "http://rp.example/callback",
        " " + CALLBACK,
    ],
)
def test_whatever_is_not_identical_is_refused(given: str) -> None:
    """RFC 6749 3.1.2.3; RFC 9700 4.1."""
    with pytest.raises(Refused):
        matched(redirect_uri=given)


@given(TEXT)
def test_no_other_text_ever_matches(given: str) -> None:
    """P2: until it has matched, nothing is redirected."""
    if given == CALLBACK:
        return
    with pytest.raises(Refused):
        match_redirect_uri(a_client(), replace(a_request(), redirect_uri=given))


HOSTS = st.sampled_from(["127.0.0.1", "[::1]", "localhost", "127.8.9.1"])
PATHS = st.from_regex(
    r"(/[a-z0-9.~%+-]{0,6}){0,3}(\?[a-z]=[0-9]{1,2}){0,1}", fullmatch=True, alphabet=st.characters(codec="ascii")
)
EDITS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3), st.text("/:@?#.%[]\\a1٣ \n", max_size=3)), max_size=2)


def edited(uri: str, edits: list[tuple[int, int, str]]) -> str:
    """`uri` with some of its characters cut out and others put in."""
    for at, cut, put in edits:
        uri = uri[:at] + put + uri[at + cut :]
    return uri


def matches(registered: str, given: str, **metadata: str) -> bool:
    client = replace(a_client(**metadata), redirect_uris=(registered,))
    try:
        return match_redirect_uri(client, replace(a_request(), redirect_uri=given)).redirect_uri == given
    except Refused:
        return False


@given(HOSTS, PATHS, EDITS)
def test_of_a_web_application_nothing_nearly_the_same_matches(host: str, rest: str, edits: list[tuple[int, int, str]]) -> None:
    """RFC 9700 4.1.3: exact comparison, whatever the address looks like."""
    for registered in (f"https://{host}{rest}", f"http://{host}:8000{rest}"):
        given = edited(registered, edits)
        assert matches(registered, given) == (given == registered)


@given(
    HOSTS, PATHS, EDITS, st.sampled_from(["", ":80", ":8000"]), st.one_of(st.just(""), st.integers(0, 99_999).map(":{}".format))
)
def test_of_a_native_application_nothing_but_the_port_may_differ(
    host: str, rest: str, edits: list[tuple[int, int, str]], known: str, port: str
) -> None:
    """RFC 8252 7.3: judged by what is left when the port is taken away."""
    registered, given = f"http://{host}{known}{rest}", edited(f"http://{host}{port}{rest}", edits)
    head = f"http://{host}"
    middle = given[len(head) : len(given) - len(rest)] if len(given) >= len(head) + len(rest) else "?"
    is_port = middle == "" or (middle[1:].isascii() and middle[1:].isdigit() and len(middle) <= 6 and middle[0] == ":")
    same = given.startswith(head) and given.endswith(rest) and is_port and int(middle[1:] or 80) <= 65535
    assert matches(registered, given, application_type="native") == (same or given == registered)


def test_a_registered_query_is_part_of_the_match() -> None:
    """RFC 6749 3.1.2: the query is retained."""
    client = a_client(redirect_uris=(CALLBACK + "?tenant=7",))
    sent = matched(client, redirect_uri=CALLBACK + "?tenant=7")
    assert sent.answer(ISSUER, code="c").url.startswith(CALLBACK + "?tenant=7&code=c&")
    with pytest.raises(Refused):
        matched(client, redirect_uri=CALLBACK)


def test_it_may_be_left_out_only_without_openid_and_with_one_registration() -> None:
    """Core 3.1.2.1: required; RFC 6749 3.1.2.3: required where several are registered."""
    one, two = a_client(), a_client(redirect_uris=(CALLBACK, CALLBACK + "2"))
    left_out = match_redirect_uri(one, a_request(scope="accounts", redirect_uri=None))
    assert (left_out.redirect_uri, left_out.redirect_uri_given) == (CALLBACK, False)
    for client, scope in ((two, "accounts"), (one, "openid"), (one, "accounts openid")):
        with pytest.raises(Refused):
            match_redirect_uri(client, a_request(scope=scope, redirect_uri=None))


@pytest.mark.parametrize("scope", ["openid", "accounts"])
def test_sent_twice_it_is_never_matched(scope: str) -> None:
    """RFC 6749 3.1: not even where it might have been left out."""
    with pytest.raises(Refused):
        matched(redirect_uri=[CALLBACK, CALLBACK], scope=scope)


@pytest.mark.parametrize(
    ("registered", "given", "fits"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:53123/cb", True),
        ("http://127.0.0.1:8000/cb", "http://127.0.0.1:53123/cb", True),
        ("http://127.0.0.1:8000/cb", "http://127.0.0.1/cb", True),
        ("http://[::1]:8000/cb?x=1", "http://[::1]:9/cb?x=1", True),
        ("http://localhost/cb", "http://localhost:53123/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:53123/cb2", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:53123/cb?x=1", False),
        ("http://127.0.0.1/cb", "http://localhost:53123/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:٣/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.test/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1:1/cb", False),
        ("https://app.example/cb", "https://app.example:8443/cb", False),
        ("com.example.app:/cb", "com.example.app:/cb", True),
    ],
)
def test_a_native_application_may_change_the_port_of_loopback_alone(registered: str, given: str, fits: bool) -> None:
    """RFC 8252 7.3."""
    client = a_client(application_type="native", redirect_uris=(registered,))
    if fits:
        assert matched(client, redirect_uri=given).redirect_uri == given
    else:
        with pytest.raises(Refused):
            matched(client, redirect_uri=given)


def test_a_web_application_may_not_change_the_port() -> None:
    """RFC 8252 7.3 is for native applications."""
    with pytest.raises(Refused):
        matched(a_client(redirect_uris=("http://localhost:9001/cb",)), redirect_uri="http://localhost:9002/cb")


def test_an_error_carries_state_and_issuer() -> None:
    """RFC 6749 4.1.2.1, RFC 9207 2."""
    sent = matched().refuse(ISSUER, OAuthError("access_denied", "No"))
    assert dict(sent.parameters) == {
        "error": "access_denied",
        "error_description": "No",
        "state": "af0ifjsldkj",
        "iss": ISSUER,
    }


@pytest.mark.parametrize("state", [None, "s" * 2049])
def test_without_a_state_that_may_be_kept_there_is_none_in_the_answer(state: str | None) -> None:
    assert dict(matched(state=state).answer(ISSUER, code="c").parameters) == {"code": "c", "iss": ISSUER}


@given(state=TEXT, nonce=TEXT)
def test_parking_changes_nothing(state: str, nonce: str) -> None:
    """P2: what was parked comes back byte-identical."""
    raw = urlencode({"client_id": "rp", "state": state, "nonce": nonce, "resource": ["a:1", "a:2"]}, True, quote_via=quote)
    request = read_request(read_parameters(raw.encode()))
    assert request.state == state
    assert unparked(request.parked()) == request


@pytest.mark.parametrize("hint", ["x" * 255, "a\nb", "\u202e"])
def test_a_hint_we_cannot_use_is_ignored(hint: str) -> None:
    """P2: login_hint is honoured or ignored, never an error."""
    assert a_request(login_hint=hint).login_hint is None
    assert a_request(login_hint="ana@example.test").login_hint == "ana@example.test"
