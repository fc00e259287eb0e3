"""Initial access tokens in the console: made and shown once, for one's own brands, revoked."""

import re

import pytest

from tests.drivers.browser import Page
from tests.drivers.provider import Provider
from tests.drivers.registrant import Registrant
from tests.drivers.staff import StaffMember

HOME = "/console/clients/-/tokens"


def token_in(page: Page) -> str:
    found = re.search(r'id="token">([^<]+)<', page.body)
    assert found is not None, page.text
    return found[1]


def test_a_developer_registers_with_it(provider: Provider) -> None:
    sam = StaffMember(provider, "administrator")
    assert "There is no token yet" in sam.open(HOME).text
    page = sam.browser.post(f"{HOME}/make", made_by_hand(page=sam.browser.page))
    token = token_in(page)
    assert page.headers["Cache-Control"] == "no-store"
    developer = Registrant(provider, token)
    assert developer.registers()["brand"] == "alphera"
    listed = sam.open(HOME)
    assert token not in listed.body
    assert "1 of 2" in listed.text
    assert "staff sam" in listed.text
    sam.browser.submit(token=re.findall(r'name="token" value="([^"]+)"', listed.body)[0])
    assert "The token lets nobody in any more" in sam.browser.page.text
    assert "revoked" in sam.browser.page.text
    assert developer.registers().status == 401
    assert [event.token_id for event in provider.happened("InitialAccessTokenMade")] == [  # type: ignore[attr-defined]
        event.token_id
        for event in provider.happened("InitialAccessTokenRevoked")  # type: ignore[attr-defined]
    ]


def made_by_hand(page: Page, **typed: str) -> dict[str, str]:
    """What the form sends."""
    form = next(form for form in page.forms if form.action.endswith("/make"))
    return {**form.fields, "brand": "alphera", "uses": "2", "days": "7", **typed}


@pytest.mark.parametrize("reach", ["alphera", None])
def test_for_ones_own_brands(provider: Provider, reach: str | None) -> None:
    """Whoever administers one brand makes and sees tokens of that brand alone."""
    Registrant.a_token(provider, brand="stellantis")
    theirs = Registrant.a_token(provider, brand=None)
    sam = StaffMember(provider, "administrator", reach)
    page = sam.open(HOME)
    assert ("Stellantis Financial Services" in page.text, "0 of 1" in page.text) == (reach is None, reach is None)
    told = [sam.browser.post(f"{HOME}/make", made_by_hand(page, brand=brand)).status for brand in ("", "stellantis", "alphera")]
    assert told == ([200, 200, 200] if reach is None else [400, 400, 200])
    with provider.house.ground.database.reading() as db:
        ids = [row.id for row in db.exec_driver_sql("SELECT id FROM initial_access_tokens WHERE brand IS NULL").all()]
    revoked = sam.browser.post(f"{HOME}/revoke", made_by_hand(page, token=ids[0]))
    assert revoked.status == (200 if reach is None else 404)
    assert Registrant(provider, theirs).registers().status == (401 if reach is None else 201)


def test_numbers_are_refused_at_the_field(provider: Provider) -> None:
    sam = StaffMember(provider, "administrator")
    sam.open(HOME)
    page = sam.browser.page
    wrong = (
        ("uses", "0"),
        ("uses", "1000000000"),
        ("uses", "-1"),
        ("uses", ""),
        ("uses", "\u0661"),
        ("days", "366"),
        ("days", "1.5"),
    )
    for field, value in (*wrong, ("brand", "nobody")):
        answer = sam.browser.post(f"{HOME}/make", made_by_hand(page, **{field: value}))
        assert answer.status == 400, (field, value)
        assert f'id="{field}-mistake"' in answer.body, (field, value)
    assert provider.happened("InitialAccessTokenMade") == []
    assert sam.browser.post(f"{HOME}/revoke", made_by_hand(page, token="i_nobodys")).status == 404


def test_an_auditor_looks_and_makes_none(provider: Provider) -> None:
    Registrant.a_token(provider, brand="stellantis")
    sam = StaffMember(provider, "auditor")
    page = sam.open(HOME)
    assert ("0 of 1" in page.text, "Make a token" in page.text, "Revoke" in page.text) == (True, False, False)


def test_a_token_ends_with_the_role_that_made_it(provider: Provider) -> None:
    """S1: what somebody may no longer give, nobody has from them; what another role of theirs still gives stays."""
    sam = StaffMember(provider, "administrator")
    provider.give_role("administrator", "sam", "alphera")
    page = sam.open(HOME)
    kept, ended = (token_in(sam.browser.post(f"{HOME}/make", made_by_hand(page, brand=brand))) for brand in ("alphera", ""))
    StaffMember(provider, "administrator", username="kim")
    provider.take_role("administrator", "sam")
    assert [Registrant(provider, token).registers().status for token in (kept, ended)] == [201, 401]
    provider.take_role("administrator", "sam", "alphera")
    assert Registrant(provider, kept).registers().status == 401
