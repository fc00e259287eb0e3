"""What stories of locks have in common: wrong passwords, and the mail that follows them."""

import re
from email import policy
from email.parser import BytesParser
from pathlib import Path

from tests.drivers.browser import Browser, Page
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

WRONG = "not the password"


def tried(browser: Browser, shop: RelyingParty, *names: str, password: str = WRONG) -> Page:
    """The page after the last of several tries, each begun at `shop`."""
    for name in names:
        browser.open(shop.request())
        page = browser.sign_in(name, password)
    return page


def mails(provider: Provider, folder: Path) -> list[str]:
    provider.house.protocol.outbox.run_once(10)
    parser = BytesParser(policy=policy.default)
    found = [parser.parsebytes(file.read_bytes()) for file in sorted((folder / "mail").glob("*"))]
    return [message.get_body(("plain",)).get_content() for message in found if "on hold" in message["Subject"]]  # type: ignore[union-attr]


def mailed_link(provider: Provider, folder: Path) -> str:
    (text,) = mails(provider, folder)
    found = re.search(r"\S+/unlock/\S+", text)
    assert found is not None
    return found.group()
