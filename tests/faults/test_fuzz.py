"""Whatever is sent by whoever is let in as far as possible, no input gives a 5xx and none changes what is stored (P12)."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from idp.core.database import metadata
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.provider import Provider, a_provider
from tests.drivers.relying_party import RelyingParty, basic

# What tells of a refusal may grow: the trail, and the count of wrong passwords for a name.
RECORDS = ("audit_entries", "trail_keys", "password_lanes", "refusals")
FORM = "application/x-www-form-urlencoded"
TOKEN_FIELDS = (
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "resource",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "token",
    "token_type_hint",
)
PAGE_FIELDS = ("username", "password", "shared", "csrf_token", "request", "allow", "deny", "code")
GRANTS = ("authorization_code", "refresh_token", "client_credentials", "password", "")


@dataclass
class Ground:
    """A provider with one signed-in customer, and a client whose tokens are at hand."""

    provider: Provider
    shop: RelyingParty
    tokens: dict[str, str]
    interaction: str
    fields: dict[str, str]
    cookies: str
    before: dict[str, int]

    def counts(self) -> dict[str, int]:
        with self.provider.house.ground.database.reading() as db:
            tables = ((name, table) for name, table in metadata.tables.items() if name not in RECORDS)
            return {name: len(db.execute(table.select()).all()) for name, table in tables}


@pytest.fixture
def ground(tmp_path: Path, migrated_url: str) -> Iterator[Ground]:
    changed = {"source_failures": "100000", "database_url": migrated_url}
    with a_provider(tmp_path, TestClock(), **changed) as provider:
        provider.add_customer("ana")
        shop = provider.add_client("shop", brand="stellantis", consent="implied")
        browser = provider.browser()
        browser.open(shop.request())
        answer = shop.redeem(shop.code(browser.sign_in("ana", ANA_PASSWORD)))
        stranger = provider.browser()
        page = stranger.open(shop.request())
        cookies = f"idp_browser={stranger.cookie('idp_browser')}"
        form = page.forms[0].fields
        yield (opened := Ground(provider, shop, answer.body, page.url.rpartition("/")[2], form, cookies, {}))
        assert opened.counts() == opened.before


def texts(*known: str) -> st.SearchStrategy[str]:
    """Any text at all, and what is nearly right."""
    return st.one_of(st.text(st.characters(), max_size=60), st.sampled_from([*known, "", "0", "-1", "9" * 30, "null", "[]"]))


def quoted(text: str) -> bytes:
    return quote(text.encode("utf-8", "surrogatepass")).encode()


def body_of(fields: list[tuple[str, str]]) -> bytes:
    return b"&".join(name.encode() + b"=" + quoted(value) for name, value in fields)


def unhurried(examples: int) -> settings:
    calm = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, suppress_health_check=calm)


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
def test_what_an_authenticated_client_sends(ground: Ground, path: str) -> None:
    header = basic("shop", ground.shop.secret or "")
    begin = ground.before = ground.counts()
    assert begin["families"] == 1

    @unhurried(60)
    @given(
        st.sampled_from(GRANTS),
        st.lists(st.tuples(st.sampled_from(TOKEN_FIELDS), texts(*GRANTS, "shop", "urn:x")), max_size=5),
        st.booleans(),
    )
    def holds(grant: str, fields: list[tuple[str, str]], authenticated: bool) -> None:
        sent = [(name, value) for name, value in fields if name != "grant_type"] + [("grant_type", grant)]
        headers = {"Authorization": header} if authenticated else {}
        client = Client(ground.provider.app, use_cookies=False)
        answer = client.post(path, data=body_of(sent), content_type=FORM, headers=headers, base_url=ground.provider.issuer)
        assert answer.status_code in (200, 400, 401), answer.get_data()
        assert path != "/token" or answer.status_code != 200

    holds()


def test_what_is_sent_as_a_bearer_token(ground: Ground) -> None:
    """Tokens of ours with a part exchanged, and anything else."""
    ground.before = ground.counts()
    good = ground.tokens["access_token"].split(".")
    parts = st.one_of(
        st.sampled_from([*good, ground.tokens["id_token"].split(".")[1], ""]),
        st.binary(max_size=40).map(lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("=")),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30),
    )

    @unhurried(120)
    @given(st.lists(parts, min_size=1, max_size=6).map(".".join).filter(lambda token: token.split(".") != good))
    def holds(token: str) -> None:
        client = Client(ground.provider.app, use_cookies=False)
        headers = {"Authorization": f"Bearer {token}"}
        answer = client.get("/userinfo", headers=headers, base_url=ground.provider.issuer)
        assert answer.status_code in (400, 401)
        told = ground.shop.introspect(token)
        assert (told.status, told.body.get("active", False)) in ((200, False), (400, False))

    holds()


def test_what_is_sent_to_the_pages(ground: Ground) -> None:
    """With the form's own token, so that it reaches the sign-in; the one good password is not among it."""
    ground.before = ground.counts()
    known = texts("ana", "ana@example.test", "on", ground.fields["request"], ground.fields["csrf_token"])

    @unhurried(40)
    @given(st.sampled_from(["signin", "consent"]), st.lists(st.tuples(st.sampled_from(PAGE_FIELDS), known), max_size=5))
    def holds(page: str, fields: list[tuple[str, str]]) -> None:
        sent = [*fields, ("csrf_token", ground.fields["csrf_token"])]
        client = Client(ground.provider.app, use_cookies=False)
        headers = {"Cookie": ground.cookies, "Origin": ground.provider.issuer}
        answer = client.post(
            f"/{page}/{ground.interaction}",
            data=body_of(sent),
            content_type=FORM,
            headers=headers,
            base_url=ground.provider.issuer,
        )
        assert answer.status_code in (200, 303, 400, 401, 403, 404, 422, 429)
        assert "idp_session" not in "".join(answer.headers.getlist("Set-Cookie"))

    holds()
