"""A form of the console over which the proof ran out: what was typed comes back, once, to whoever typed it, there alone."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import TestClock
from tests.drivers.browser import Browser
from tests.drivers.desk import QUESTIONS, REASON, TYPED, a_desk
from tests.drivers.provider import Provider
from tests.drivers.staff import StaffMember

NEW = "/console/clients/-/new"
BACK = "Nothing was saved yet"
KEY = '{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "c2VjcmV0"}]}'
TYPING = {"client_name": "Roadside help", "client_id": "roadside", "redirect_uris": "https://roadside.example/callback"}


def pauses(browser: Browser, clock: TestClock, *, idle: bool) -> None:
    """Sixteen minutes: idle, which ends the session, or with a look at another page, which leaves it and ends the proof."""
    clock.advance(timedelta(minutes=8))
    if not idle:
        browser.open("/console")
    clock.advance(timedelta(minutes=8))


@pytest.mark.parametrize("idle", [True, False])
def test_a_long_form_comes_back_once(provider: Provider, clock: TestClock, idle: bool) -> None:
    sam = StaffMember(provider, "administrator")
    fields = sam.open(f"{NEW}?kind=web").forms[-1].fields | TYPING | {"jwks": KEY, "review": "1"}
    pauses(sam.browser, clock, idle=idle)
    sam.browser.post(NEW, fields)
    page = sam.prove()
    assert BACK in page.text
    form = page.forms[-1]
    assert {name: form.fields[name] for name in TYPING} == TYPING
    assert form.fields["jwks"] == ""
    assert '"client_id": "roadside"' in sam.browser.submit(press="review").text
    assert BACK not in sam.browser.open(NEW).text


def test_nobody_else_gets_it_and_no_other_page(provider: Provider, clock: TestClock) -> None:
    sam, kim = StaffMember(provider, "administrator"), StaffMember(provider, "administrator", username="kim")
    fields = sam.open("/console/staff/give").forms[-1].fields | {"name": "lee", "role": "auditor", "brand": "alphera"}
    kim.browser = sam.browser
    pauses(sam.browser, clock, idle=True)
    sam.browser.post("/console/staff/give", fields)
    kim.prove()
    assert "lee" not in kim.browser.page.body
    assert BACK not in kim.browser.open(f"{NEW}?kind=web").text
    sam.browser.open("/logout")
    sam.browser.submit(press="logout")
    page = sam.open("/console/staff/give")
    assert BACK in page.text
    assert {name: page.forms[-1].fields[name] for name in ("name", "role", "brand")} == {
        "name": "lee",
        "role": "auditor",
        "brand": "alphera",
    }


def test_it_is_forgotten_in_time(provider: Provider, clock: TestClock) -> None:
    sam = StaffMember(provider, "administrator")
    fields = sam.open("/console/staff/give").forms[-1].fields | {"name": "lee"}
    pauses(sam.browser, clock, idle=True)
    sam.browser.post("/console/staff/give", fields)
    clock.advance(timedelta(minutes=15))
    assert BACK not in sam.open("/console/staff/give").text


def test_at_the_desk_only_the_agents_own_words_come_back(tmp_path: Path, clock: TestClock) -> None:
    """S3.12: what a caller answers is kept nowhere, not even for a moment."""
    with a_desk(tmp_path, clock, "stellantis") as desk:
        desk.proves()
        here, browser = desk.page.url, desk.sam.browser
        act = next(form for form in desk.page.forms if "unlock" in form.buttons)
        script = next(form for form in desk.page.forms if "birth_date" in form.fields)
        pauses(browser, clock, idle=False)
        browser.post(script.action, script.fields | {name: TYPED[name] for name in QUESTIONS["stellantis"]})
        browser.post(act.action, act.fields | {"reason": REASON, "unlock": act.buttons["unlock"]})
        page = desk.sam.prove()
    assert page.url == here
    assert "You pressed “Open the lock” before" in page.text
    assert next(form for form in page.forms if "reason" in form.fields).fields["reason"] == REASON
    assert not [said for said in TYPED.values() if said in page.body]
    assert desk.provider.happened("SupportActed") == []


def test_a_button_is_named_and_waits_to_be_pressed_again(provider: Provider, clock: TestClock) -> None:
    """What a small form was about to do is not done by a proof: it comes back, and says so."""
    sam = StaffMember(provider, "administrator")
    lee = provider.add_customer("lee")
    provider.give_role("auditor", "lee")
    provider.add_client("shop", brand="alphera")
    take = f"/console/staff/{lee.id}/take"
    pages = {
        take: ({"post": "auditor:"}, "Take the role"),
        "/console/clients/shop/delete": ({"typed": "shop"}, "Delete it"),
        "/console/clients/shop/rotate": ({"overlap": "30"}, "Make a new secret"),
    }
    acts = ("RoleRevoked", "ClientDeleted", "ClientSecretRotated")
    before = [len(provider.happened(event)) for event in acts]
    for path, (chosen, words) in pages.items():
        fields = sam.open(path).forms[-1].fields | chosen
        pauses(sam.browser, clock, idle=False)
        sam.browser.post(path, fields)
        page = sam.prove()
        assert page.url.endswith(path)
        assert f"You pressed “{words}” before" in page.text
        assert page.forms[-1].fields.items() >= chosen.items()
    deliveries = "/console/health/deliveries"
    pauses(sam.browser, clock, idle=False)
    sam.browser.post(f"{deliveries}/7/retry", fields | {"state": "failed", "kind": "mail"})
    page = sam.prove()
    assert page.url.endswith(f"{deliveries}?state=failed&kind=mail")
    assert "You pressed “Try now: 7” before" in page.text
    assert [len(provider.happened(event)) for event in acts] == before
    sam.open(take)
    assert "lee is no longer auditor" in sam.browser.submit(post="auditor:").text


def test_every_form_of_the_console_says_what_becomes_of_it(provider: Provider) -> None:
    """Whoever writes another one decides: it comes back as it was typed, or its button is named."""
    routes = provider.house.ground.app.extensions["idp.console"].guarded
    given_back = {route.rule for route in routes if "GET" in route.methods and route.keeps}
    for route in (route for route in routes if "POST" in route.methods):
        assert route.keeps or route.buttons, route.rule
        assert route.back.partition("?")[0] in given_back, route.rule
