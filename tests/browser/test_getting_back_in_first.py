"""Online access where somebody has it elsewhere, and where the brand cannot reach them, in Chromium, at each brand."""

import pytest

from tests.browser.getting_back import Agreement, Outsider
from tests.browser.lost import CODE, newest
from tests.browser.visitor import OF_ALL_OTHERS

pytestmark = pytest.mark.browser

OTHER = {"stellantis": "alphera", "alphera": "stellantis"}
# The brand has neither an address nor a number of theirs.
OUT_OF_REACH = {
    "stellantis": Agreement("HP-5433871", ("27", "11", "1968"), "EH6 6QQ", "ST-416090", ""),
    "alphera": Agreement("HP-8615530", ("14", "3", "1959"), "PL1 2TR", "AL-620999", ""),
}


def begins(outsider: Outsider, agreement: Agreement) -> None:
    outsider.visitor.visit(outsider.brand)
    outsider.visitor.follow("Activate online access")
    outsider.tells_of(agreement)
    outsider.visitor.press("Continue")


def test_a_sign_in_at_another_brand_takes_the_agreement(outsider: Outsider, agreement: Agreement) -> None:
    outsider.at(OTHER[outsider.brand], outsider.visitor).is_in(OF_ALL_OTHERS)
    app = outsider.household.add_app(outsider.name)
    begins(outsider, agreement)
    outsider.types(newest(outsider.office, agreement.contact, CODE))
    outsider.visitor.reads("Add your agreement")
    outsider.visitor.press("Add it to this account")
    outsider.visitor.page.get_by_label("Password", exact=True).fill(OF_ALL_OTHERS)
    outsider.visitor.press("Confirm")
    outsider.types(app.code())
    outsider.visitor.press("Allow")
    outsider.visitor.sees(agreement.number)
    outsider.mailed("agreement was added")


def test_nothing_on_file_leads_to_people(outsider: Outsider) -> None:
    begins(outsider, OUT_OF_REACH[outsider.brand])
    outsider.visitor.reads("We need to speak to you")
    outsider.visitor.sees("020 7946")
