"""Programs of the admin API outlive those who made them; whoever leaves is named until somebody looked after what they knew."""

import pytest

from tests.drivers.admin_api import BASE, AdminApi
from tests.drivers.browser import Page
from tests.drivers.provider import Provider
from tests.drivers.staff import StaffMember
from tests.journeys.test_console_clients import as_developer, secret_in

LEFT = "Somebody who left may still know"
PAGE = "/console/clients/robot"


def registers_a_program(sam: StaffMember) -> str:
    """Its secret, which Sam has read."""
    sam.open("/console/clients/-/new?kind=service")
    wanted = {"client_name": "Robot", "client_id": "robot", "resources": sam.browser.home + BASE}
    sam.browser.submit(press="review", **wanted, **{"scope.own": "admin:audit"})
    return secret_in(sam.browser.submit(press="register"))


def leaves(provider: Provider, how: str) -> None:
    house = provider.house
    if how == "demoted":
        provider.take_role("administrator", "sam")
        return
    with house.ground.database.transaction() as db:
        subject = house.people.subjects.find(db, "sam")
        assert subject is not None
        assert house.people.subjects.disable(db, house.ground.bus, subject.id, provider.clock.now())


def names(page: Page, how: str) -> bool:
    said = "sam, stopped" if how == "stopped" else "sam, no administrator any more"
    return LEFT in page.text and said in page.text


@pytest.mark.parametrize("how", ["demoted", "stopped"])
def test_what_somebody_left_behind_is_named_until_it_is_looked_after(provider: Provider, how: str) -> None:
    """S3.4, S3.12: the program goes on; who leaves is out at once; everybody who may do something about it reads of it."""
    sam, kim = StaffMember(provider, "administrator"), StaffMember(provider, "administrator", username="kim")
    secret = registers_a_program(sam)
    robot = AdminApi(provider, as_developer(provider, "robot", secret).token(grant_type="client_credentials")["access_token"])
    own = AdminApi.of_staff(provider, sam)
    assert LEFT not in kim.open("/console").text
    assert "In the hands of sam" in kim.open(PAGE).text
    leaves(provider, how)
    assert own.call("GET", "/clients").status in (401, 403)
    assert robot.call("GET", "/audit").status == 200
    assert [event.client_id for event in provider.happened("ProgramLeftBehind")] == ["robot"]
    assert [names(kim.open(path), how) for path in ("/console", "/console/staff")] == [True, True]
    lee = StaffMember(provider, "auditor", username="lee")
    assert LEFT not in lee.open("/console").text
    assert "It is looked after" not in lee.open(PAGE).text
    assert "Somebody left it behind" in kim.open(PAGE).text
    assert "It is looked after" in kim.browser.submit().text
    assert "Somebody left it behind" not in kim.browser.page.text
    assert LEFT not in kim.open("/console").text
    assert [event.client_id for event in provider.happened("ProgramLookedAfter")] == ["robot"]


def test_whoever_is_back_left_nothing_behind(provider: Provider) -> None:
    sam, kim = StaffMember(provider, "administrator"), StaffMember(provider, "administrator", username="kim")
    registers_a_program(sam)
    provider.add_client("shop")
    leaves(provider, "demoted")
    assert names(kim.open("/console"), "demoted")
    provider.give_role("administrator", "sam")
    assert LEFT not in kim.open("/console").text


def test_what_a_stopped_administrator_made_lets_nobody_register(provider: Provider) -> None:
    """S3.4: an initial access token of theirs ends with them."""
    sam = StaffMember(provider, "administrator")
    StaffMember(provider, "administrator", username="kim")
    sam.open("/console/clients/-/tokens")
    sam.browser.submit(brand="alphera", uses="3", days="7")
    leaves(provider, "stopped")
    assert len(provider.happened("InitialAccessTokenRevoked")) == 1
