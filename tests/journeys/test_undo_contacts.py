"""From the old contact a change is taken back for seven days; whoever made it is thrown out and finds no way in again."""

from datetime import timedelta
from threading import Event

import pytest

from idp.cli.worker import chores, do
from idp.subjects import details
from tests.builders import ANA_PASSWORD
from tests.drivers.authenticator_app import STEP
from tests.drivers.browser import Browser, Page
from tests.journeys.contact_story import EMAIL, HOME, MINUTE, NEW, NUMBER, OLD, OTHER, Story, about
from tests.journeys.recoveries import NEW as CHOSEN
from tests.journeys.recoveries import OVER, asked, letters, newest, reset

WEEK = timedelta(days=7)


def takes_back(browser: Browser, link: str) -> Page:
    assert "change it back" in browser.open(link).text
    return browser.submit()


def test_the_old_address_takes_it_back_and_everything_ends(story: Story) -> None:
    thief = story.browser
    tokens = story.shop.redeem(story.shop.code(thief.open(story.shop.request())))
    story.changes_email(thief)
    (link,) = story.undo_links()
    owner = story.provider.browser()
    page = owner.open(link)
    assert ("change it back" in page.text, f"It was {OLD} before" in page.text) == (True, True)
    assert link.rpartition("/")[2] not in page.url
    assert "Your contacts are as they were before" in owner.submit().text
    assert owner.page.link("Choose a new password").startswith("/recovery?brand=")
    assert (story.ana().email, story.ana().email_verified) == (OLD, True)
    assert "Sign in to your account" in thief.open(HOME).text
    assert story.shop.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert "locked" in thief.sign_in("ana", ANA_PASSWORD).text
    assert "This link is no longer good" in owner.open(link).text
    assert [event.reason for event in story.provider.happened("ContactUndone")] == ["email"]
    (told,) = about(story.post.mails(), "Your contacts are as they were before")
    assert told["To"] == OLD


def test_the_way_back_leads_to_a_new_password_and_the_thief_finds_none(plain_story: Story) -> None:
    """The thief has begun a recovery at the new address: what was mailed there opens nothing any more."""
    story, thief = plain_story, plain_story.provider.browser()
    story.browser.open(EMAIL)
    story.browser.submit(contact=NEW)
    story.browser.submit(code=story.post.code("mail_code"))
    story.browser.submit(code=story.code_to(NEW))
    asked(thief, story.shop)
    assert letters(story.post)[-1]["To"] == NEW
    taken, _ = newest(story.post)
    owner = story.provider.browser()
    takes_back(owner, story.undo_links()[0])
    assert OVER in thief.open(taken).text
    owner.open(owner.page.link("Choose a new password"))
    owner.submit(name="ana")
    assert letters(story.post)[-1]["To"] == OLD
    link, _ = newest(story.post)
    assert "Your password is changed" in reset(owner, link).text
    owner.open(story.shop.request())
    assert owner.sign_in("ana", CHOSEN).left


def test_looking_at_the_link_uses_nothing_up(story: Story) -> None:
    """Mail scanners follow every link, by GET and by HEAD, and some of them from many places."""
    story.changes_email(story.browser)
    (link,) = story.undo_links()
    client = story.provider.app.test_client()
    for _ in range(3):
        assert client.get(link, base_url=story.provider.issuer, follow_redirects=True).status_code == 200
        assert client.head(link, base_url=story.provider.issuer, follow_redirects=True).status_code == 200
    assert story.ana().email == NEW
    assert "as they were before" in takes_back(story.provider.browser(), link).text


def test_the_page_of_one_browser_is_no_good_in_another(story: Story) -> None:
    story.changes_email(story.browser)
    (link,) = story.undo_links()
    page = story.provider.browser().open(link)
    assert "no longer good" in story.provider.browser().open(page.url).text
    assert story.ana().email == NEW


def test_after_a_week_it_stays_as_it_is(story: Story) -> None:
    story.changes_email(story.browser)
    (link,) = story.undo_links()
    story.clock.advance(WEEK - MINUTE)
    browser = story.provider.browser()
    assert "change it back" in browser.open(link).text
    story.clock.advance(MINUTE)
    assert "no longer good" in browser.submit().text
    assert story.ana().email == NEW


@pytest.mark.parametrize("made_up", ["x", "%00", "a" * 43, "../../account", "a" * 3000])
def test_made_up_links_lead_to_a_calm_page(story: Story, made_up: str) -> None:
    assert story.browser.open(f"/undo/{made_up}").status in (200, 400, 404, 414)
    assert story.browser.open("/undo").status == 200
    assert story.ana().email == OLD


def test_the_address_held_first_wins(story: Story) -> None:
    story.changes_email(story.browser)
    story.clock.advance(MINUTE)
    story.changes_email(story.browser, "eve@example.test")
    first, second = story.undo_links()
    assert "as they were before" in takes_back(story.provider.browser(), first).text
    assert story.ana().email == OLD
    assert "no longer good" in story.provider.browser().open(second).text


def test_each_mail_brings_back_what_it_said(story: Story) -> None:
    story.changes_email(story.browser)
    story.clock.advance(MINUTE)
    story.changes_email(story.browser, "eve@example.test")
    first, second = story.undo_links()
    takes_back(story.provider.browser(), second)
    assert story.ana().email == NEW
    takes_back(story.provider.browser(), first)
    assert story.ana().email == OLD


def test_what_was_changed_afterwards_goes_too(story: Story) -> None:
    """A thief who has the mailbox of the account changes the number as well, and hears alone of it."""
    story.provider.add_phone(number=NUMBER)
    story.changes_email(story.browser)
    story.clock.advance(MINUTE)
    story.changes_phone(story.browser)
    assert story.codes_go_to() == "+447700900119"
    first, second = story.undo_links()
    takes_back(story.provider.browser(), first)
    assert (story.ana().email, story.ana().claims["phone_number"], story.codes_go_to()) == (OLD, NUMBER, NUMBER)
    assert "no longer good" in story.provider.browser().open(second).text


def test_what_the_same_address_was_told_before_goes_too(story: Story) -> None:
    """A thief changes the number first and the address next; the owner opens the newest mail, as people do."""
    story.changes_phone(story.browser)
    story.clock.advance(MINUTE)
    story.changes_email(story.browser)
    first, second = story.undo_links()
    assert "as they were before" in takes_back(story.provider.browser(), second).text
    assert (story.ana().email, story.ana().claims["phone_number"]) == (OLD, NUMBER)
    assert "no longer good" in story.provider.browser().open(first).text


@pytest.mark.parametrize("number", ["07700 900118", "020 7946 0101"])
def test_a_number_that_nobody_confirmed_comes_back_as_it_was(story: Story, number: str) -> None:
    """A landline too, which no code could be sent to."""
    with story.provider.house.ground.database.transaction() as db:
        held = story.provider.house.people.subjects.hold(db, story.subject_id)
        assert held is not None
        details.set_phone(db, held, number, story.clock.now(), confirmed=False)
    story.changes_phone(story.browser)
    takes_back(story.provider.browser(), story.undo_links()[0])
    assert details.phone_of(story.ana().claims) == (number, False)


def test_a_thief_who_changes_the_address_does_not_close_the_account_behind_its_owners_back(story: Story) -> None:
    story.changes_email(story.browser)
    story.browser.open("/account/close")
    story.browser.submit(username="ana")
    told = about(story.post.mails(), "Your account will be closed")
    assert {str(mail["To"]) for mail in told} == {OLD, NEW}
    takes_back(story.provider.browser(), story.undo_links()[0])
    story.clock.advance(timedelta(days=11))
    for chore in chores(story.provider.house):
        if "clos" in chore.name:
            do(chore, Event())
    assert [str(mail["To"]) for mail in about(story.post.mails(), "Three days left")] == [OLD]


def test_an_address_that_can_come_back_is_nobody_elses(story: Story) -> None:
    story.changes_email(story.browser)
    story.provider.add_customer("ben")
    story.provider.puts_off_the_offer("ben")
    ben = story.provider.browser()
    ben.open(story.shop.request())
    ben.sign_in("ben", ANA_PASSWORD)
    ben.open(EMAIL)
    ben.submit(contact=OLD)
    assert f"six digits to {OLD}" in ben.submit(code=story.code_to("ben@example.test")).text
    assert about(story.post.mails(), "Confirm your e-mail address")[-1]["To"] == NEW
    assert about(story.post.mails(), "Somebody wanted your e-mail address")[-1]["To"] == OLD


def test_an_address_given_away_meanwhile_does_not_come_back_and_the_new_one_opens_nothing(story: Story) -> None:
    story.changes_email(story.browser)
    story.provider.add_customer("heir", email=OLD)
    (link,) = story.undo_links()
    assert "another account has it by now" in takes_back(story.provider.browser(), link).text
    assert (story.ana().email, story.ana().email_verified) == (NEW, False)
    assert "Sign in to your account" in story.browser.open(HOME).text


def test_an_unconfirmed_address_gets_no_say(story: Story) -> None:
    with story.provider.house.ground.database.transaction() as db:
        held = story.provider.house.people.subjects.hold(db, story.subject_id)
        assert held is not None
        details.doubt_email(db, held, story.clock.now())
    assert "Not confirmed yet" in story.browser.open(EMAIL).text
    story.changes_email(story.browser)
    assert story.undo_links() == []
    assert story.ana().email_verified


def test_a_number_taken_back(story: Story) -> None:
    story.changes_phone(story.browser)
    (link,) = story.undo_links()
    owner = story.provider.browser()
    assert "•••• 118" in owner.open(link).text
    owner.submit()
    assert story.ana().claims["phone_number"] == NUMBER


def test_a_number_that_was_added_goes_again(story: Story) -> None:
    with story.provider.house.ground.database.transaction() as db:
        held = story.provider.house.people.subjects.hold(db, story.subject_id)
        assert held is not None
        details.set_phone(db, held, None, story.clock.now())
    story.changes_phone(story.browser, OTHER)
    (link,) = story.undo_links()
    owner = story.provider.browser()
    assert "There was none before" in owner.open(link).text
    owner.submit()
    assert "phone_number" not in story.ana().claims


def test_of_two_changes_that_the_same_address_was_told_of_the_first_counts(story: Story) -> None:
    """The newest link says, and brings back, the number that was there before any change."""
    story.browser.open(f"{HOME}/phone/remove")
    story.browser.submit()
    story.clock.advance(STEP)
    story.changes_phone(story.browser, OTHER)
    owner = story.provider.browser()
    assert "It was •••• 118 before" in owner.open(story.undo_links()[-1]).text
    owner.submit()
    assert story.ana().claims["phone_number"] == NUMBER


def test_links_lead_to_our_own_address_whoever_asks(story: Story) -> None:
    story.browser.open(EMAIL)
    story.browser.submit(contact=NEW)
    form = story.browser.page.forms[0]
    fields = form.fields | {"code": story.code_to(NEW)}
    poisoned = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    story.browser.post(f"{EMAIL}/code", fields, headers=poisoned)
    mails = about(story.post.mails(), "Your e-mail address was changed")
    bodies = [part.get_content() for mail in mails for part in mail.walk() if part.get_content_maintype() == "text"]
    assert bodies
    assert not any("evil.example" in str(body) for body in bodies)
    assert any(f"{story.provider.issuer}/undo/" in str(body) for body in bodies)
