"""Each way back in that `docs/recovery.md` promises, in Chromium, from the portal of each brand: without the password."""

import pytest
from playwright.sync_api import expect

from tests.browser.getting_back import Agreement, Outsider
from tests.browser.lost import CODE, newest
from tests.browser.visitor import OF_ALL_OTHERS

pytestmark = pytest.mark.browser

PHONES = {"stellantis": "+447700900221", "alphera": "+447700900222"}


def test_the_mailbox_is_left(outsider: Outsider) -> None:
    outsider.comes_to_a_new_password()
    outsider.chooses_a_password()
    outsider.is_in()


def test_the_app_is_left(outsider: Outsider) -> None:
    app = outsider.household.add_app(outsider.name)
    outsider.comes_to_a_new_password()
    outsider.visitor.reads("Enter the code from your app")
    outsider.types(app.code())
    outsider.chooses_a_password()


def test_a_passkey_is_left(outsider: Outsider) -> None:
    outsider.asks_for_help()
    outsider.opens_the_link()
    outsider.plugs_in_a_passkey()
    outsider.visitor.press("Choose a new password")
    outsider.visitor.press("Use your passkey")
    outsider.chooses_a_password()


def test_the_phone_is_left(outsider: Outsider) -> None:
    outsider.office.add_phone(outsider.name, PHONES[outsider.brand])
    outsider.comes_to_a_new_password()
    outsider.visitor.press("Text me a code")
    outsider.visitor.reads("Enter the code we texted")
    outsider.types(newest(outsider.office, PHONES[outsider.brand], CODE))
    outsider.chooses_a_password()


def test_a_recovery_code_is_left(outsider: Outsider) -> None:
    outsider.household.add_app(outsider.name)
    kept, *_ = outsider.household.add_recovery_codes(outsider.name)
    outsider.comes_to_a_new_password()
    outsider.visitor.follow("I can’t use this")
    outsider.visitor.follow("Use one of your recovery codes")
    outsider.types(kept, "Recovery code")
    outsider.chooses_a_password()


def test_the_code_of_the_mail_leads_back_to_the_sign_in(outsider: Outsider) -> None:
    outsider.visitor.customer_login(outsider.brand)
    begun = outsider.visitor.page.url
    outsider.visitor.follow("Can’t sign in?")
    outsider.asks()
    outsider.types_the_long_code()
    outsider.visitor.press("Choose a new password")
    outsider.chooses_a_password()
    outsider.visitor.follow("Sign in")
    expect(outsider.visitor.page).to_have_url(begun)
    outsider.tries()
    outsider.visitor.reads("Make your sign-in safer")


def test_the_mail_names_who_gave_the_address(outsider: Outsider) -> None:
    outsider.asks_for_help(outsider.email)
    assert outsider.mailed(r"Your username: (\S+)") == outsider.name
    outsider.is_in(OF_ALL_OTHERS)


def test_the_agreement_names_who_knows_no_address(holder: Outsider, agreement: Agreement) -> None:
    visitor = holder.visitor
    visitor.visit(holder.brand)
    visitor.follow("Can’t sign in?")
    visitor.page.get_by_text("I don’t know my username").click()
    visitor.follow("Find my account by my agreement")
    holder.tells_of(agreement)
    visitor.press("Send the e-mail")
    visitor.reads("Look in your mail")
    assert holder.mailed(r"Your username: (\S+)") == holder.name
    holder.is_in(OF_ALL_OTHERS, agreement.number)


def test_the_number_of_the_agreement_alone(holder: Outsider, agreement: Agreement) -> None:
    holder.asks_for_help(agreement.number)
    holder.opens_the_link()
    assert holder.name not in (holder.visitor.page.text_content("body") or "")
    holder.visitor.press("Choose a new password")
    holder.chooses_a_password()
    holder.is_in(greeted=agreement.number)
