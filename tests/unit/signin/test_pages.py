from datetime import timedelta
from typing import Any

import pytest

from idp.core.handles import digest
from idp.sessions.context import Requirement
from idp.sessions.interaction import Interaction
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.provider import Provider

RETURNS_TO = "http://localhost:9001/callback"
WRONG = "copper harbour violet 9"


class Desk:
    """A browser at the sign-in page, and what the provider has parked for it."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.sessions = provider.house.people.sessions
        self.interactions = provider.house.people.interactions
        self.browser = provider.browser()
        self.browser.open(f"/signin/{'a' * 22}")

    @property
    def digest(self) -> str:
        handle = self.browser.cookie("idp_browser")
        assert handle is not None
        return digest(handle)

    def park(self, **changes: Any) -> Interaction:
        draft: dict[str, Any] = {
            "kind": "authorize",
            "browser": self.digest,
            "client_id": None,
            "brand": "stellantis",
            "application": "Stellantis customer portal",
            "requirement": Requirement(),
            "request": {"client_id": "stellantis-portal"},
            "returns_to": RETURNS_TO,
        }
        return self.interactions.park(**(draft | changes))

    def open(self, interaction: Interaction, query: str = "") -> None:
        self.browser.open(f"/signin/{interaction.id}{query}", follow=False)

    def sign_in(self, username: str = "ana", password: str = ANA_PASSWORD, **boxes: str) -> None:
        self.browser.submit(username=username, password=password, follow=False, **boxes)

    def signed_in(self) -> "Desk":
        self.open(self.park())
        self.sign_in()
        return self

    @property
    def status(self) -> int:
        return self.browser.page.status

    @property
    def location(self) -> str | None:
        return self.browser.page.headers.get("Location")


@pytest.fixture
def desk(provider: Provider) -> Desk:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return Desk(provider)


def test_the_page_names_application_and_host_and_may_end_at_the_application(desk: Desk) -> None:
    desk.open(desk.park(login_hint='"><b>ana'))
    page = desk.browser.page
    assert page.status == 200
    assert "Sign in to Stellantis customer portal" in page.text
    assert "You are at localhost:9000" in page.text
    assert page.forms[0].fields["username"] == '"><b>ana'
    assert "<b>ana" not in page.body
    assert "form-action 'self' https: http://localhost:9001" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_signing_in_sets_the_cookie_and_resumes(desk: Desk) -> None:
    interaction = desk.park()
    desk.open(interaction)
    desk.sign_in()
    assert (desk.status, desk.location) == (303, f"/authorize/{interaction.id}")
    cookie = desk.browser.page.headers["Set-Cookie"]
    assert cookie.startswith("idp_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie
    session = desk.sessions.find(desk.browser.cookie("idp_session"))
    assert session is not None
    assert (session.browser, session.shared) == (desk.digest, False)


def test_the_tick_for_a_shared_computer_shortens_the_session(desk: Desk) -> None:
    desk.open(desk.park())
    desk.sign_in(shared="1")
    session = desk.sessions.find(desk.browser.cookie("idp_session"))
    assert session is not None
    assert session.shared


def test_wrong_password_and_unknown_name_get_the_same_page(desk: Desk) -> None:
    interaction = desk.park()
    bodies = []
    for name in ("ana", "bob"):
        desk.open(interaction)
        desk.sign_in(name, WRONG)
        assert desk.status == 422
        assert desk.browser.cookie("idp_session") is None
        page = desk.browser.page
        assert page.forms[0].fields["username"] == name
        assert page.forms[0].fields["password"] == ""
        assert WRONG not in page.body
        bodies.append(page.text.replace(str(page.headers), "").split("Reference")[0])
    assert "That did not match" in bodies[0]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    ("username", "password", "words"),
    [
        ("", ANA_PASSWORD, "Type your username"),
        ("ana", "", "Type your password"),
        ("ana", "x" * 2000, "longer than any password"),
    ],
)
def test_what_is_missing_or_too_long_is_said_at_its_field(desk: Desk, username: str, password: str, words: str) -> None:
    desk.open(desk.park())
    desk.sign_in(username, password)
    assert desk.status == 422
    assert words in desk.browser.page.text
    assert 'aria-invalid="true"' in desk.browser.page.body


def test_too_many_tries_are_slowed_with_words_and_a_time(desk: Desk) -> None:
    interaction = desk.park()
    for _ in range(20):
        desk.open(interaction)
        desk.sign_in(password=WRONG)
    desk.open(interaction)
    desk.sign_in()
    assert desk.status == 429
    assert int(desk.browser.page.headers["Retry-After"]) > 0
    assert desk.browser.page.link("Try again") == f"/signin/{interaction.id}"


def test_who_is_signed_in_already_goes_straight_on(desk: Desk) -> None:
    interaction = desk.signed_in().park()
    desk.open(interaction)
    assert (desk.status, desk.location) == (303, f"/authorize/{interaction.id}")


def test_a_fresh_proof_is_asked_from_the_one_who_is_here(desk: Desk, clock: TestClock) -> None:
    desk.signed_in()
    handle = desk.browser.cookie("idp_session")
    clock.advance(timedelta(minutes=1))
    interaction = desk.park(requirement=Requirement(renewed=True))
    desk.open(interaction)
    assert "Confirm it’s you" in desk.browser.page.text
    assert "a•••" in desk.browser.page.text
    desk.sign_in(password=WRONG)
    assert "Confirm it’s you" in desk.browser.page.text
    assert desk.browser.cookie("idp_session") == handle
    desk.sign_in()
    assert desk.location == f"/authorize/{interaction.id}"
    assert desk.browser.cookie("idp_session") != handle
    desk.open(interaction)
    assert desk.status == 303


def test_another_account_may_be_used_instead(desk: Desk, clock: TestClock) -> None:
    desk.signed_in()
    clock.advance(timedelta(minutes=1))
    interaction = desk.park(requirement=Requirement(renewed=True))
    desk.open(interaction)
    desk.browser.open(desk.browser.page.link("Use another account"), follow=False)
    assert "Sign in to" in desk.browser.page.text
    assert desk.browser.page.forms[0].fields["username"] == ""


def test_an_account_can_be_chosen(desk: Desk) -> None:
    interaction = desk.signed_in().park(purpose="select")
    desk.open(interaction)
    assert "Choose an account" in desk.browser.page.text
    assert "a•••@example.test" in desk.browser.page.text
    desk.browser.submit(press="continue", follow=False)
    assert (desk.status, desk.location) == (303, f"/signin/{interaction.id}")
    desk.open(interaction)
    assert desk.location == f"/authorize/{interaction.id}"
    session = desk.sessions.find(desk.browser.cookie("idp_session"))
    kept = desk.interactions.find(interaction.id, desk.digest)
    assert session is not None
    assert kept is not None
    assert kept.answers == {"account": session.id}


def test_or_another_one(desk: Desk) -> None:
    interaction = desk.signed_in().park(purpose="select")
    desk.open(interaction)
    desk.browser.submit(press="another", follow=False)
    desk.browser.open(str(desk.location), follow=False)
    assert "Sign in to" in desk.browser.page.text


def test_no_step_is_skipped_by_pressing_a_button_of_another_page(desk: Desk) -> None:
    interaction = desk.park()
    desk.open(interaction)
    token = desk.browser.page.forms[0].fields["csrf_token"]
    desk.browser.post(f"/signin/{interaction.id}", {"csrf_token": token, "continue": "1"})
    assert "Sign in to" in desk.browser.text()
    assert desk.browser.cookie("idp_session") is None


def test_a_form_without_its_token_is_refused(desk: Desk) -> None:
    interaction = desk.park()
    desk.browser.post(f"/signin/{interaction.id}", {"username": "ana", "password": ANA_PASSWORD}, follow=False)
    assert desk.status == 403
    assert desk.browser.cookie("idp_session") is None


def test_another_browser_cannot_answer(desk: Desk) -> None:
    interaction = desk.park()
    other = Desk(desk.provider)
    other.open(interaction)
    assert other.status == 400
    assert "no longer open" in other.browser.page.text


def test_a_finished_interaction_says_so_calmly(desk: Desk) -> None:
    interaction = desk.park()
    desk.open(interaction)
    desk.interactions.end(interaction.id, desk.digest)
    desk.sign_in()
    assert desk.status == 200
    assert desk.browser.cookie("idp_session") is None
    assert desk.browser.page.link("Back to Stellantis customer portal") == "http://localhost:9001/"
    desk.open(interaction)
    assert desk.status == 200


def test_a_page_left_open_overnight_still_signs_in(desk: Desk, clock: TestClock) -> None:
    desk.interactions.revivers["authorize"] = lambda request, browser: desk.park(request=request, browser=browser)
    interaction = desk.park()
    desk.open(interaction)
    clock.advance(timedelta(hours=14))
    desk.sign_in(password=WRONG)
    assert desk.status == 422
    desk.sign_in()
    assert desk.status == 303
    assert str(desk.location).startswith("/authorize/")
    assert desk.location != f"/authorize/{interaction.id}"


def test_a_page_whose_request_is_no_longer_in_order_says_how_to_go_on(desk: Desk, clock: TestClock) -> None:
    desk.interactions.revivers["authorize"] = lambda _request, _browser: None
    desk.open(desk.park())
    clock.advance(timedelta(hours=14))
    desk.sign_in()
    assert desk.status == 400
    assert "Start again" in desk.browser.page.text


@pytest.mark.parametrize("path", ["/signin", "/signin/" + "a" * 22, "/signin/x", "/signin/%00", "/signin/" + "a" * 4000])
def test_an_address_without_an_interaction_says_how_to_go_on(desk: Desk, path: str) -> None:
    desk.browser.open(path)
    assert desk.status == 400
    assert "Start again" in desk.browser.page.text
