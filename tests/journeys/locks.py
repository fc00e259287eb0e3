"""What stories of locks have in common: wrong passwords, and the mail that follows them."""

import re
from pathlib import Path

from tests.drivers.browser import Browser, Page
from tests.drivers.household import Household
from tests.drivers.mail_server import mail_server
from tests.drivers.post import read
from tests.drivers.relying_party import RelyingParty

WRONG = "not the password"
UNLOCK_LINK = re.compile(r"\S+/unlock/\S+")


def tried(browser: Browser, shop: RelyingParty, *names: str, password: str = WRONG) -> Page:
    """The page after the last of several tries, each begun at `shop`."""
    for name in names:
        browser.open(shop.request())
        page = browser.sign_in(name, password)
    return page


def mails(household: Household, folder: Path, username: str = "ana") -> list[str]:
    """The texts of the mails about locks that a customer was sent."""
    household.house.protocol.outbox.run_once(10)
    found = mail_server().arrived(folder)
    theirs = [mail for mail in found if "on hold" in mail["Subject"] and mail["To"] == f"{username}@example.test"]
    return [read(mail) for mail in theirs]


def mailed_link(household: Household, folder: Path, username: str = "ana") -> str:
    (text,) = mails(household, folder, username)
    found = UNLOCK_LINK.search(text)
    assert found is not None
    return found.group()
