"""Customers change their password: judged by the rule of every new one, and whoever else was in is out."""

import pytest

from tests.builders import ANA_PASSWORD
from tests.journeys.contact_story import MINUTE, Story, about

PAGE = "/account/password"
NEW = "violet harbour copper 41"


def changes(story: Story, password: str = NEW) -> str:
    story.browser.open(PAGE)
    return story.browser.submit(password=password).text


def test_the_password_is_changed_and_counts_from_then_on(story: Story) -> None:
    elsewhere = story.another()
    tokens = story.shop.redeem(story.shop.code(elsewhere.open(story.shop.request())))
    mine = story.shop.redeem(story.shop.code(story.browser.open(story.shop.request())))
    story.browser.open("/account/security")
    assert "Last changed today" in story.browser.open(PAGE).text
    assert "Your password is changed" in story.browser.submit(password=NEW).text
    assert "Sign in to your account" in elsewhere.open(PAGE).text
    assert story.shop.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert story.shop.refresh(mine["refresh_token"]).status == 200
    assert "That did not match" in elsewhere.sign_in("ana", ANA_PASSWORD).text
    assert "code from your app" in elsewhere.sign_in("ana", NEW).text
    assert [event.reason for event in story.provider.happened("PasswordChanged")] == ["changed"]
    assert len(about(story.post.mails(), "Your password was changed")) == 1


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "Type your new password"),
        ("short", "too short"),
        ("password password", "easy to guess"),
        ("Ana Ana Ana Ana 1987", "easy to guess"),
        ("ana@example.test", "easy to guess"),
        ("Stellantis2026!", "easy to guess"),
        ("x" * 2000, "too long"),
        (ANA_PASSWORD, "That is your password already"),
    ],
)
def test_a_password_that_does_not_do_changes_nothing(story: Story, password: str, said: str) -> None:
    story.browser.open(PAGE)
    page = story.browser.submit(password=password)
    assert (page.status, said in page.text) == (422, True)
    assert f'value="{password}"' not in page.body or not password
    assert story.provider.happened("PasswordChanged") == []


def test_the_page_is_no_place_to_find_a_password_out(story: Story) -> None:
    for _ in range(10):
        assert "That is your password already" in changes(story, ANA_PASSWORD)
    story.browser.open(PAGE)
    assert story.browser.submit(password=ANA_PASSWORD).status == 429
    assert story.provider.happened("PasswordChanged") == []


def test_a_proof_of_long_ago_is_asked_for_again(story: Story) -> None:
    story.browser.open(PAGE)
    form = story.browser.page.forms[0]
    story.clock.advance(10 * MINUTE)
    assert "Confirm it’s you" in story.browser.post(form.action, form.fields | {"password": NEW}).text
    assert story.provider.happened("PasswordChanged") == []


def test_password_managers_find_the_page(story: Story) -> None:
    """W3C, A Well-Known URL for Changing Passwords, 2: a redirect; and nothing that is not there seems to be."""
    found = story.browser.open("/.well-known/change-password", follow=False)
    assert (found.status, found.headers["Location"]) == (303, PAGE)
    assert "New password" in story.browser.open("/.well-known/change-password").text
    made_up = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert story.browser.open(made_up).status == 404
    assert "Sign in to your account" in story.provider.browser().open("/.well-known/change-password").text


def test_who_has_a_password_alone_types_it_first(plain_story: Story) -> None:
    plain_story.clock.advance(10 * MINUTE)
    plain_story.browser.open(PAGE)
    plain_story.browser.submit(password=ANA_PASSWORD)
    assert "Your password is changed" in plain_story.browser.submit(password=NEW).text
