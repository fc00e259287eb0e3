"""Customers change how we reach them: the new contact confirms, the old one is told, and whoever else was in is out."""

from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.authenticator_app import STEP
from tests.drivers.post import CODE, other_than, read
from tests.journeys.contact_story import EMAIL, HOME, MINUTE, NEW, OLD, Story, about


def test_an_address_is_changed_once_its_code_came_back(story: Story) -> None:
    elsewhere = story.another()
    browser = story.browser
    tokens = story.shop.redeem(story.shop.code(elsewhere.open(story.shop.request())))
    browser.open(browser.open(HOME).link("Change your e-mail address"))
    assert f"six digits to {NEW}" in browser.submit(contact=f" {NEW} ").text
    assert story.ana().email == OLD
    code = story.code_to(NEW)
    page = browser.submit(code=other_than(code))
    assert (page.status, "4 more tries" in page.text) == (422, True)
    assert browser.submit(code=" ").status == 422
    assert "Your e-mail address is changed" in browser.submit(code=f"{code[:3]}-{code[3:]}").text
    assert (story.ana().email, story.ana().email_verified) == (NEW, True)
    assert "Sign in to your account" in elsewhere.open(HOME).text
    assert story.shop.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert NEW in browser.open(HOME).text
    told = story.shop.userinfo(story.shop.redeem(story.shop.code(browser.open(story.shop.request())))["access_token"])
    assert told["email"] == NEW
    (warned,) = about(story.post.mails(), "Your e-mail address was changed")[:1]
    assert warned["To"] == OLD
    assert "From now on we write to a•••@example.org" in read(warned)
    assert [str(mail["To"]) for mail in about(story.post.mails(), "Your e-mail address was changed")] == [OLD, NEW]
    assert {event.reason for event in story.provider.happened("SessionEnded")} == {"email_changed"}


def test_one_signs_in_with_the_new_address_and_no_longer_with_the_old(story: Story) -> None:
    story.changes_email(story.browser)
    story.clock.advance(STEP)
    browser = story.provider.browser()
    browser.open(story.shop.request())
    assert "That did not match" in browser.sign_in(OLD, ANA_PASSWORD).text
    assert "code from your app" in browser.sign_in(NEW, ANA_PASSWORD).text


def test_an_address_of_somebody_else_looks_like_any_and_its_holder_is_told(story: Story) -> None:
    story.provider.add_customer("ben")
    story.browser.open(EMAIL)
    free = story.browser.submit(contact="nobody@example.test")
    story.clock.advance(MINUTE)
    story.browser.open(EMAIL)
    taken = story.browser.submit(contact="BEN@example.test")
    assert taken.text.replace("BEN@", "nobody@")[:-20] == free.text[:-20]
    assert (taken.status, taken.url) == (free.status, free.url)
    (told,) = about(story.post.mails(), "Somebody wanted your e-mail address")
    assert told["To"] == "ben@example.test"
    assert CODE.findall(read(told)) == []
    assert story.browser.submit(code="123456").status == 422
    assert [str(mail["To"]) for mail in about(story.post.mails(), "Confirm your e-mail address")] == ["nobody@example.test"]


def test_an_address_that_got_a_holder_on_the_way_is_not_taken_from_them(story: Story) -> None:
    story.browser.open(EMAIL)
    story.browser.submit(contact="ben@example.test")
    code = story.code_to("ben@example.test")
    story.provider.add_customer("ben")
    page = story.browser.submit(code=code)
    assert (page.status, "already has an account" in page.text) == (422, True)
    assert story.ana().email == OLD
    assert story.provider.happened("EmailChanged") == []


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "ana@localhost",
        "ana@@example.test",
        "ana@example.test\r\nBcc: all@example.test",
        "ana@example.test,eve@example.test",
        "Ana <ana.two@example.test>",
        "aña@example.test",
        f"{'a' * 64}@{'b' * 186}.test",
        "ana@exa\u202emple.test",
        "x" * 5000,
        OLD,
    ],
)
def test_what_is_no_new_address_sends_nothing(story: Story, typed: str) -> None:
    story.browser.open(EMAIL)
    before = len(story.post.mails())
    page = story.browser.submit(contact=typed)
    assert (page.status, page.url.endswith(EMAIL)) == (422, True)
    assert len(story.post.mails()) == before


def test_an_address_beyond_ascii_is_written_as_mail_servers_take_it(story: Story) -> None:
    story.browser.open(EMAIL)
    story.browser.submit(contact="ana@bücher.example")
    assert story.browser.submit(code=story.code_to("ana@xn--bcher-kva.example")).status == 200
    assert story.ana().email == "ana@bücher.example"


def test_a_code_for_one_address_confirms_no_other(story: Story) -> None:
    story.browser.open(EMAIL)
    story.browser.submit(contact="one@example.test")
    code = story.code_to("one@example.test")
    story.clock.advance(MINUTE)
    story.browser.open(EMAIL)
    story.browser.submit(contact="two@example.test")
    assert "did not match" in story.browser.submit(code=code).text


def test_a_code_counts_where_it_was_asked_for_alone(story: Story) -> None:
    other = story.another()
    story.browser.open(EMAIL)
    story.browser.submit(contact=NEW)
    code = story.code_to(NEW)
    assert other.open(f"{EMAIL}/code").url.endswith(EMAIL)
    token = {"csrf_token": other.page.forms[0].fields["csrf_token"]}
    assert other.post(f"{EMAIL}/code", token | {"code": code, "contact": NEW, "value": NEW}).url.endswith(EMAIL)
    assert story.ana().email == OLD


def test_five_wrong_codes_and_then_a_pause(story: Story) -> None:
    story.browser.open(EMAIL)
    story.browser.submit(contact=NEW)
    code = story.code_to(NEW)
    for _ in range(5):
        assert story.browser.submit(code=other_than(code)).status == 422
    page = story.browser.submit(code=code)
    assert (page.status, "Codes are paused" in page.text, story.ana().email) == (429, True, OLD)


def test_no_more_codes_than_are_good(story: Story) -> None:
    for _ in range(3):
        story.browser.open(EMAIL)
        assert story.browser.submit(contact=NEW).url.endswith("/code")
        story.clock.advance(timedelta(seconds=65))
    story.browser.open(EMAIL)
    page = story.browser.submit(contact=NEW)
    assert (page.status, "No more codes for now" in page.text) == (429, True)
