"""What developers of applications find at the console: refusals explained, a request tried, claims previewed."""

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from idp.core.database import metadata
from tests.builders import TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.drivers.staff import StaffMember

HOSTILE = '<script>alert("1")</script>\u202e{{7*7}}'
BRANDS = ["stellantis", "alphera"]
PLACES = ("refusals", "try", "claims")


@pytest.fixture(params=BRANDS)
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    return provider.add_client("shop", brand=request.param, consent="implied", client_name=HOSTILE)


@pytest.fixture
def admin(provider: Provider, shop: RelyingParty) -> StaffMember:
    return StaffMember(provider, "administrator", shop.metadata.brand)


def rows(provider: Provider) -> dict[str, int]:
    """How many rows there are of what could have been issued."""
    names = ("families", "refresh_tokens", "consents", "brand_visits", "refusals")
    with provider.house.ground.database.reading() as db:
        return {name: db.scalar(select(func.count()).select_from(metadata.tables[name])) or 0 for name in names}


def blocks(page: Page) -> list[str]:
    """The texts that stand by themselves, as a reader copies them."""
    return [html.unescape(text) for text in re.findall(r"<pre[^>]*>(.*?)</pre>", page.body, re.DOTALL)]


def test_what_was_refused_is_listed_and_explained(
    provider: Provider, shop: RelyingParty, admin: StaffMember, browser: Browser, clock: TestClock
) -> None:
    browser.open(shop.request(redirect_uri="https://shop.example/"))
    clock.advance(timedelta(seconds=2))
    shop.token(grant_type="password")
    page = admin.open("/console/clients/shop/refusals")
    assert page.text.index("This grant type is not supported") < page.text.index("redirect_uri is not registered")
    assert "https://shop.example/callback" in page.text
    assert "RFC 6749 3.1.2.3" in page.text
    assert page.links("Refused requests (2 in the last day)")
    clock.advance(timedelta(days=1, seconds=1))
    assert admin.open("/console/clients/shop/try").links("Refused requests (0 in the last day)")


def test_a_refusal_is_found_by_its_reference(provider: Provider, shop: RelyingParty, admin: StaffMember) -> None:
    reference = shop.token(grant_type="password").headers["X-Request-Id"]
    admin.open("/console/refusals")
    page = admin.browser.open(f"/console/refusals?reference={reference}")
    assert "unsupported_grant_type" in page.text
    assert "Nothing is kept" in admin.browser.open("/console/refusals?reference=%00nothing").text


def test_another_brands_refusals_are_not_there(provider: Provider, shop: RelyingParty) -> None:
    other = next(brand for brand in BRANDS if brand != shop.metadata.brand)
    provider.add_client("lender", brand=other, consent="implied")
    stranger = StaffMember(provider, "administrator", other)
    mine = shop.token(grant_type="password").headers["X-Request-Id"]
    nobodys = shop.raw("POST", "/token", data={"client_id": "nobody", "grant_type": "code"}).headers["X-Request-Id"]
    stranger.open("/console/refusals")
    for reference in (mine, nobodys):
        assert "Nothing is kept" in stranger.open(f"/console/refusals?reference={reference}").text
    for place in PLACES:
        assert stranger.open(f"/console/clients/shop/{place}").status == 404
        assert stranger.open(f"/console/clients/lender/{place}").status == 200
        assert stranger.open(f"/console/clients/nothing/{place}").status == 404


def test_whoever_reaches_all_brands_sees_what_is_nobodys(provider: Provider, shop: RelyingParty) -> None:
    sam = StaffMember(provider, "auditor")
    shop.raw("POST", "/token", data={"client_id": "nobody", "grant_type": "authorization_code"})
    assert "no client_id, or one that nobody has" in sam.open("/console/refusals").text


@pytest.mark.parametrize("place", PLACES)
def test_support_has_no_business_there(provider: Provider, shop: RelyingParty, place: str) -> None:
    sam = StaffMember(provider, "support")
    assert sam.open(f"/console/clients/shop/{place}").status == 403


def test_a_hostile_name_stays_text(provider: Provider, shop: RelyingParty, admin: StaffMember) -> None:
    query = "scope=%3Cscript%3E&claims=%7B%22&prompt=%22%3E%3Cscript%3E&max_age=%00&redirect_uri=javascript:alert(1)"
    for place in (*PLACES, f"try?{query}"):
        page = admin.open(f"/console/clients/shop/{place}")
        assert page.status == 200
        assert "<script>" not in page.body
        assert html.escape(HOSTILE.replace("\u202e", "\ufffd"), quote=False).replace('"', "&#34;") in page.body


def test_a_request_is_tried_and_nothing_is_issued(provider: Provider, shop: RelyingParty, admin: StaffMember) -> None:
    admin.open("/console")
    before = rows(provider)
    page = admin.open("/console/clients/shop/try")
    assert "It is in order. You would be sent back with a code at once" in page.text
    address, answer, token_request, id_token = blocks(page)
    assert address.startswith(f"{provider.issuer}/authorize?client_id=shop&response_type=code&redirect_uri=")
    assert answer.startswith("https://shop.example/callback?code=CODE_FROM_THE_ANSWER&state=")
    assert "-u shop:CLIENT_SECRET" in token_request
    assert json.loads(id_token)["aud"] == "shop"
    assert rows(provider) == before
    assert not [event for event in provider.events if event.name in {"CodeIssued", "ConsentGranted"}]


def test_the_request_that_is_shown_is_a_good_one(provider: Provider, shop: RelyingParty, admin: StaffMember) -> None:
    page = admin.open("/console/clients/shop/try")
    address, _, token_request, shape = blocks(page)
    came_back = admin.browser.open(address)
    assert came_back.left
    verifier = re.search(r"code_verifier=([\w-]+)", token_request)
    assert verifier is not None
    fields = {"code_verifier": verifier[1], "redirect_uri": shop.redirect_uri}
    answer = shop.token(grant_type="authorization_code", code=came_back.query["code"], **fields)
    assert answer.status == 200, answer.body
    assert json.loads(shape).keys() == shop.claims(answer["id_token"]).keys()


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("scope=openid+phone+nonsense+accounts", "The client is not registered for the scope accounts"),
        ("redirect_uri=https://shop.example/", "compared character by character"),
        ("prompt=none+login", "none forbids every page"),
        ("max_age=soon", "ASCII digits"),
        ("claims=%7B", "The claims parameter cannot be read"),
        ("response_mode=smoke", "response_mode is not supported"),
        ("prompt=login", "You would be asked for more proof first: password"),
        ("prompt=create", "begin online access"),
        ("prompt=select_account", "choose which account"),
        ("scope=openid+offline_access", "You would be asked to allow"),
        ("acr_values=phr", "set up a further way"),
    ],
)
def test_what_the_provider_would_say(
    provider: Provider, shop: RelyingParty, admin: StaffMember, chosen: str, said: str
) -> None:
    admin.open("/console")
    before = rows(provider)
    assert said in admin.open(f"/console/clients/shop/try?{chosen}").text
    assert rows(provider) == before


def preview(admin: StaffMember, username: str, *scopes: str) -> Page:
    (form,) = admin.open("/console/clients/shop/claims").forms
    for box in form.boxes:
        form.fields.pop(box, None)  # every scope is ticked at first
    return admin.browser.submit(username=username, **{f"scope:{scope}": "1" for scope in scopes})


def shown(page: Page) -> dict[str, Any]:
    names = re.findall(r'aria-label="(ID token|Answer of /userinfo|Access token)"', page.body)
    return dict(zip(names, map(json.loads, blocks(page)), strict=True))


def customer(provider: Provider, shop: RelyingParty, **more: Any) -> None:
    address = {"address": {"street_address": "Elm Road 7", "country": "GB"}}
    provider.add_customer("ana", given_name="Ana", numbers={str(shop.metadata.brand): "C-4711"}, claims=address, **more)


def test_claims_are_previewed_masked_and_recorded(provider: Provider, shop: RelyingParty, admin: StaffMember) -> None:
    customer(provider, shop)
    page = preview(admin, "ana", "openid", "email", "address")
    claims = shown(page)
    assert claims["Answer of /userinfo"]["email"] == "a…"
    assert claims["Answer of /userinfo"]["address"] == {"street_address": "E…", "country": "G…"}
    assert claims["Access token"]["customer_number"] == "C…"
    assert "profile" not in claims["Access token"]["scope"]
    assert not {"Elm", "C-4711", "example.test"} & set(re.findall(r"[\w.-]+", " ".join(blocks(page))))
    (event,) = provider.happened("ClaimsPreviewed")
    assert (event.client_id, event.outcome, event.brand) == ("shop", "ok", shop.metadata.brand)


def test_whoever_may_see_customers_sees_them_whole(provider: Provider, shop: RelyingParty, admin: StaffMember) -> None:
    customer(provider, shop)
    provider.give_role("support", "sam", shop.metadata.brand)
    assert shown(preview(admin, "ana", "openid", "email"))["Answer of /userinfo"]["email"] == "ana@example.test"


def test_what_is_previewed_is_what_is_issued(
    provider: Provider, shop: RelyingParty, admin: StaffMember, browser: Browser
) -> None:
    customer(provider, shop)
    provider.puts_off_the_offer()
    provider.give_role("support", "sam", shop.metadata.brand)
    told = shown(preview(admin, "ana", "openid", "email", "profile"))
    browser.open(shop.request(nonce=None))
    tokens = shop.redeem(shop.code(browser.sign_in("ana", "lantern orbit mosaic 7")))
    made_up = {"sid", "jti", "at_hash"}
    for name, real in (
        ("ID token", shop.claims(tokens["id_token"])),
        ("Access token", shop.claims(tokens["access_token"])),
        ("Answer of /userinfo", shop.userinfo(tokens["access_token"]).body),
    ):
        mine = told[name] | ({"scope": " ".join(sorted(told[name]["scope"].split()))} if "scope" in told[name] else {})
        theirs = real | ({"scope": " ".join(sorted(real["scope"].split()))} if "scope" in real else {})
        assert mine.keys() == theirs.keys()
        assert {k: v for k, v in mine.items() if k not in made_up} == {k: v for k, v in theirs.items() if k not in made_up}


@pytest.mark.parametrize("username", ["nobody", "ana@example.test", "an%", "", "a" * 5_000, "ana\u202e"])
def test_nobody_else_is_found(provider: Provider, shop: RelyingParty, admin: StaffMember, username: str) -> None:
    customer(provider, shop)
    page = preview(admin, username, "openid")
    assert (page.status, blocks(page)) == (400, [])
    assert "No customer has that username" in page.text
    assert [event.outcome for event in provider.happened("ClaimsPreviewed")] == ["refused"]


def test_whoever_looks_at_many_waits(provider: Provider, shop: RelyingParty, admin: StaffMember, clock: TestClock) -> None:
    customer(provider, shop)
    assert {preview(admin, "ana", "openid").status for _ in range(60)} == {200}
    assert "You have looked often; wait" in preview(admin, "ana", "openid").text
    clock.advance(timedelta(hours=2))
    assert preview(admin, "ana", "openid").status == 200
    assert len(provider.happened("ClaimsPreviewed")) == 61


def test_another_brands_customer_is_not_found(provider: Provider, shop: RelyingParty, admin: StaffMember) -> None:
    other = next(brand for brand in BRANDS if brand != shop.metadata.brand)
    provider.add_customer("ana", numbers={other: "C-1"})
    assert preview(admin, "ana", "openid").status == 400
    everybodys = StaffMember(provider, "administrator", username="olga")
    assert preview(everybodys, "ana", "openid").status == 200


def test_a_scope_that_is_not_the_clients_is_not_previewed(provider: Provider, shop: RelyingParty, admin: StaffMember) -> None:
    customer(provider, shop)
    admin.open("/console/clients/shop/claims")
    token = admin.browser.page.forms[0].fields["csrf_token"]
    typed = {"csrf_token": token, "username": "ana", "scope:accounts": "1", "scope:openid": "1"}
    assert shown(admin.browser.post("/console/clients/shop/claims", typed))["Access token"]["scope"] == "openid"
