"""Applications in the console: registered by a form, changed, given further secrets, stopped, deleted."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from idp.clients.metadata import ClientMetadata
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Page
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.drivers.staff import StaffMember

NEW = "/console/clients/-/new"
HOME = "/console/clients"
SHOP: dict[str, str] = {
    "client_name": "Roadside help",
    "client_id": "roadside",
    "brand": "alphera",
    "redirect_uris": "https://roadside.example/callback",
}


@pytest.fixture
def admin(provider: Provider) -> StaffMember:
    return StaffMember(provider, "administrator")


def fill_in(sam: StaffMember, kind: str = "web", **typed: str) -> Page:
    sam.open(f"{NEW}?kind={kind}")
    known = sam.browser.page.forms[-1].fields
    return sam.browser.submit(press="review", **{name: value for name, value in (SHOP | typed).items() if name in known})


def secret_in(page: Page) -> str:
    found = re.search(r'id="secret">([^<]+)<', page.body)
    assert found is not None, page.text
    return found[1]


def stored(provider: Provider, client_id: str) -> ClientMetadata | None:
    with provider.house.ground.database.reading() as db:
        found = provider.house.parties.clients.listed(db, client_id)
    return found.metadata if found is not None else None


def as_developer(provider: Provider, client_id: str, secret: str | None) -> RelyingParty:
    meta = stored(provider, client_id)
    assert meta is not None
    return RelyingParty(provider.app, provider.issuer, meta, secret, provider.clock)


def test_an_application_is_registered_and_signed_in_to(provider: Provider, admin: StaffMember) -> None:
    assert "Web application" in admin.open(NEW).text
    review = fill_in(admin, **{"scope.email": "on"})
    assert '"client_id": "roadside"' in review.text.replace("&#34;", '"')
    assert stored(provider, "roadside") is None
    made = admin.browser.submit(press="register")
    secret = secret_in(made)
    assert made.headers["Cache-Control"] == "no-store"
    assert secret not in admin.browser.open(f"{HOME}/roadside").body
    app = as_developer(provider, "roadside", secret)
    provider.add_customer()
    browser = provider.browser()
    browser.open(app.request())
    browser.sign_in("ana", ANA_PASSWORD)
    page = browser.submit(press="allow") if not browser.page.left else browser.page
    assert app.redeem(app.code(page))["id_token"]
    assert "Never" not in admin.browser.open(f"{HOME}/roadside").text


def test_a_client_with_the_fapi_profile_is_registered(provider: Provider, admin: StaffMember) -> None:
    """P9: what does not go with the profile is said at its field; what was left open is as the profile has it."""
    assert "FAPI 2.0 is for what moves money" in admin.open(f"{NEW}?kind=web").text
    key = ECKey.generate_key("P-256", private=True, auto_kid=True)
    typed = {"jwks": json.dumps({"keys": [key.as_dict(private=False)]}), "profile": "fapi2"}
    page = fill_in(admin, **typed, id_token_signed_response_alg="RS256", require_pkce="no")
    assert (page.status, provider.happened("ClientRegistered")) == (422, [])
    for field in ("token_endpoint_auth_method", "id_token_signed_response_alg", "require_pkce"):
        assert f'id="{field}-mistake"' in page.body, field
    fill_in(admin, **typed, token_endpoint_auth_method="private_key_jwt", token_endpoint_auth_signing_alg="ES256")
    admin.browser.submit(press="register")
    bank = as_developer(provider, "roadside", None)
    assert (bank.metadata.profile, bank.metadata.id_token_signed_response_alg) == ("fapi2", "ES256")
    bank.key = bank.dpop_key = key
    provider.add_customer()
    browser = provider.browser()
    browser.open(bank.pushed_request())
    browser.sign_in("ana", ANA_PASSWORD)
    page = browser.submit(press="allow") if not browser.page.left else browser.page
    assert bank.redeem(bank.code(page))["token_type"] == "DPoP"


def test_a_review_that_is_sent_twice_registers_once(provider: Provider, admin: StaffMember) -> None:
    fill_in(admin)
    form = admin.browser.page.forms[-1]
    sent = form.fields | {"register": "1"}
    assert secret_in(admin.browser.post(NEW, sent))
    again = admin.browser.post(NEW, sent)
    assert (again.status, "is taken" in again.text, 'id="secret"' in again.body) == (422, True, False)
    assert [event.client_id for event in provider.happened("ClientRegistered")] == ["roadside"]


REDIRECTS = (
    ("https://*.roadside.example/cb", "wildcard"),
    ("http://roadside.example/cb", "must use https"),
    ("https://roadside.example/cb#x", "fragment"),
    ("https://a:b@roadside.example/", "name or password"),
    ("javascript:alert(1)", "never redirected to"),
    ("com.example.app:/cb", "https address"),
    ("roadside.example/cb", "absolute address"),
    ("", "at least one"),
    ("https://roadside.example/a\nhttps://roadside.example/a", "stands twice"),
    (f"https://roadside.example/{'a' * 2100}", "at most 2048"),
    ("\n".join(f"https://roadside.example/{n}" for n in range(33)), "at most 32"),
)
NIGHTLY: dict[str, Any] = {"grant_types": ["client_credentials"], "redirect_uris": [], "scope": "orders:read"}
WEAK = json.dumps({"keys": [{"kty": "RSA", "n": "AQAB" * 42, "e": "AQAB"}]})
KEYS = (
    ('{"keys": []}', "holds no key"),
    ("{", "must be a JSON object"),
    ("[" * 3000, "must be a JSON object"),
    ('{"keys": [{"kty": "EC", "d": "x"}]}', "private"),
    ('{"keys": [{"kty": "oct", "k": "x"}]}', "private or symmetric"),
    ('{"keys": [{"kty": "PQ"}]}', "of a kind"),
    ('{"keys": [{"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}]}', "curve"),
    ('{"keys": [{"kty": "EC", "crv": "P-256"}]}', "cannot be read"),
    (WEAK, "too weak"),
)


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        *(("redirect_uris", uri, says) for uri, says in REDIRECTS),
        *(("jwks", text, says) for text, says in KEYS),
        ("brand", "elsewhere", "not a brand you can register for"),
        ("scope.own", "emial", "is not known"),
        ("client_name", "", "is missing"),
        ("client_name", "x" * 121, "at most 120"),
        ("client_name", "a\u202eb", "cannot be seen"),
        ("client_id", "../x", "must begin with"),
        ("default_max_age", "9" * 30, "at most 1000000000"),
        ("access_token_lifetime", "601", "at most 600, which is what everybody has"),
        ("refresh_token_lifetime", "9999999", "at most 2592000"),
        ("token_endpoint_auth_method", "wishful", "must be"),
        ("jwks_uri", "http://roadside.example/jwks", "must use https"),
        ("consent", "sometimes", "must be"),
    ],
)
def test_a_mistake_is_refused_at_its_field(provider: Provider, admin: StaffMember, field: str, typed: str, says: str) -> None:
    page = fill_in(admin, **{field: typed})
    at = field.partition(".")[0]
    assert (page.status, f'id="{at}-mistake"' in page.body, f'href="#{at}"' in page.body) == (422, True, True)
    assert says in page.text
    if field != "client_name":
        assert page.forms[-1].fields["client_name"] == "Roadside help"
    assert provider.happened("ClientRegistered") == []


@pytest.mark.parametrize("kind", ["native", "spa", "service", "api"])
def test_each_kind_asks_what_it_needs(provider: Provider, admin: StaffMember, kind: str) -> None:
    typed = {"owns": "https://api.roadside.example", "scope.own": "orders:read", "resources": "https://api.roadside.example"}
    uri = {"redirect_uris": "com.example.app:/cb"} if kind == "native" else {}
    assert fill_in(admin, kind, **typed, **uri).status == 200, admin.browser.text()
    made = admin.browser.submit(press="register")
    assert ('id="secret"' in made.body) == (kind in ("service", "api"))
    meta = stored(provider, "roadside")
    assert meta is not None
    assert {"native": "native"}.get(kind, "web") == meta.application_type
    assert admin.browser.open(f"{HOME}?kind={kind}").links("Roadside help")
    assert not admin.browser.open(f"{HOME}?kind=web").links("Roadside help")


def test_an_id_is_made_where_none_is_typed_and_stays_the_one_reviewed(provider: Provider, admin: StaffMember) -> None:
    review = fill_in(admin, client_id="")
    made = re.search(r"&#34;client_id&#34;: &#34;([^&]+)&#34;", review.body)
    assert made is not None
    admin.browser.submit(press="register")
    assert stored(provider, made[1]) is not None


def test_a_change_is_shown_before_it_is_saved(provider: Provider, admin: StaffMember) -> None:
    provider.add_client("shop", brand="alphera", consent="implied", contacts=["a@example.test"])
    admin.open(f"{HOME}/shop/edit")
    review = admin.browser.submit(press="review", client_name="The Shop", access_token_lifetime="300")
    assert "Before: Shop After: The Shop" in review.text
    assert stored(provider, "shop").client_name == "Shop"  # type: ignore[union-attr]
    assert "The Shop is changed" in admin.browser.submit(press="save").text
    meta = stored(provider, "shop")
    assert meta is not None
    assert (meta.client_name, meta.access_token_lifetime, meta.consent, meta.contacts) == (
        "The Shop",
        300,
        "implied",
        ("a@example.test",),
    )
    admin.browser.open(f"{HOME}/shop/edit")
    assert "Nothing was changed" in admin.browser.submit(press="review").text


@pytest.mark.parametrize(
    ("uris", "new"), [("https://shop.example/callback\nhttps://shop.example/b", False), ("https://b.example/", True)]
)
def test_whoever_gets_other_identifiers_of_customers_is_warned(
    provider: Provider, admin: StaffMember, uris: str, new: bool
) -> None:
    provider.add_client("shop", brand="alphera")
    admin.open(f"{HOME}/shop/edit")
    assert ("is new to it" in admin.browser.submit(press="review", redirect_uris=uris).text) == new


def test_a_key_set_is_tried_out_before_and_after(provider: Provider, admin: StaffMember) -> None:
    public = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"}, private=False).as_dict(private=False)
    other = ECKey.generate_key("P-256", {"kid": "k2", "use": "enc"}, private=False).as_dict(private=False)
    own_key = {"token_endpoint_auth_method": "private_key_jwt"}
    review = fill_in(admin, jwks=json.dumps({"keys": [public, other]}), **own_key)
    assert "k1 EC P-256 ES256" in review.text
    assert "k2 EC P-256 is not for signatures" in review.text
    made = admin.browser.submit(press="register")
    assert 'id="secret"' not in made.body
    admin.browser.open(f"{HOME}/roadside")
    keys = next(form for form in admin.browser.page.forms if form.action.endswith("/keys"))
    assert "k1 EC P-256 ES256" in admin.browser.post(keys.action, keys.fields).text
    # An address inside is refused by the one way that every fetch takes.
    fill_in(admin, client_id="inside", jwks_uri="https://10.0.0.1/jwks.json", **own_key)
    assert "is not a public address" in admin.browser.submit(press="test").text
    assert stored(provider, "inside") is None


def test_of_two_who_change_it_the_second_is_told(provider: Provider, admin: StaffMember) -> None:
    provider.add_client("shop", brand="alphera")
    other = StaffMember(provider, "administrator", username="sue")
    for sam, name in ((admin, "One"), (other, "Two")):
        sam.open(f"{HOME}/shop/edit")
        sam.browser.submit(press="review", client_name=name)
    admin.browser.submit(press="save")
    late = other.browser.submit(press="save")
    assert (late.status, "Somebody else changed it meanwhile" in late.text) == (409, True)
    assert late.forms[-1].fields["client_name"] == "Two"
    assert stored(provider, "shop").client_name == "One"  # type: ignore[union-attr]


def test_two_secrets_live_until_the_older_one_ends(provider: Provider, admin: StaffMember, clock: TestClock) -> None:
    app = provider.add_client("shop", brand="alphera", **NIGHTLY)
    clock.advance(timedelta(minutes=1))
    admin.open(f"{HOME}/shop/rotate")
    form = admin.browser.page.forms[-1]
    newest = secret_in(admin.browser.submit(overlap="1"))
    again = admin.browser.post(form.action, form.fields)
    assert ("was made already" in again.text, 'id="secret"' in again.body) == (True, False)
    for secret in (app.secret, newest):
        assert as_developer(provider, "shop", secret).token(grant_type="client_credentials").status == 200
    listed = admin.browser.open(f"{HOME}/shop")
    ends = listed.links("End it")
    assert (len(ends), "Never" in listed.text, newest in listed.body) == (2, False, False)
    admin.browser.open(ends[-1])
    assert "works no longer" in admin.browser.submit(secret=ends[-1].partition("=")[2]).text
    clock.advance(timedelta(seconds=2))
    assert as_developer(provider, "shop", app.secret).token(grant_type="client_credentials").error == "invalid_client"
    assert as_developer(provider, "shop", newest).token(grant_type="client_credentials").status == 200


def test_a_stopped_application_gets_nothing_until_it_may_act_again(
    provider: Provider, admin: StaffMember, clock: TestClock
) -> None:
    app = provider.add_client("shop", brand="alphera", **NIGHTLY)
    admin.open(f"{HOME}/shop/disable")
    admin.browser.post(f"{HOME}/shop/disable", admin.browser.page.forms[-1].fields)
    clock.advance(timedelta(seconds=2))
    assert app.token(grant_type="client_credentials").error == "invalid_client"
    admin.browser.open(f"{HOME}/shop")
    enable = next(form for form in admin.browser.page.forms if form.action.endswith("/enable"))
    assert "It may act again" in admin.browser.post(enable.action, enable.fields).text
    clock.advance(timedelta(seconds=2))
    assert app.token(grant_type="client_credentials").status == 200


def test_deleting_says_what_breaks_and_takes_the_id(provider: Provider, admin: StaffMember, clock: TestClock) -> None:
    app = provider.add_client("shop", brand="alphera")
    provider.add_customer()
    browser = provider.browser()
    browser.open(app.request())
    browser.sign_in("ana", ANA_PASSWORD)
    browser.submit(press="allow")
    tokens = app.redeem(app.code(browser.page))
    page = admin.open(f"{HOME}/shop/delete")
    assert "1 running session came to it" in page.text
    assert "1 set ends now" in page.text
    assert "1 is forgotten" in page.text
    assert admin.browser.submit(typed="shopp").status == 422
    assert stored(provider, "shop") is not None
    assert "shop is deleted" in admin.browser.submit(typed="shop").text
    assert [event.reason for event in provider.happened("FamilyRevoked")] == ["client_deleted"]
    clock.advance(timedelta(seconds=2))
    assert app.refresh(tokens["refresh_token"]).error == "invalid_client"
    assert "Shop" not in browser.open("/account/applications").text
    browser.open("/logout")
    assert browser.submit().status == 200
    fill_in(admin, client_id="shop")
    assert "is taken, or was once" in admin.browser.submit(press="register").text
    assert admin.browser.open(f"{HOME}/shop").status == 404


@pytest.mark.parametrize("act", ["", "/edit", "/rotate", "/end-secret?secret=%25", "/disable", "/delete"])
def test_what_is_another_brands_is_not_there(provider: Provider, act: str) -> None:
    provider.add_client("shop", brand="stellantis")
    sam = StaffMember(provider, "administrator", "alphera")
    assert sam.open(f"{HOME}/shop{act}").status == 404
    assert sam.browser.open(f"{HOME}/nobody{act}").status == 404
    assert not sam.browser.open(HOME).links("Shop")


def test_an_administrator_of_one_brand_reaches_for_no_other(provider: Provider) -> None:
    api: dict[str, Any] = {"grant_types": [], "redirect_uris": []}
    provider.add_client("their-api", brand="stellantis", owns=["https://api.stellantis.example"], **api)
    sam = StaffMember(provider, "administrator", "alphera")
    for field, typed in (
        ("brand", "stellantis"),
        ("brand", ""),
        ("resources", "https://api.stellantis.example"),
    ):
        page = fill_in(sam, **{field: typed})
        assert (page.status, f'id="{field}-mistake"' in page.body) == (422, True)
    # A secret is worth what its client may do.
    provider.add_client("bridge", brand="alphera", resources=["https://api.stellantis.example"])
    sam.browser.open(f"{HOME}/bridge/rotate")
    page = sam.browser.submit(overlap="0")
    assert ("Ask an administrator of all brands" in page.text, 'id="secret"' in page.body) == (True, False)
    page = fill_in(sam, "api", owns="https://api.stellantis.example")
    assert (page.status, "API of another brand" in page.text) == (422, True)


def test_an_auditor_sees_and_changes_nothing(provider: Provider) -> None:
    provider.add_client("shop", brand="alphera")
    sam = StaffMember(provider, "auditor")
    page = sam.open(f"{HOME}/shop")
    assert (page.status, page.links("Change it"), page.links("Delete it")) == (200, [], [])
    for act in ("edit", "rotate", "disable", "delete"):
        assert sam.browser.open(f"{HOME}/shop/{act}").status == 403


def test_what_stands_in_the_file_is_changed_there(provider: Provider, admin: StaffMember) -> None:
    ground, clients = provider.house.ground, provider.house.parties.clients
    meta = ClientMetadata.model_validate(
        {"client_id": "filed", "client_name": "Filed", "redirect_uris": ["https://f.example/"]}
    )
    with ground.database.transaction() as db:
        clients.save(db, ground.bus, meta, "file")
    page = admin.open(f"{HOME}/filed")
    assert (str(ground.settings.clients_file) in page.text, page.links("Change it"), page.links("Delete it")) == (True, [], [])
    assert admin.browser.open(f"{HOME}/filed/edit").url.endswith("/filed")
    assert "remove it there" in admin.browser.open(f"{HOME}/filed/delete").text or stored(provider, "filed") is not None
    assert stored(provider, "filed") == meta


def test_the_list_is_filtered_and_sorted_by_its_address(provider: Provider, admin: StaffMember) -> None:
    assert "No application is registered yet" in admin.open(HOME).text
    provider.add_client("shop", brand="alphera")
    provider.add_client("club", brand="stellantis", client_name='<script>alert("club")</script>')
    page = admin.browser.open(f"{HOME}?text=SHOP&page=999999999999&order=nonsense")
    assert (len(page.links("Shop")), "<script>alert" in page.body) == (1, False)
    assert "Nothing fits" in admin.browser.open(f"{HOME}?brand=stellantis&text=shop").text
    names = [admin.browser.open(f"{HOME}?order=brand&down={down}").text.find("shop") for down in ("", "1")]
    assert names[0] < names[1] or names[0] > names[1]
    assert admin.browser.open(f"{HOME}?page=0&text=%25&state=x").status == 200
