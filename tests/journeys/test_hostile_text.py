"""Free text of clients, customers and devices is inert wherever it is shown (S3.9): a story for each place it comes out at."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import update

from idp.core.mail import build_message
from idp.core.origin import Origin, call_from
from idp.core.outbox import Attempt
from idp.subjects.model import subjects
from idp.web.mails import Mail, branded
from tests.builders import ANA_PASSWORD, BEGINNING
from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.drivers.staff import StaffMember
from tests.journeys.test_own_activity import says_not_me

TAG = "</title></script><script>alert(1)</script><img src=x onerror=alert(1)>"
TURNS = "\u202e\u2066\u200f\u2028\u0085"
HOSTILE = f"\"'>{TAG}{{{{7*7}}}}{{% raw %}}%(sub)s=1+1{TURNS}"
USERNAME = "<script>ana</script>{{7*7}}"
# As WSGI hands it over: bytes in Latin-1's clothes.
DEVICE = f'Mozilla/5.0 {TAG} Firefox/140.0 \u0085"'


@dataclass
class Scene:
    """Ana, whose every name is hostile, signed in with a browser that calls itself something hostile, at hostile clients."""

    provider: Provider
    browser: Browser
    club: RelyingParty
    ana: str


@pytest.fixture
def scene(provider: Provider) -> Iterator[Scene]:
    ana = provider.add_customer(USERNAME, email="ana@example.test", numbers={"stellantis": "S-1"})
    with provider.house.ground.database.transaction() as db:
        names = {"given_name": HOSTILE[:120], "family_name": f"{TAG}{TURNS}"}
        db.execute(update(subjects).where(subjects.c.id == ana.id).values(names))
    portal = provider.add_client("portal", brand="stellantis", consent="implied", client_name=HOSTILE)
    club = provider.add_client("club", client_name=HOSTILE, policy_uri='https://club.example/?"><script>alert(1)</script>')
    browser = provider.browser()
    page = browser.open(portal.request())
    fields = page.forms[0].fields | {"username": USERNAME, "password": ANA_PASSWORD}
    browser.post(page.url, fields, headers={"User-Agent": DEVICE})
    assert browser.submit(press="later").left
    yield Scene(provider, browser, club, ana.id)
    call_from(Origin())


def harmful(shown: str) -> list[str]:
    """What of it would do something: as markup, or by turning the text around."""
    return [sign for sign in ("<script>alert", "<img src=x", "<script>ana", '"><script', *TURNS) if sign in shown]


def body_of(page: Page) -> str:
    """A page that is there."""
    assert page.status == 200, page.text
    return page.body


def test_where_consent_is_asked_and_shown(scene: Scene) -> None:
    asked = scene.browser.open(scene.club.request(scope="openid profile"))
    assert "alert(1)" in asked.text
    assert "{{7*7}}" in asked.text
    assert harmful(body_of(asked)) == []
    assert scene.browser.submit(press="allow").left
    other = scene.provider.add_client("other", brand="alphera", consent="implied", client_name=HOSTILE)
    first = scene.browser.open(other.request())
    assert "Use the same sign-in" in first.text
    for page in (first, *(scene.browser.open(f"/account{path}") for path in ("", "/applications", "/activity", "/details"))):
        assert harmful(body_of(page)) == []


def test_in_the_console(scene: Scene) -> None:
    scene.browser.open(scene.club.request(scope="openid profile"))
    scene.browser.submit(press="allow")
    scene.provider.give_role("auditor", USERNAME, "alphera")
    sam = StaffMember(scene.provider, "administrator")
    scene.provider.give_role("support", "sam")
    pages = [
        "/console",
        "/console/clients",
        "/console/clients/club",
        "/console/clients/club/edit",
        "/console/clients/club/disable",
        "/console/staff",
        f"/console/staff/{scene.ana}/take",
        f"/console/customers/{scene.ana}",
        f"/console/audit?subject={scene.ana}",
    ]
    for path in pages:
        page = sam.open(path)
        assert harmful(body_of(page)) == [], path
    entry = sam.open(sam.open(f"/console/audit?subject={scene.ana}&event=SignedIn").link("SignedIn"))
    assert "alert(1)" in entry.text
    assert harmful(body_of(entry)) == []
    file = sam.open(f"/console/audit/export/csv?subject={scene.ana}")
    assert [sign for sign in TURNS if sign in file.body] == []
    assert "\\u0085" in file.body


def test_in_mails(scene: Scene, tmp_path: Path) -> None:
    says_not_me(scene.browser)
    mails = Post(scene.provider, tmp_path).mails()
    assert {mail["To"] for mail in mails} > {"ana@example.test"}
    assert any(USERNAME in read(mail) for mail in mails)
    for mail in mails:
        shown = read(mail, "html")
        assert harmful(shown) == []
        assert [sign for sign in TURNS if sign in read(mail) + mail["Subject"]] == []


@pytest.mark.parametrize("word", ["a\r\nBcc: all@example.test", "a\nX: y", "a\x00b", HOSTILE])
def test_in_the_head_of_a_mail(provider: Provider, word: str) -> None:
    """RFC 5322 2.2: whatever a title holds, it is one line of the head, and adds none; the mail goes out all the same."""
    brand = provider.house.parties.brands.get_or_any("stellantis")
    mail = Mail("base", word, [word], word)
    payload = branded(provider.app.jinja_env, brand, "ana@example.test", mail, BEGINNING)
    message = build_message(payload, "id@example.test", Attempt(1, "mail", "", 1, BEGINNING, BEGINNING))
    assert {"Bcc", "X"}.isdisjoint(message.keys())
    raw = message.as_bytes().partition(b"\n\n")[0]
    assert b"\nBcc" not in raw
    assert [sign for sign in TURNS if sign in message["Subject"]] == []
    assert harmful(read(message, "html")) == []
