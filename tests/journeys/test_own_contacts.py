"""Customers change how we reach them: the new contact confirms, the old one is told, and whoever else was in is out."""

from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from idp.subjects.subjects import Subject
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import STEP, AuthenticatorApp
from tests.drivers.browser import Browser, Page
from tests.drivers.post import CODE, Post, other_than, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

HOME = "/account/details"
EMAIL, PHONE = f"{HOME}/email", f"{HOME}/phone"
OLD, NEW = "ana@example.test", "ana.new@example.org"
NUMBER, OTHER = "+447700900118", "07700 900119"
MINUTE = timedelta(minutes=1)


@dataclass
class Story:
    """Ana with an authenticator app, signed in at `browser` on the way to a shop of one brand."""

    provider: Provider
    shop: RelyingParty
    app: AuthenticatorApp
    post: Post
    clock: TestClock
    browser: Browser

    def another(self) -> Browser:
        """Ana, signed in in one more browser."""
        self.clock.advance(STEP)
        return signed_in(self.provider, self.shop, self.app)

    def code_to(self, address: str) -> str:
        """The code in the mail that went there last."""
        mails = [mail for mail in self.post.mails() if mail["To"] == address]
        return CODE.findall(read(mails[-1]))[0]

    def changes_email(self, browser: Browser, to: str = NEW) -> Page:
        browser.open(EMAIL)
        browser.submit(contact=to)
        return browser.submit(code=self.code_to(to))

    def ana(self) -> Subject:
        with self.provider.house.ground.database.reading() as db:
            found = self.provider.house.people.subjects.find(db, "ana")
        assert found is not None
        return found


def signed_in(provider: Provider, shop: RelyingParty, app: AuthenticatorApp) -> Browser:
    browser = provider.browser()
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    assert browser.submit(code=app.code()).left
    return browser


@pytest.fixture(params=["stellantis", "alphera"])
def brand(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def story(provider: Provider, brand: str, clock: TestClock, tmp_path: Path) -> Story:
    provider.add_customer(given_name="Ana")
    shop = provider.add_client("shop", brand=brand, consent="implied")
    app = provider.add_app()
    return Story(provider, shop, app, Post(provider, tmp_path), clock, signed_in(provider, shop, app))


def about(mails: list[EmailMessage], subject: str) -> list[EmailMessage]:
    return [mail for mail in mails if str(mail["Subject"]).startswith(subject)]


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
