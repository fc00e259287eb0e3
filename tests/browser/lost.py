"""The whole way of somebody who lost their authenticator app, in a real browser: every page of it, one after another."""

import re
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select, update

from idp.app import lost
from idp.core.mail import demo_messages
from idp.recovery.lost_store import factor_resets
from idp.subjects.subjects import NewSubject
from idp.web.render import prepare_templates
from tests.browser.office import Office
from tests.browser.visitor import OF_ALL_OTHERS, Visitor
from tests.drivers.household import Household
from tests.drivers.mail_server import mail_server
from tests.drivers.post import read
from tests.servers import wait_until

CODE, LINK = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])"), r"\S+(/recovery/lost/{}/\S+)"
Look = Callable[[str], None]


def newest(office: Office, to: str, pattern: str | re.Pattern[str]) -> str:
    """What the newest message to an address or a number says that fits, once it has come."""
    found: list[str] = []

    def arrived() -> bool:
        said = mails(office, to) if "@" in to else texts(office, to)
        found[:] = [match for text in said for match in re.findall(pattern, text)]
        return bool(found)

    wait_until(arrived)
    return found[0]


def mails(office: Office, to: str) -> list[str]:
    """What was mailed to an address, the newest first."""
    box = Path(office.house.ground.settings.data_dir)
    return [read(mail) for mail in reversed(mail_server().arrived(box)) if mail["To"] == to]


def texts(office: Office, to: str) -> list[str]:
    """The same of a phone, which is in the mailbox of the demonstration."""
    theirs = (demo_messages.c.to == to) & (demo_messages.c.channel == "text")
    with office.house.ground.database.reading() as db:
        return list(db.scalars(select(demo_messages.c.text).where(theirs).order_by(demo_messages.c.id.desc())))


def the_wait_is_over(office: Office) -> None:
    """As if the hours had passed for every reset that runs."""
    house = office.house
    prepare_templates(house.ground.app)
    now = house.ground.clock.now()
    with house.ground.database.transaction() as db:
        db.execute(update(factor_resets).values(middle_at=now, middle_told_at=now, ready_at=now))
    lost.resets(house).tick(10)


def loses_the_app(visitor: Visitor, office: Office, brand: str, name: str, phone: str, look: Look) -> None:
    """From the sign-in to the removal; `look` is called at each page with its name."""
    page, email = visitor.page, f"{name}@example.test"
    claims = {"phone_number": phone, "phone_number_verified": True}
    office.add_customer(NewSubject(username=name, email=email, email_verified=True, claims=claims), OF_ALL_OTHERS)
    household = Household(office.house, office.house.ground.app)
    household.add_app(name)
    visitor.customer_login(brand)
    visitor.fill_in(name, OF_ALL_OTHERS)
    visitor.press("Sign in")
    visitor.follow("I can’t use this")
    visitor.follow("Get back in without them")
    visitor.reads("Lost your second step?")
    look("lost")
    page.get_by_label("Username or e-mail").fill(name)
    visitor.press("Go on")
    visitor.reads("Prove that it’s you")
    look("lost-prove")
    visitor.follow("Your agreement, birth date and postcode")
    visitor.reads("Tell us about your agreement")
    look("lost-agreement")
    visitor.follow("Choose another way")
    gives_a_code(visitor, office, "e-mail", "Mail me a code", email, look)
    visitor.reads("Prove that it’s you")
    look("lost-one-more")
    visitor.follow("Your password")
    page.get_by_label("Password", exact=True).fill("wrong")
    visitor.press("Go on")
    visitor.sees("That did not match")
    look("lost-password")
    page.get_by_label("Password", exact=True).fill(OF_ALL_OTHERS)
    visitor.press("Go on")
    visitor.reads("Remove your second step?")
    look("lost-confirm")
    visitor.press("Begin the wait")
    visitor.reads("The wait has begun")
    look("lost-begun")
    comes_back(visitor, office, email, look)


def comes_back(visitor: Visitor, office: Office, email: str, look: Look) -> None:
    """From the first notice to the removal."""
    page = visitor.page
    page.goto(visitor.places.issuer + newest(office, email, LINK.format("stop")))
    visitor.reads("Keep your second step?")
    look("lost-stop")
    the_wait_is_over(office)
    page.goto(visitor.places.issuer + newest(office, email, LINK.format("finish")))
    visitor.reads("The wait is over")
    look("lost-finish")
    visitor.press("Go on")
    visitor.follow("Your password")
    page.get_by_label("Password", exact=True).fill(OF_ALL_OTHERS)
    visitor.press("Go on")
    visitor.reads("Remove your second step")
    look("lost-remove")
    visitor.press("Remove my second step")
    visitor.reads("Your second step is removed")
    look("lost-removed")


def gives_a_code(visitor: Visitor, office: Office, way: str, button: str, to: str, look: Look) -> None:
    """Has one sent, and types it."""
    visitor.follow(f"A code to your {way}")
    look("lost-send")
    visitor.press(button)
    visitor.sees("is on its way")
    look("lost-code")
    visitor.page.get_by_label("Code", exact=True).fill(newest(office, to, CODE))
    visitor.press("Go on")
