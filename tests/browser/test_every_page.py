"""Every page, light on a phone and dark on a desk, in the colours of both brands: nothing for axe to find, nothing to scroll
sideways. Each page is walked to at one brand; what differs at the other by more than its colours has stories of its own."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page

from idp.demo.staff import STAFF
from idp.subjects.subjects import NewSubject
from tests.browser.conftest import OpenBrowser
from tests.browser.demo import Demo
from tests.browser.lost import loses_the_app
from tests.browser.office import Office
from tests.browser.shop import Shop, a_shop
from tests.browser.sound import OTHER, is_sound, is_sound_at_one_brand
from tests.browser.visitor import OF_ALL_OTHERS, Visitor
from tests.drivers.household import Household, vouched

pytestmark = pytest.mark.browser

BRANDS = ("stellantis", "alphera")
TEXTED = {"stellantis": "+447700900201", "alphera": "+447700900202"}
LOST_PHONE = {"stellantis": "+447700900211", "alphera": "+447700900212"}
SOMEBODY = {"stellantis": "ben", "alphera": "dev"}


at_stellantis, at_alphera = (pytest.mark.parametrize("brand", [brand]) for brand in BRANDS)


@pytest.fixture(scope="module")
def shops(demo: Demo, office: Office) -> Iterator[dict[str, Shop]]:
    """An application of somebody else in the dress of each brand."""
    with ExitStack() as opened:
        shops = {brand: opened.enter_context(a_shop(demo.issuer, brand)) for brand in BRANDS}
        for shop in shops.values():
            office.add_client(shop.metadata)
        yield shops


@at_stellantis
def test_the_portal(open_browser: OpenBrowser, brand: str) -> None:
    visitor = open_browser()
    for path in ("/", "/support", "/signed-out", "/callback?state=unknown"):
        visitor.visit(brand, path)
        is_sound(visitor.page)
    visitor.sign_in_at(brand, SOMEBODY[brand])
    is_sound(visitor.page)
    visitor.page.get_by_role("link", name="See schedule and payments").first.click()
    is_sound(visitor.page)
    for link in ("Payments", "Documents", "Personal details", "Help"):
        visitor.follow(link)
        is_sound(visitor.page)
    for path in ("/", "/signed-out", "/agreements/NOT-1"):
        visitor.visit(brand, path)
        is_sound(visitor.page)


def test_a_fleet(open_browser: OpenBrowser) -> None:
    visitor = open_browser()
    visitor.sign_in_at("stellantis", "fleet")
    visitor.reads("Your fleet")
    is_sound(visitor.page)


@at_alphera
def test_signing_in(open_browser: OpenBrowser, brand: str, shops: dict[str, Shop]) -> None:
    visitor, shop = open_browser(), shops[brand]
    visitor.customer_login(brand)
    is_sound(visitor.page)
    visitor.fill_in(SOMEBODY[brand], "a wrong password")
    visitor.press("Sign in")
    visitor.sees("That did not match")
    is_sound(visitor.page)
    visitor.sign_in(SOMEBODY[brand])
    visitor.reads("Your agreements")
    visitor.page.go_back()
    visitor.reads("You have already answered here")
    is_sound(visitor.page)
    for prompt, heading in (("login", "Confirm it’s you"), ("select_account", "Choose an account")):
        visitor.page.goto(shop.url(prompt=prompt))
        visitor.reads(heading)
        is_sound(visitor.page)


@at_stellantis
def test_locked(open_browser: OpenBrowser, brand: str) -> None:
    visitor = open_browser()
    visitor.customer_login(brand)
    for _ in range(4):
        visitor.fill_in(f"nobody-{brand}", "a wrong password")
        visitor.press("Sign in")
        visitor.sees("That did not match")
    visitor.fill_in(f"nobody-{brand}", "a wrong password")
    visitor.press("Sign in")
    visitor.reads("Sign-in by password is locked")
    is_sound(visitor.page)


@at_alphera
def test_codes_of_an_app_and_what_stands_in_for_it(open_browser: OpenBrowser, office: Office, brand: str) -> None:
    holder = f"holder-{brand}"
    office.add_customer(NewSubject(username=holder, email=f"{holder}@example.test", email_verified=True), OF_ALL_OTHERS)
    household = Household(office.house, office.house.ground.app)
    app = household.add_app(holder)
    household.add_recovery_codes(holder)
    visitor = open_browser()
    visitor.customer_login(brand)
    visitor.sign_in(holder)
    visitor.reads("Enter the code from your app")
    is_sound(visitor.page)
    for _ in range(5):
        visitor.page.get_by_label("Code", exact=True).fill(app.other_than_right())
        visitor.press("Continue")
        visitor.sees("That code did not match")
    is_sound(visitor.page)
    visitor.page.get_by_label("Code", exact=True).fill(app.code())
    visitor.press("Continue")
    visitor.reads("Codes are paused")
    is_sound(visitor.page)
    visitor.follow("Choose another way")
    visitor.reads("Choose another way")
    is_sound(visitor.page)
    visitor.follow("Use one of your recovery codes")
    visitor.reads("Enter a recovery code")
    is_sound(visitor.page)


@at_stellantis
def test_a_step_that_cannot_be_met(open_browser: OpenBrowser, office: Office, brand: str, shops: dict[str, Shop]) -> None:
    unknown = f"unconfirmed-{brand}"
    office.add_customer(NewSubject(username=unknown, email=f"{unknown}@example.test"), OF_ALL_OTHERS)
    visitor = open_browser()
    visitor.page.goto(shops[brand].url(acr_values="mfa"))
    visitor.fill_in(unknown, OF_ALL_OTHERS)
    visitor.press("Sign in")
    visitor.reads("One more way to sign in is needed")
    is_sound(visitor.page)


@at_alphera
def test_a_code_by_text(open_browser: OpenBrowser, office: Office, brand: str) -> None:
    texter = f"texter-{brand}"
    office.add_customer(NewSubject(username=texter, email=f"{texter}@example.test", email_verified=True), OF_ALL_OTHERS)
    office.add_phone(texter, TEXTED[brand])
    visitor = open_browser()
    visitor.customer_login(brand)
    visitor.sign_in(texter)
    visitor.reads("Get a code by text")
    is_sound(visitor.page)
    visitor.press("Text me a code")
    visitor.reads("Enter the code we texted")
    is_sound(visitor.page)
    visitor.page.get_by_label("Code", exact=True).fill("123 45")
    visitor.press("Continue")
    visitor.sees("That code did not match")
    is_sound(visitor.page)


@at_stellantis
def test_the_mail_about_a_lock(open_browser: OpenBrowser, demo: Demo, office: Office, brand: str) -> None:
    owner = f"locked-{brand}"
    office.add_customer(NewSubject(username=owner, email=f"{owner}@example.test", email_verified=True), OF_ALL_OTHERS)
    Household(office.house, office.house.ground.app).add_app(owner)
    visitor = open_browser()
    visitor.page.goto(demo.issuer + office.unlock_link(owner, brand))
    visitor.reads("Was it you?")
    is_sound(visitor.page)
    if brand == "alphera":
        opened = visitor.page.url
        visitor.press("It was me: open it again")
        visitor.page.get_by_label("Code").fill("1234")
        visitor.press("Continue")
        visitor.sees("That code did not match")
        is_sound(visitor.page)
        visitor.page.goto(opened)
    visitor.press("It was not me")
    visitor.reads("Thank you for telling us")
    is_sound(visitor.page)


@at_alphera
def test_the_way_back_in(open_browser: OpenBrowser, demo: Demo, office: Office, brand: str) -> None:
    owner = f"back-{brand}"
    office.add_customer(NewSubject(username=owner, email=f"{owner}@example.test", email_verified=True), OF_ALL_OTHERS)
    visitor = open_browser()
    for path in ("/recovery/agreement", f"/recovery?brand={brand}", "/recovery/agreement", "/recovery/sent"):
        visitor.page.goto(f"{demo.issuer}{path}")
        is_sound(visitor.page)
    visitor.page.goto(demo.issuer + office.recovery_link(owner, brand))
    visitor.reads("Get back in")
    is_sound(visitor.page)


@at_stellantis
def test_consent_and_the_answer_by_form(open_browser: OpenBrowser, brand: str, shops: dict[str, Shop]) -> None:
    visitor, shop = open_browser(), shops[brand]
    visitor.page.goto(shop.url(response_mode="form_post"))
    visitor.sign_in("ana")
    visitor.reads(f"Allow {shop.name}?")
    is_sound(visitor.page)
    visitor.page.route("**/formpost.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    visitor.press("Deny")
    visitor.reads(f"Taking you to {shop.name}")
    is_sound(visitor.page)


@at_alphera
def test_the_first_visit(open_browser: OpenBrowser, office: Office, brand: str) -> None:
    newcomer = f"newcomer-{brand}"
    office.add_customer(NewSubject(username=newcomer, email=f"{newcomer}@example.test", email_verified=True), OF_ALL_OTHERS)
    visitor = open_browser()
    visitor.customer_login(OTHER[brand])
    visitor.sign_in(newcomer)
    visitor.reads("We know of no agreement of yours")
    is_sound(visitor.page)
    visitor.customer_login(brand)
    visitor.sees("We know of no agreement of yours at")
    is_sound(visitor.page)


@at_stellantis
def test_the_offer_of_a_second_step(open_browser: OpenBrowser, office: Office, brand: str) -> None:
    careful = f"careful-{brand}"
    office.add_customer(NewSubject(username=careful, email=f"{careful}@example.test", email_verified=True), OF_ALL_OTHERS)
    visitor = open_browser()
    visitor.customer_login(brand)
    visitor.fill_in(careful, OF_ALL_OTHERS)
    visitor.press("Sign in")
    visitor.reads("Make your sign-in safer")
    is_sound(visitor.page)
    visitor.press("Not now")
    visitor.reads("We know of no agreement of yours")


@pytest.mark.parametrize("brand", BRANDS)
def test_a_lost_second_step(open_browser: OpenBrowser, office: Office, brand: str) -> None:
    """The way at both, as `docs/recovery.md` promises; a look at its pages at one, in the dress of both."""
    visitor = open_browser()
    loses_the_app(
        visitor, office, brand, f"loser-{brand}", LOST_PHONE[brand], lambda _name: is_sound_at_one_brand(visitor.page)
    )


@at_stellantis
def test_signing_out(open_browser: OpenBrowser, brand: str, shops: dict[str, Shop]) -> None:
    visitor, shop = open_browser(), shops[brand]
    visitor.sign_in_at(brand, SOMEBODY[brand])
    wrong = {"post_logout_redirect_uri": "http://localhost:1/", "client_id": shop.client_id}
    visitor.page.goto(shop.logout_url(**wrong))
    is_sound(visitor.page)
    visitor.page.goto(shop.logout_url(client_id=shop.client_id))
    visitor.reads("Sign out?")
    is_sound(visitor.page)
    visitor.press("Stay signed in")
    visitor.reads("You are still signed in")
    is_sound(visitor.page)
    visitor.page.goto(shop.logout_url(client_id=shop.client_id))
    visitor.press("Sign out everywhere")
    visitor.reads("You’re signed out")
    is_sound(visitor.page)


@at_alphera
def test_ones_own_security(open_browser: OpenBrowser, office: Office, demo: Demo, brand: str) -> None:
    owner = f"keeper-{brand}"
    office.add_customer(NewSubject(username=owner, email=f"{owner}@example.test", email_verified=True), OF_ALL_OTHERS)
    visitor, page = (opened := open_browser()), opened.page
    visitor.customer_login(brand)
    visitor.sign_in(owner)
    page.goto(f"{demo.issuer}/account/security")
    visitor.sees("Only your password protects your account")
    is_sound(page)
    for path in ("apps", "recovery-codes", "browsers", "browsers/others"):
        page.goto(f"{demo.issuer}/account/security/{path}")
        is_sound(page)
    sets_up_a_first_app(visitor, office, owner)
    page.goto(f"{demo.issuer}/account/security/text")
    is_sound(page)
    page.get_by_label("Mobile number").fill("07700 900118")
    visitor.press("Text me a code")
    visitor.reads("Type the code")
    is_sound(page)
    page.goto(f"{demo.issuer}/account/security/apps/new")
    page.get_by_label("Code", exact=True).fill("123 45")
    visitor.press("Add this app")
    visitor.sees("That code did not match")
    is_sound(page)
    page.get_by_label("Code", exact=True).fill(code_on_page(page))
    visitor.press("Add this app")
    visitor.sees("“My phone” is added")
    page.goto(f"{demo.issuer}/account/security/recovery-codes")
    visitor.press("Replace my codes by ten new ones")
    visitor.reads("Your recovery codes")
    codes = page.locator(".codes code").all_inner_texts()
    assert page.get_by_role("button", name="Print the codes").is_visible()
    with page.expect_download() as saved:
        visitor.follow("Save as a text file")
    assert [line for line in Path(saved.value.path()).read_text().splitlines() if line in codes] == codes
    is_sound(page)
    page.reload()
    visitor.sees("10 of 10 left")
    is_sound(page)
    for path, link in (("", None), ("/apps", "Rename My phone"), ("/apps", "Remove My phone"), ("/browsers", "Forget")):
        page.goto(f"{demo.issuer}/account/security{path}")
        if link is not None:
            page.get_by_role("link", name=link).first.click()
        is_sound(page)


@at_stellantis
def test_ones_own_details(open_browser: OpenBrowser, office: Office, demo: Demo, brand: str) -> None:
    owner = f"mover-{brand}"
    reached = {"phone_number": TEXTED[brand], "phone_number_verified": True}
    new = NewSubject(username=owner, email=f"{owner}@example.test", email_verified=True, claims=reached)
    office.add_customer(new, OF_ALL_OTHERS)
    visitor, page = (opened := open_browser()), opened.page
    visitor.customer_login(brand)
    visitor.sign_in(owner)
    for path in ("details", "details/name", "details/language", "details/phone", "details/phone/remove", "password"):
        page.goto(f"{demo.issuer}/account/{path}")
        is_sound(page)
    page.get_by_label("New password", exact=True).fill("password password")
    visitor.press("Change your password")
    visitor.sees("That password is easy to guess")
    is_sound(page)
    page.goto(f"{demo.issuer}/account/details/email")
    page.get_by_label("New e-mail address").fill("name@nowhere")
    visitor.press("Mail me a code")
    visitor.sees("That is no address we can write to")
    is_sound(page)
    page.get_by_label("New e-mail address").fill(f"{owner}@example.org")
    visitor.press("Mail me a code")
    visitor.reads("First confirm that it’s you")
    is_sound(page)
    page.goto(demo.issuer + office.undo_link(owner, "phone", TEXTED[brand], brand))
    visitor.reads("Take this change back?")
    is_sound(page)
    visitor.press("It wasn’t me: change it back")
    visitor.reads("Your contacts are as they were before")
    is_sound(page)
    page.go_back()
    page.reload()
    visitor.reads("This link is no longer good")
    is_sound(page)


@at_alphera
def test_ones_own_life(open_browser: OpenBrowser, office: Office, demo: Demo, brand: str, shops: dict[str, Shop]) -> None:
    owner, shop = f"liver-{brand}", shops[brand]
    office.add_customer(NewSubject(username=owner, email=f"{owner}@example.test", email_verified=True), OF_ALL_OTHERS)
    elsewhere, visitor = open_browser(), open_browser()
    page, account = visitor.page, f"{demo.issuer}/account"
    for browser in (elsewhere, visitor):
        browser.customer_login(brand)
        browser.sign_in(owner)
        browser.reads("We know of no agreement of yours")
    page.goto(shop.url())
    visitor.press("Allow")
    page.wait_for_url(lambda url: not url.startswith(demo.issuer))
    visitor.visit(brand, "/overview")
    page.get_by_role("banner").get_by_role("link", name="your account").click()
    visitor.reads("Your account")
    is_sound(page)
    for link, heading in (
        ("See your activity", "Activity"),
        ("See connected applications", "Connected applications"),
        ("Download your data", "Your data"),
        ("Close your account", "Close your account?"),
        ("See your sessions", "Sessions and devices"),
    ):
        page.goto(account)
        visitor.follow(link)
        visitor.reads(heading)
        is_sound(page)
    visitor.follow("Sign out everywhere else")
    is_sound(page)
    visitor.press("Sign out everywhere else")
    visitor.sees("1 other browser is signed out.")
    page.get_by_role("link", name="Sign out", exact=False).last.click()
    is_sound(page)
    for path in (f"applications/{shop.client_id}", f"applications/brand/{brand}"):
        page.goto(f"{account}/{path}")
        is_sound(page)
    page.goto(f"{account}/data")
    with page.expect_download() as saved:
        visitor.press("Download your data")
    assert owner in Path(saved.value.path()).read_text()
    leaves(visitor, owner)
    visitor.press("Keep my account")
    visitor.reads("Your account")
    visitor.follow("See your activity")
    visitor.follow("This wasn’t me")
    is_sound(page)
    visitor.press("It wasn’t me: stop everything")
    visitor.reads("We stopped everything")
    is_sound(page)


def leaves(visitor: Visitor, owner: str) -> None:
    """Whoever asks to have the account closed is asked again when they come back."""
    page, account = visitor.page, f"{visitor.places.issuer}/account"
    page.goto(f"{account}/close")
    page.get_by_label("Type your username").fill("somebody-else")
    page.get_by_role("button", name="Close my account").click()
    visitor.sees("That is not your username")
    is_sound(page)
    page.get_by_label("Type your username").fill(owner)
    page.get_by_role("button", name="Close my account").click()
    visitor.sees("You are signed out everywhere")
    is_sound(page)
    page.goto(account)
    visitor.fill_in(owner, OF_ALL_OTHERS)
    visitor.press("Sign in")
    visitor.sees("You asked us to close it")
    is_sound(page)


def sets_up_a_first_app(visitor: Visitor, office: Office, owner: str) -> None:
    """Whoever has a password alone comes to add an app, and a code to their contact vouches for them."""
    page = visitor.page
    page.goto(f"{visitor.places.issuer}/account/security/apps/new")
    visitor.reads("Get a code by e-mail")
    is_sound(page)
    vouched(office.house, office.house.ground.clock, page.url, owner)
    page.reload()
    visitor.reads("Set up a second step")
    is_sound(page)
    visitor.follow("Set up an authenticator app")
    is_sound(page)
    page.get_by_label("Code that the app shows now").fill(code_on_page(page))
    visitor.press("Turn on")
    visitor.reads("Keep your recovery codes")
    is_sound(page)
    visitor.follow("Continue to your account")
    visitor.reads("Sign-in and security")


def code_on_page(page: Page) -> str:
    """What an app shows that took the key on the page."""
    return pyotp.TOTP(page.locator("code").first.inner_text().replace(" ", "")).now()


def test_pages_without_a_brand(open_browser: OpenBrowser, demo: Demo) -> None:
    visitor = open_browser()
    for path in ("/demo", "/nothing-here", "/signin", "/signed-out", "/authorize?client_id=nobody", "/authorize?%00"):
        visitor.page.goto(f"{demo.issuer}{path}")
        is_sound(visitor.page)
    visitor.sign_in_at("stellantis", "ana")
    visitor.page.goto(f"{demo.issuer}/logout")
    visitor.reads("Sign out?")
    is_sound(visitor.page)
    visitor.page.goto(f"{demo.issuer}/demo")
    is_sound(visitor.page)


def test_a_token_that_is_shown_once(open_browser: OpenBrowser, demo: Demo) -> None:
    """By the code on the demonstration’s page: whoever tries the product has no phone. Other pages have a walk of their own."""
    visitor = open_browser()
    visitor.page.goto(f"{demo.issuer}/demo")
    code = visitor.page.locator("dt", has_text="alex").locator("xpath=following-sibling::dd[1]").inner_text()
    visitor.page.goto(f"{demo.issuer}/console/clients/-/tokens")
    visitor.fill_in("alex", STAFF[0].password)
    visitor.press("Sign in")
    visitor.page.get_by_label("Code", exact=True).fill(code)
    visitor.press("Continue")
    visitor.press("Make a token")
    visitor.reads("A new initial access token")
    is_sound(visitor.page)
