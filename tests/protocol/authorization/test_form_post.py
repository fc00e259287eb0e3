"""OAuth 2.0 Form Post Response Mode, and the fragment."""

import pytest

from tests.drivers.provider import ISSUER
from tests.protocol.authorization.provider import Seeded, authorize


@pytest.mark.parametrize("state", ["a b\"c%2B<&amp;'", "</form><script>alert(1)</script>", "ü😀", "s" * 2048])
def test_values_reach_the_client_byte_identical(provider: Seeded, state: str) -> None:
    """Form Post 2: HTML form values, escaped as HTML and nothing else."""
    page = provider.signed_in().open(authorize(response_mode="form_post", state=state))
    form = page.forms[0]
    assert (form.action, form.method) == ("http://localhost:9001/callback", "post")
    assert form.fields.keys() == {"code", "state", "iss", "session_state"}
    assert (form.fields["state"], form.fields["iss"]) == (state, ISSUER)
    assert "<script>alert" not in page.body
    assert provider.family(form.fields["code"]).client_id == "stellantis-portal"


def test_the_page_posts_itself_and_has_a_button_when_it_cannot(provider: Seeded) -> None:
    """P2: nonce CSP, a button when there is no script; the CSP lets the form go to the client."""
    page = provider.signed_in().open(authorize(response_mode="form_post"))
    policy = page.headers["Content-Security-Policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert f'nonce="{nonce}"' in page.body
    assert "Continue" in page.text
    assert "form-action 'self' https: http://localhost:9001" in policy
    assert "onload" not in page.body
    assert page.headers["Cache-Control"] == "no-store"


def test_errors_are_posted_too(provider: Seeded) -> None:
    """Form Post 2: error responses as well."""
    page = provider.browser().open(authorize("planner", response_mode="form_post", prompt="none"))
    assert page.forms[0].action == "https://planner.example/callback?tenant=7"
    assert page.forms[0].fields == {
        "error": "login_required",
        "error_description": "The subject must sign in",
        "state": "af0ifjsldkj",
        "iss": ISSUER,
    }


def test_an_unknown_mode_is_told_by_redirect(provider: Seeded) -> None:
    """Multiple Response Types 2.1; RFC 6749 4.1.2.1."""
    landed = provider.browser().open(authorize(response_mode="telepathy"))
    assert landed.url.startswith("http://localhost:9001/callback?error=invalid_request&")


def test_the_fragment_holds_all_parameters(provider: Seeded) -> None:
    """OAuth 2.0 Multiple Response Types 2.1, RFC 9207 2."""
    landed = provider.signed_in().open(authorize("planner", response_mode="fragment", prompt="none"))
    assert landed.url.startswith("https://planner.example/callback?tenant=7#error=consent_required&")
    assert f"iss={ISSUER.replace(':', '%3A').replace('/', '%2F')}" in landed.url.split("#")[1]
