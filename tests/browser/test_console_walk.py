"""Every page of the console, taken from the table of its routes, by whoever may open it: nothing for axe to find, and the
keyboard reaches everything on it, in the order in which it stands."""

import re
from collections.abc import Mapping

import pytest

from idp.admin.staff_routes import StaffRoute
from tests.browser.conftest import OpenBrowser
from tests.browser.demo import Places
from tests.browser.every_stop import walks_by_keyboard
from tests.browser.sound import is_sound, is_sound_on_a_phone
from tests.drivers.desk import Desk
from tests.drivers.staff import StaffMember
from tests.journeys.test_console_health import give_up

pytestmark = pytest.mark.browser

LONG = "Roadside help and recovery for commercial vehicles of all weights in Scotland"
# What is there to see at an address that takes more than itself, or that looks otherwise with it.
ASKED: Mapping[str, tuple[str, ...]] = {
    "console_client_new": ("", "?kind=web"),
    "console_client_ask_end_secret": ("?secret={secret}",),
    "console_client_try": ("?scope=nonsense",),
    "console_refusals": ("?reference=nothing",),
    "console_audit": ("", "?size=0&from=tomorrow"),
    "console_deliveries": ("?state=failed",),
}
FILES = {"console_audit_export"}
SESSION = "idp_session"


@pytest.fixture
def places() -> Places:
    """No demonstration is opened here."""
    return Places("", {})


@pytest.fixture
def staff(desk: Desk) -> dict[str, StaffMember]:
    """One of each role, with a day's work on their pages: a call, a reset that waits, a refusal, mail that did not arrive."""
    provider = desk.provider
    provider.add_app("ana")
    provider.add_client("shop", brand=desk.brand, client_name=LONG)
    give_up(provider, desk.brand, times=2)
    provider.browser().open("/authorize?client_id=nobody&response_type=code")
    provider.browser().open("/authorize?client_id=shop&response_type=token")
    desk.proves()
    desk.does("factor_reset")
    roles = {role: StaffMember(provider, role, username=role) for role in ("administrator", "auditor")}
    for member in roles.values():
        member.open("/console")
    return {"support": desk.sam} | roles


@pytest.mark.parametrize("roles", [("support",), ("administrator", "auditor")])
def test_every_page_by_every_role(
    open_browser: OpenBrowser, desk: Desk, staff: dict[str, StaffMember], roles: tuple[str, ...]
) -> None:
    samples = samples_of(desk, staff)
    routes = [one for one in desk.provider.app.extensions["idp.console"].guarded if "GET" in one.methods]
    seen: set[str] = set()
    for role in roles:
        member, page = staff[role], open_browser(base_url=desk.provider.issuer).page
        session = member.browser.cookie(SESSION) or ""
        page.context.add_cookies([{"name": SESSION, "value": session, "url": desk.provider.issuer}])
        for route in routes:
            if role in route.right.value.roles and route.endpoint not in FILES:
                for path in addresses(route, samples):
                    page.goto(path)
                    walks_by_keyboard(page)
                    # What another role saw already looks the same; it has other things to act by.
                    (is_sound_on_a_phone if path in seen else is_sound)(page)
                    seen.add(path)


def addresses(route: StaffRoute, samples: Mapping[str, str]) -> list[str]:
    """Where a route is looked at; one with a part that no sample is known of fails the walk."""
    person = samples["colleague" if route.endpoint.startswith("console_staff") else "customer"]
    parts = {**samples, "subject_id": person}
    rule = re.sub("<([a-z_]+)>", lambda part: parts[part[1]], route.rule)
    return [rule + asked.format(**parts) for asked in ASKED.get(route.endpoint, ("",))]


def samples_of(desk: Desk, staff: dict[str, StaffMember]) -> dict[str, str]:
    """What stands in the addresses, by name."""
    call = desk.page.url
    asked = desk.sam.open("/console/customers/approvals").link("See")
    entry = staff["auditor"].open("/console/audit").link("CallBegun")
    secret = staff["administrator"].open("/console/clients/shop").link("End it")
    return {
        "client_id": "shop",
        "customer": desk.ana.id,
        "colleague": staff["administrator"].open("/console/staff").link("Take a role").split("/")[-2],
        "case_id": call.rpartition("/")[2],
        "request_id": asked.rpartition("/")[2],
        "entry_id": entry.rpartition("/")[2],
        "secret": secret.partition("=")[2],
    }
