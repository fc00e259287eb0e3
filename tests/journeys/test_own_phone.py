"""A customer's phone number: one number for them, whether we reach them by it or text codes to it."""

import pytest

from tests.drivers.post import other_than, read
from tests.journeys.contact_story import HOME, MINUTE, NUMBER, OTHER, PHONE, Story, about

THEN = "+447700900119"


def test_a_number_is_changed_once_its_code_came_back(story: Story) -> None:
    elsewhere = story.another()
    story.browser.open(story.browser.open(HOME).link("Change your phone number"))
    assert "six digits to +44 7700 900119" in story.browser.submit(contact=OTHER).text
    code = story.post.texts()[-1].code
    assert story.browser.submit(code=other_than(code)).status == 422
    assert story.ana().claims["phone_number"] == NUMBER
    assert "Your phone number is changed" in story.browser.submit(code=code).text
    assert (story.ana().claims["phone_number"], story.ana().claims["phone_number_verified"]) == (THEN, True)
    assert "Sign in to your account" in elsewhere.open(HOME).text
    told = story.shop.userinfo(story.shop.redeem(story.shop.code(story.browser.open(story.shop.request())))["access_token"])
    assert "phone_number" not in told.body
    assert "no longer uses this number" in next(text.text for text in story.post.texts() if text.to == NUMBER)
    (mailed,) = about(story.post.mails(), "Your phone number was changed")
    assert "It is •••• 119 now" in read(mailed)
    assert "/undo/" in read(mailed)


def test_codes_by_text_follow_the_number_they_went_to(story: Story) -> None:
    story.provider.add_phone(number=NUMBER)
    assert "Codes by text go to this number too" in story.browser.open(HOME).text
    story.changes_phone(story.browser)
    assert story.codes_go_to() == THEN
    assert story.provider.happened("AuthenticatorRemoved") == []


def test_codes_by_text_to_another_number_stay_there(story: Story) -> None:
    story.provider.add_phone(number="+447700900777")
    assert "Codes by text go to another number, ending in 777" in story.browser.open(HOME).text
    story.changes_phone(story.browser)
    assert story.codes_go_to() == "+447700900777"


def test_a_number_is_removed_and_codes_by_text_with_it(story: Story) -> None:
    story.provider.add_phone(number=NUMBER)
    elsewhere = story.another()
    story.browser.open(story.browser.open(PHONE).link("Remove this number"))
    assert "Codes by text are turned off" in story.browser.page.text
    assert "Your phone number is removed" in story.browser.submit().text
    assert "None yet" in story.browser.page.text
    assert ("phone_number" in story.ana().claims, story.codes_go_to()) == (False, None)
    assert "Sign in to your account" in elsewhere.open(HOME).text
    assert len(about(story.post.mails(), "Your phone number was removed")) == 1
    assert [event.reason for event in story.provider.happened("PhoneChanged")] == ["removed"]
    assert story.browser.open(f"{PHONE}/remove").url.endswith(PHONE)


def test_a_number_is_removed_once(story: Story) -> None:
    story.browser.open(f"{PHONE}/remove")
    form = story.browser.page.forms[0]
    story.browser.submit()
    assert "There was no phone number" in story.browser.post(form.action, form.fields).text
    assert len(story.provider.happened("PhoneChanged")) == 1


@pytest.mark.parametrize("typed", ["", "12", "020 7946 0101", "+447700900119;ext=1", "٠٧٧٠٠", "x" * 5000, NUMBER])
def test_what_is_no_new_mobile_sends_nothing(story: Story, typed: str) -> None:
    story.browser.open(PHONE)
    assert story.browser.submit(contact=typed).status == 422
    assert story.post.texts() == []


def test_a_step_that_is_skipped_changes_nothing(story: Story) -> None:
    story.browser.open(PHONE)
    token = {"csrf_token": story.browser.page.forms[0].fields["csrf_token"]}
    assert story.browser.open(f"{PHONE}/code").url.endswith(PHONE)
    assert story.browser.post(f"{PHONE}/code", token | {"code": "123456"}).url.endswith(PHONE)
    assert story.browser.post(f"{PHONE}/other", token | {"by": "text_code"}).url.endswith(PHONE)
    assert story.browser.post(f"{PHONE}/code", {"code": "123456"}).status == 403
    assert story.provider.happened("PhoneChanged") == []


def test_a_proof_of_ten_minutes_ago_is_asked_for_again(story: Story) -> None:
    assert story.app is not None
    story.browser.open(PHONE)
    form = story.browser.page.forms[0]
    story.clock.advance(10 * MINUTE)
    assert "Confirm it’s you" in story.browser.open(PHONE).text
    assert "Confirm it’s you" in story.browser.post(form.action, form.fields | {"contact": OTHER}).text
    assert story.post.texts() == []


def test_who_has_a_password_alone_is_vouched_for_by_a_contact_first(plain_story: Story) -> None:
    story = plain_story
    story.browser.open(PHONE)
    assert "We mailed a code with six digits to a•••@example.test" in story.browser.submit(contact=OTHER).text
    assert story.post.texts() == []
    assert "your phone number becomes •••• 119" in read(about(story.post.mails(), "Your code")[-1])
    assert story.browser.submit(code=other_than(story.post.code("mail_code"))).status == 422
    assert "six digits to +44 7700 900119" in story.browser.submit(code=story.post.code("mail_code")).text
    assert "is changed" in story.browser.submit(code=story.post.texts()[-1].code).text


def test_a_number_is_not_removed_by_a_password_alone(plain_story: Story) -> None:
    story = plain_story
    story.browser.open(f"{PHONE}/remove")
    assert "We mailed a code with six digits to a•••@example.test" in story.browser.submit().text
    assert story.ana().claims["phone_number"] == NUMBER
    letter = about(story.post.mails(), "Your code")[-1]
    assert "With this code your phone number is removed" in read(letter)
    assert "is changed" in story.browser.submit(code=story.post.code("mail_code")).text
    assert "phone_number" not in story.ana().claims
    assert [event.reason for event in story.provider.happened("PhoneChanged")] == ["removed"]


def test_another_contact_can_vouch(plain_story: Story) -> None:
    story = plain_story
    story.browser.open(f"{HOME}/email")
    story.browser.submit(contact="ana.new@example.org")
    assert "We texted a code with six digits to •••• 118" in story.browser.submit(press="by").text
    assert "six digits to ana.new@example.org" in story.browser.submit(code=story.post.texts()[-1].code).text
    assert "is changed" in story.browser.submit(code=story.code_to("ana.new@example.org")).text


def test_the_password_alone_changes_nothing(plain_story: Story) -> None:
    """Neither by skipping the code to the contact that is held, nor by that code in place of the new contact's."""
    story = plain_story
    story.browser.open(f"{HOME}/email")
    story.browser.submit(contact="thief@example.org")
    form = story.browser.page.forms[0]
    assert [mail["To"] for mail in story.post.mails() if mail["To"] == "thief@example.org"] == []
    code = story.post.code("mail_code")
    story.browser.post(form.action, form.fields | {"code": "000000", "vouched": "1"})
    story.browser.post(f"{HOME}/email/other", form.fields | {"by": "totp"})
    assert story.provider.happened("EmailChanged") == []
    story.browser.post(form.action, form.fields | {"code": code})
    assert story.browser.post(form.action, form.fields | {"code": code}).status == 422
    assert story.provider.happened("EmailChanged") == []


def test_the_code_of_a_contact_vouches_for_what_its_mail_says_and_nothing_else(plain_story: Story) -> None:
    """Whoever has the password puts another address in place of the owner's, and the owner types the code of their own."""
    story, browser, asked = plain_story, plain_story.browser, "ana.work@example.org"
    browser.open(f"{HOME}/email")
    browser.submit(contact=asked)
    code = story.code_to("ana@example.test")
    browser.open(f"{HOME}/email")
    browser.submit(contact="thief@example.org")
    assert browser.submit(code=code).status == 422
    assert [mail["To"] for mail in story.post.mails() if mail["To"] == "thief@example.org"] == []
    browser.open(f"{HOME}/email")
    browser.submit(contact=asked)
    assert f"six digits to {asked}" in browser.submit(code=code).text
    browser.open(f"{HOME}/email")
    browser.submit(contact="thief@example.org")
    assert [mail["To"] for mail in story.post.mails() if mail["To"] == "thief@example.org"] == []
    assert "six digits to a•••@example.test" in browser.open(f"{HOME}/email/code").text


def test_a_code_that_changes_the_number_removes_none(plain_story: Story) -> None:
    story, browser = plain_story, plain_story.browser
    browser.open(PHONE)
    browser.submit(contact=OTHER)
    code = story.post.code("mail_code")
    browser.open(f"{PHONE}/remove")
    browser.submit()
    assert browser.submit(code=code).status == 422
    browser.open(PHONE)
    browser.submit(contact=OTHER)
    assert "six digits to +44 7700 900119" in browser.submit(code=code).text
    browser.open(f"{PHONE}/remove")
    browser.submit()
    assert story.ana().claims["phone_number"] == NUMBER
