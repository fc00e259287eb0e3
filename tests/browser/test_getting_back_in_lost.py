"""Each way around a lost second step that `docs/recovery.md` promises, in Chromium, from the portal of each brand."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.recovery.lost_store import factor_resets
from tests.browser.conftest import OpenBrowser
from tests.browser.getting_back import Agreement, Outsider, somebody
from tests.browser.lost import LINK, gives_a_code, newest, the_wait_is_over
from tests.browser.office import Office
from tests.browser.visitor import OF_ALL_OTHERS
from tests.journeys.recoveries import NEW

pytestmark = pytest.mark.browser

BY_MAIL_ALONE = timedelta(hours=72)


def begins(outsider: Outsider) -> None:
    """From the start page of the portal to the first proof."""
    visitor = outsider.visitor
    visitor.visit(outsider.brand)
    visitor.follow("Can’t sign in?")
    visitor.page.get_by_text("I’ve lost my phone or my passkey").click()
    visitor.follow("Remove a lost second step")
    visitor.page.get_by_label("Username or e-mail").fill(outsider.name)
    visitor.press("Go on")
    visitor.reads("Prove that it’s you")


def gives_the_mail_code(outsider: Outsider) -> None:
    gives_a_code(outsider.visitor, outsider.office, "e-mail", "Mail me a code", outsider.email, lambda _page: None)
    outsider.visitor.sees("One more, and the wait can begin")


def gives_the_password(outsider: Outsider) -> None:
    outsider.visitor.follow("Your password")
    outsider.visitor.page.get_by_label("Password", exact=True).fill(OF_ALL_OTHERS)
    outsider.visitor.press("Go on")


def gives_the_agreement(outsider: Outsider, agreement: Agreement) -> None:
    outsider.visitor.follow("Your agreement, birth date and postcode")
    outsider.tells_of(agreement)
    outsider.visitor.press("Go on")


def waits(outsider: Outsider, hours: timedelta) -> None:
    """Begins the wait, which takes so long, and comes back by the link at its end."""
    visitor, house = outsider.visitor, outsider.office.house
    visitor.press("Begin the wait")
    visitor.reads("The wait has begun")
    with house.ground.database.reading() as db:
        subject = house.people.subjects.find(db, outsider.name)
        assert subject is not None
        ours = select(factor_resets.c.started_at, factor_resets.c.ready_at).where(factor_resets.c.subject_id == subject.id)
        started_at, ready_at = db.execute(ours).one()
    assert ready_at - started_at == hours
    the_wait_is_over(outsider.office)
    visitor.page.goto(visitor.places.issuer + newest(outsider.office, outsider.email, LINK.format("finish")))
    visitor.press("Go on")
    visitor.reads("Prove once more that it’s you")


def removes(outsider: Outsider) -> None:
    outsider.visitor.press("Remove my second step")
    outsider.visitor.reads("Your second step is removed")


def test_a_recovery_code_stands_in(outsider: Outsider) -> None:
    outsider.household.add_app(outsider.name)
    kept, *_ = outsider.household.add_recovery_codes(outsider.name)
    outsider.visitor.customer_login(outsider.brand)
    outsider.tries(OF_ALL_OTHERS)
    outsider.visitor.follow("I can’t use this")
    outsider.visitor.follow("Use one of your recovery codes")
    outsider.types(kept, "Recovery code")
    outsider.visitor.reads("We know of no agreement of yours")


def test_where_mail_is_the_only_channel(outsider: Outsider) -> None:
    outsider.household.add_app(outsider.name)
    begins(outsider)
    gives_the_mail_code(outsider)
    gives_the_password(outsider)
    waits(outsider, BY_MAIL_ALONE)
    gives_the_password(outsider)
    removes(outsider)
    outsider.is_in(OF_ALL_OTHERS)


def test_the_password_is_lost_too(holder: Outsider, agreement: Agreement) -> None:
    holder.household.add_app(holder.name)
    begins(holder)
    gives_the_mail_code(holder)
    gives_the_agreement(holder, agreement)
    waits(holder, BY_MAIL_ALONE)
    gives_the_agreement(holder, agreement)
    holder.visitor.page.get_by_label("New password", exact=True).fill(NEW)
    removes(holder)
    holder.is_in(greeted=agreement.number)


def test_the_sign_in_is_locked_too(holder: Outsider, agreement: Agreement) -> None:
    holder.household.add_app(holder.name)
    holder.is_locked_out()
    begins(holder)
    gives_the_password(holder)
    holder.visitor.sees("Sign-in by password is locked")
    holder.visitor.follow("Choose another way")
    gives_the_mail_code(holder)
    gives_the_agreement(holder, agreement)
    waits(holder, BY_MAIL_ALONE)
    gives_the_agreement(holder, agreement)
    holder.visitor.page.get_by_label("New password", exact=True).fill(NEW)
    removes(holder)
    holder.is_in(greeted=agreement.number)


def test_one_proof_alone_leads_to_people(open_browser: OpenBrowser, office: Office, brand: str) -> None:
    outsider = somebody(open_browser(), office, brand, email_verified=False)
    outsider.household.add_app(outsider.name)
    begins(outsider)
    gives_the_password(outsider)
    outsider.visitor.reads("Please call us")
    outsider.visitor.sees("020 7946")
