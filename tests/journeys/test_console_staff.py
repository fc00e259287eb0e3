"""The room of the staff: giving and taking roles, and what each role opens, walked over every route there is (S3.12)."""

from pathlib import Path

import pytest

from idp.admin.console import Console
from idp.admin.rights import Role
from idp.admin.roles import LastAdministrator
from tests.drivers.browser import Page
from tests.drivers.post import Post
from tests.drivers.provider import Provider
from tests.drivers.staff import StaffMember


@pytest.fixture
def alex(provider: Provider) -> StaffMember:
    """An administrator for all brands."""
    return StaffMember(provider, "administrator", username="alex")


def give(member: StaffMember, **typed: str) -> Page:
    member.open("/console/staff/give")
    return member.browser.submit(**{"name": "ana", "role": "support", "brand": "alphera"} | typed)


def test_a_role_is_given_and_its_holder_is_told(provider: Provider, alex: StaffMember, tmp_path: Path) -> None:
    provider.add_customer()
    assert "ana is support for ALPHERA Financial Services from now on." in give(alex).text
    assert [event.brand for event in provider.happened("RoleGranted")] == [None, "alphera"]
    told = [str(mail["Subject"]) for mail in Post(provider, tmp_path).mails() if mail["To"] == "ana@example.test"]
    assert ["A role of the staff was given to you" in subject for subject in told] == [True]
    assert "ana is support for ALPHERA Financial Services already." in give(alex).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "nobody"}, "Nobody signs in by that name."),
        ({"name": "x" * 500}, "Nobody signs in by that name."),
        ({"name": "alex"}, "Nobody gives or takes a role of their own."),
        ({"name": "second"}, "Nobody gives or takes a role of their own."),
        ({"role": "emperor"}, "Choose a role."),
        ({"brand": "elsewhere"}, "Choose one of your brands."),
    ],
)
def test_what_cannot_be_given_is_said_at_the_field(
    provider: Provider, alex: StaffMember, typed: dict[str, str], said: str
) -> None:
    provider.add_customer()
    provider.add_customer("second", email="alex+second@example.test")
    page = give(alex, **typed)
    assert (page.status, said in page.text) == (422, True)
    assert len(provider.happened("RoleGranted")) == 1


def test_an_administrator_of_one_brand_stays_within_it(provider: Provider) -> None:
    provider.add_customer()
    bea = StaffMember(provider, "administrator", "alphera", username="bea")
    StaffMember(provider, "support", "stellantis", username="sid")
    assert "sid" not in bea.open("/console/staff").text
    for brand in ("", "stellantis"):
        assert "Choose one of your brands." in give(bea, brand=brand).text
    assert "from now on" in give(bea).text


def test_a_role_is_taken_and_ends_at_once(provider: Provider, alex: StaffMember) -> None:
    sam = StaffMember(provider, "support")
    sam.open("/console")
    page = alex.open("/console/staff")
    alex.browser.open(page.link("Take a role"))
    assert "Choose the role to take." in alex.browser.submit(post="auditor:").text
    assert "sam is no longer support for all brands." in alex.browser.submit(post="support:").text
    assert sam.browser.open("/console").status == 404


def test_the_last_administrator_stays(provider: Provider, alex: StaffMember) -> None:
    with pytest.raises(LastAdministrator):
        provider.take_role("administrator", "alex")
    assert alex.open("/console/staff").status == 200
    StaffMember(provider, "administrator", username="bea")
    provider.take_role("administrator", "alex")
    assert alex.browser.open("/console/staff").status == 404


def test_nobody_takes_a_role_of_their_own(alex: StaffMember, provider: Provider) -> None:
    page = alex.open("/console/staff")
    assert page.links("Take a role") == []
    (granted,) = provider.happened("RoleGranted")
    assert alex.open(f"/console/staff/{granted.subject_id}/take").status == 404


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_routes_and_no_other(provider: Provider, role: Role) -> None:
    member = StaffMember(provider, role.value)
    member.open("/console")
    console: Console = provider.app.extensions["idp.console"]
    seen = {}
    for route in console.guarded:
        path = "/".join("nothing" if part.startswith("<") else part for part in route.rule.split("/"))
        for method in route.methods:
            page = member.browser.open(path) if method == "GET" else member.browser.post(path, csrf(member), follow=False)
            seen[method, route.rule] = (page.status == 403, page.status >= 500)
    closed = {route.rule for route in console.guarded if role not in route.right.value.roles}
    assert seen == {(method, rule): (rule in closed, False) for method, rule in seen}


def test_every_address_of_the_console_names_its_right(provider: Provider) -> None:
    guarded = {route.rule for route in provider.app.extensions["idp.console"].guarded}
    served = {rule.rule for rule in provider.app.url_map.iter_rules() if rule.rule.startswith("/console")}
    assert served - guarded == {"/console/resume/<interaction_id>"}


def csrf(member: StaffMember) -> dict[str, str]:
    """The token of this browser's forms."""
    form = next(form for form in member.browser.open("/recovery").forms if "csrf_token" in form.fields)
    return {"csrf_token": form.fields["csrf_token"]}
