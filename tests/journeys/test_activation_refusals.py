"""Steps of an activation that are skipped, replayed, posted from elsewhere or filled with nonsense change nothing."""

from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.newcomer import Newcomer, Town

ODD = {
    "nothing": {"agreement": ""},
    "too short": {"agreement": "1"},
    "signs alone": {"agreement": "-----"},
    "too long": {"agreement": "9" * 41},
    "a line break": {"agreement": "PCP-49\r\nBcc: x@y.example"},
    "no day": {"birth_day": "32"},
    "no date": {"birth_day": "30", "birth_month": "2"},
    "other digits": {"birth_day": "１８"},
    "digits of another script": {"agreement": "PCP-490312７"},
    "letters of another script": {"postcode": "NR2 3FJé"},
    "a sign": {"birth_day": "+8"},
    "long ago": {"birth_year": "1850"},
    "not yet": {"birth_year": "2030"},
    "no postcode": {"postcode": " "},
    "a postcode without end": {"postcode": "N" * 17},
}


def test_what_cannot_be_meant_is_said_and_never_asked(town: Town, elin: Newcomer) -> None:
    elin.comes()
    for name, typed in ODD.items():
        page = elin.types(**typed)
        assert (page.status, "Check" in page.text) == (422, True), name
    assert town.apis["stellantis"].asked == []
    assert "If these details match" in elin.types().text


def test_bytes_that_are_no_text_are_refused(elin: Newcomer) -> None:
    elin.comes()
    assert elin.types(postcode="NR2\x003FJ").status == 400


@pytest.mark.parametrize("step", ["choose", "add", "email", "code", "again"])
def test_a_step_cannot_be_skipped(town: Town, elin: Newcomer, step: str) -> None:
    page = elin.comes()
    fields = {
        "username": "mallory",
        "password": "velvet anchor tundra 8",
        "given_name": "M",
        "family_name": "N",
        "code": "123456",
    }
    fields |= {"csrf_token": page.forms[0].fields["csrf_token"], "email": "mallory@example.test"}
    assert "Agreement number" in elin.browser.post(f"{page.url}/{step}", fields).text
    elin.types()
    if step in ("choose", "add", "email"):
        assert "If these details match" in elin.browser.post(f"{page.url}/{step}", fields).text
    assert town.rows("subjects") == []
    assert all(mail["To"] == "elin@example.test" for mail in town.post.mails())


def test_another_browser_cannot_go_on(town: Town, elin: Newcomer) -> None:
    url = elin.comes().url
    elin.types()
    other = Newcomer(town, elin.brand, town.provider.browser())
    assert "no longer open" in other.browser.open(url).text
    other.comes()
    other.types(birth_day="19")
    assert "did not match" in other.confirms(elin.code()).text


def test_a_finished_activation_is_finished(town: Town, elin: Newcomer) -> None:
    url = elin.comes().url
    elin.types()
    elin.confirms()
    form = elin.browser.page.forms[0]
    assert elin.chooses().forms
    elin.browser.submit(press="later")
    again = form.fields | {"username": "other", "password": "velvet anchor tundra 9"}
    assert "already answered" in elin.browser.post(f"{url}/choose", again).text
    assert "already answered" in elin.browser.open(url).text
    assert len(town.rows("subjects")) == 1


def test_no_more_than_five_codes_are_sent_in_a_case(town: Town, elin: Newcomer) -> None:
    elin.comes()
    elin.types()
    for _ in range(8):
        sent = len(town.post.mails())
        town.provider.clock.advance(timedelta(minutes=3))
        if any("send" in form.buttons for form in elin.browser.page.forms):
            elin.browser.submit(press="send")
    assert sent == 5


def test_an_address_with_more_in_it_gets_nothing(town: Town) -> None:
    farid = Newcomer(town, "stellantis", town.provider.browser(), email="", phone="+447700900733").becomes_customer()
    farid.comes()
    farid.types()
    farid.confirms()
    for typed in ("a@b.example\r\nBcc: c@d.example", "a@b.example,c@d.example", "a b@c.example", "@", "x" * 300 + "@b.example"):
        page = farid.browser.submit(email=typed)
        assert (page.status, "Check the e-mail address" in page.text) == (422, True)
    assert town.post.mails() == []


def test_a_link_that_nobody_began_leads_nowhere(town: Town, elin: Newcomer) -> None:
    for path in (
        "/activate/x",
        "/activate/link/x",
        "/activate/done/x",
        "/activate?request=../../evil",
        "/activate?brand=nobody",
    ):
        page = elin.browser.open(path)
        assert page.status in (200, 400, 404)
        assert not page.left


@pytest.mark.parametrize("press", ["add", "another"])
@pytest.mark.parametrize("minutes", [0, 10])
def test_a_running_session_alone_adds_nothing(town: Town, elin: Newcomer, press: str, minutes: int) -> None:
    town.provider.add_customer("ana")
    elin.browser.open(town.shop(elin.brand).request())
    assert elin.browser.sign_in("ana", ANA_PASSWORD).left
    town.provider.clock.advance(timedelta(minutes=minutes))
    elin.comes()
    elin.types()
    elin.confirms()
    proving = elin.browser.submit(press=press).url.partition("?")[0]
    for address in (proving.replace("/signin/", "/activate/link/"), proving):
        assert "password" in elin.browser.open(address).text.lower()
        assert town.number(elin.brand, "ana") is None
    assert elin.browser.submit(password=ANA_PASSWORD).left
    assert town.number(elin.brand, "ana") == "ST-415206"


def test_a_proof_for_one_agreement_links_no_other(town: Town, elin: Newcomer) -> None:
    """The way back from the gate does nothing without the confirmed case it was begun for."""
    town.provider.add_customer("ana", email="elin@example.test")
    elin.comes()
    elin.types()
    elin.confirms()
    proving = elin.browser.submit(press="add")
    link = proving.url.replace("/signin/", "/activate/link/")
    assert "Sign in" in elin.browser.open(link).text
    assert town.number(elin.brand, "ana") is None
