"""The credential of a client, as it comes in a header (RFC 6749 2.3.1)."""

import base64
from urllib.parse import quote, quote_plus

from hypothesis import given
from hypothesis import strategies as st

from idp.core.errors import OAuthError
from idp.oidc.client_auth import Basic, Credential, Presented, read_credential
from idp.oidc.form import ProtocolForm
from tests.unit.oidc.test_form import TEXT

SCHEMES = st.sampled_from(["Basic", "basic", "BASIC"])
ENCODERS = st.sampled_from(
    [quote_plus, lambda text: quote(text, safe=""), lambda text: "".join(map("%{:02x}".format, text.encode()))]
)


def read(header: str, **form: str) -> Credential | OAuthError:
    try:
        return read_credential(Presented(header, ProtocolForm(form), "https://id.example/token", "192.0.2.1"))
    except OAuthError as error:
        return error


def header(scheme: str, name: bytes, secret: bytes) -> str:
    return f"{scheme} {base64.b64encode(name + b':' + secret).decode()}"


@given(SCHEMES, TEXT, st.one_of(TEXT, st.just("")), ENCODERS, ENCODERS, st.booleans())
def test_id_and_secret_arrive_as_they_are(scheme, name, secret, encode_name, encode_secret, named) -> None:  # type: ignore[no-untyped-def]
    """RFC 6749 2.3.1, appendix B: both halves are form-encoded, by whichever of the encodings a client's library has."""
    sent = header(scheme, encode_name(name).encode(), encode_secret(secret).encode())
    assert read(sent, **({"client_id": name} if named else {})) == Basic(name, secret)


@given(TEXT, TEXT, TEXT)
def test_another_client_id_in_the_body_is_refused(name: str, secret: str, other: str) -> None:
    """RFC 6749 2.3: one client speaks."""
    found = read(header("Basic", quote_plus(name).encode(), quote_plus(secret).encode()), client_id=other)
    assert isinstance(found, Basic) == (name == other)


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda raw: f"Basic {base64.b64encode(raw).decode()}")))
def test_any_header_is_a_credential_or_invalid_client(sent: str) -> None:
    """P12; RFC 6749 5.2: told with the scheme that would do."""
    found = read(sent)
    if isinstance(found, OAuthError):
        assert (found.code, found.status, found.challenge) == ("invalid_client", 401, 'Basic realm="clients"')
    else:
        assert isinstance(found, Basic)
        assert (found.client_id + found.secret).encode() is not None


@given(TEXT, TEXT, st.sampled_from(["client_secret", "client_assertion", "client_assertion_type"]))
def test_a_second_credential_is_refused(name: str, secret: str, second: str) -> None:
    """RFC 6749 2.3: not more than one method in each request."""
    found = read(header("Basic", quote_plus(name).encode(), quote_plus(secret).encode()), **{second: "x"})
    assert isinstance(found, OAuthError)
    assert found.code == "invalid_request"
