"""The sign-in page under real fingers: mistakes, keyboard, tabs, the back button, shared computers."""

import pytest
from playwright.sync_api import Page, Request, expect

from idp.core.language import LANGUAGES
from tests.browser.conftest import OpenBrowser
from tests.browser.visitor import PASSWORDS, Visitor

pytestmark = pytest.mark.browser

LARGEST_TRANSFER = 30 * 1024
WIDTH_OF_A_RING = 3


def test_a_wrong_password_keeps_the_name_and_takes_the_focus_to_what_happened(visitor: Visitor) -> None:
    visitor.customer_login("stellantis")
    visitor.fill_in("ana", "not my password")
    visitor.press("Sign in")
    expect(visitor.page.get_by_role("alert")).to_contain_text("That did not match")
    expect(visitor.page.get_by_role("alert")).to_be_focused()
    expect(visitor.page).to_have_title(
        "That did not match – Sign in to Stellantis customer portal – Stellantis Financial Services"
    )
    expect(visitor.page.get_by_label("Username or e-mail")).to_have_value("ana")
    expect(visitor.page.get_by_label("Password", exact=True)).to_have_value("")
    visitor.sign_in("ana")
    visitor.reads("Your agreements")


def test_neither_reload_nor_the_back_button_sends_a_password_again(visitor: Visitor) -> None:
    visitor.customer_login("stellantis")
    visitor.fill_in("ana", "not my password")
    visitor.press("Sign in")
    visitor.sees("That did not match")
    visitor.page.reload()
    visitor.reads("Sign in to Stellantis customer portal")
    visitor.fill_in("ana", "still not my password")
    visitor.press("Sign in")
    visitor.sees("That did not match")
    visitor.sign_in("ana")
    visitor.reads("Your agreements")
    visitor.page.go_back()
    visitor.reads("You have already answered here")


def test_the_mail_address_signs_in_too(visitor: Visitor) -> None:
    visitor.customer_login("stellantis")
    visitor.fill_in("Ana@Example.test", PASSWORDS["ana"])
    visitor.press("Sign in")
    visitor.sees("Ana Ferreira")


def test_the_password_can_be_shown_and_is_hidden_again_when_it_is_sent(visitor: Visitor) -> None:
    visitor.customer_login("stellantis")
    visitor.fill_in("ana", "what I typed")
    field = visitor.page.locator("#password")
    visitor.press("Show password")
    expect(field).to_have_attribute("type", "text")
    visitor.press("Hide password")
    expect(field).to_have_attribute("type", "password")


def test_caps_lock_is_noticed_and_forgotten(visitor: Visitor) -> None:
    visitor.customer_login("alphera")
    visitor.page.wait_for_load_state()  # a key that is pressed before the script is there is heard by nobody
    notice = visitor.page.locator("[data-caps]")
    press = "(field, on) => field.dispatchEvent(new KeyboardEvent('keyup', { modifierCapsLock: on, bubbles: true }))"
    for on, words in ((True, "Caps Lock is on. Capital letters matter in a password."), (False, "")):
        visitor.page.locator("#password").evaluate(press, on)
        expect(notice).to_have_text(words)


def test_by_keyboard_alone_with_the_focus_in_sight_all_the_way(visitor: Visitor) -> None:
    page = visitor.page
    visitor.visit("alphera")
    tab_to(page, "Customer Login")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Username or e-mail")).to_be_focused()
    in_sight(page)
    page.keyboard.type("dev")
    tab_to(page, "Password")
    page.keyboard.type(PASSWORDS["dev"])
    tab_to(page, "This is a shared computer")
    page.keyboard.press("Space")
    tab_to(page, "Sign in")
    page.keyboard.press("Enter")
    visitor.sees("Volvo EX30 Plus")
    tab_to(page, "Sign out")
    page.keyboard.press("Enter")
    visitor.reads("You are signed out")


def test_enter_in_the_password_field_sends_the_form_once(visitor: Visitor) -> None:
    sent: list[str] = []
    visitor.page.on("request", lambda request: sent.append(request.url) if is_form(request) else None)
    visitor.customer_login("stellantis")
    visitor.page.wait_for_load_state("load")
    visitor.fill_in("ana", PASSWORDS["ana"])
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Enter")
    visitor.reads("Your agreements")
    assert len(sent) == 1


def test_two_tabs_both_arrive(visitor: Visitor) -> None:
    other = visitor.another_tab()
    visitor.customer_login("stellantis")
    other.customer_login("stellantis")
    visitor.sign_in("ana")
    visitor.reads("Your agreements")
    other.sign_in("ana")
    other.reads("Your agreements")
    visitor.page.reload()
    visitor.reads("Your agreements")


def test_a_tab_that_was_left_open_goes_on_without_the_password(visitor: Visitor) -> None:
    other = visitor.another_tab()
    other.customer_login("stellantis")
    visitor.sign_in_at("stellantis", "ana")
    other.page.reload()
    other.reads("Your agreements")


def test_the_back_button_after_signing_in_does_no_harm(visitor: Visitor) -> None:
    visitor.sign_in_at("stellantis", "ana")
    visitor.page.go_back()
    visitor.reads("You have already answered here")
    visitor.follow("Back to Stellantis customer portal")
    expect(visitor.page).to_have_url(visitor.portal("stellantis"))
    visitor.follow("Go to your agreements")
    visitor.sees("Ana Ferreira")


def test_the_back_button_after_signing_out_shows_no_account(visitor: Visitor) -> None:
    visitor.sign_in_at("stellantis", "ana")
    visitor.press("Sign out")
    visitor.reads("You are signed out")
    visitor.visit("stellantis")
    for _ in range(3):
        visitor.page.go_back()
        expect(visitor.page.locator("body")).not_to_contain_text("£19,861.75")


def test_a_shared_computer_keeps_nothing_that_outlives_the_browser(visitor: Visitor) -> None:
    visitor.customer_login("stellantis")
    tick = visitor.page.get_by_label("This is a shared computer")
    expect(tick).not_to_be_checked()
    tick.check()
    visitor.sign_in("ana")
    visitor.reads("Your agreements")
    cookies = visitor.cookies()
    assert {cookie["name"] for cookie in cookies} == {"idp_session", "idp_browser_state", "idp_browser", "stellantis_portal"}
    assert all((cookie["expires"], cookie["sameSite"]) == (-1, "Lax") for cookie in cookies)
    assert [cookie["name"] for cookie in cookies if not cookie["httpOnly"]] == ["idp_browser_state"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_page_is_light_and_asks_nobody_else(open_browser: OpenBrowser, language: str) -> None:
    visitor = open_browser(locale=language)
    finished: list[Request] = []

    def note(request: Request) -> None:
        finished.append(request)

    visitor.visit("stellantis")
    visitor.page.on("requestfinished", note)
    visitor.follow_entry()
    visitor.page.wait_for_load_state("networkidle")
    loaded = [request for request in finished if request.url.startswith(visitor.places.issuer)]
    assert {request.resource_type for request in loaded} >= {"document", "stylesheet", "script", "image"}
    others = [request for request in finished if request not in loaded]
    assert all(request.url.startswith(visitor.portal("stellantis")) for request in others)
    sizes = [request.sizes() for request in loaded]
    assert 10_000 < sum(size["responseHeadersSize"] + size["responseBodySize"] for size in sizes) <= LARGEST_TRANSFER


def is_form(request: Request) -> bool:
    """Whether a person, and not a script, sent it."""
    return request.method == "POST" and request.is_navigation_request()


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what is called `name` has the focus; every stop on the way is in sight."""
    for _ in range(12):
        page.keyboard.press("Tab")
        in_sight(page)
        if name in page.locator(":focus").evaluate("e => e.labels?.length ? e.labels[0].textContent : e.textContent"):
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def in_sight(page: Page) -> None:
    """The focused element stands on the screen and wears the ring."""
    width, style = page.locator(":focus").evaluate(
        "e => [parseFloat(getComputedStyle(e).outlineWidth), getComputedStyle(e).outlineStyle]"
    )
    assert (width >= WIDTH_OF_A_RING, style) == (True, "solid")
    expect(page.locator(":focus")).to_be_in_viewport()
