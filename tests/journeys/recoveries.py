"""What stories of recovery have in common: help is asked for, and the newest mail is read."""

import re
from email.message import EmailMessage

from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post, read
from tests.drivers.relying_party import RelyingParty

NEW = "saffron glacier walnut 41"
BRANDS = ("stellantis", "alphera")
OVER = "This way back in is closed"
CODE = re.compile(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}\b")


def asked(browser: Browser, shop: RelyingParty, name: str = "ana") -> Page:
    """Begins at a sign-in of `shop`, as people do."""
    page = browser.open(shop.request())
    browser.open(page.link("Can’t sign in?"))
    return browser.submit(name=name)


def letters(post: Post) -> list[EmailMessage]:
    """The mails that lead back in, the oldest first."""
    return [mail for mail in post.mails() if "Your way back in" in mail["Subject"]]


def newest(post: Post) -> tuple[str, str]:
    """The link and the code of the newest mail."""
    return opened(letters(post)[-1])


def opened(mail: EmailMessage) -> tuple[str, str]:
    """The link and the code of a mail."""
    text = read(mail)
    link, code = re.search(r"\S+/recovery/link/\S+", text), CODE.search(text)
    assert link is not None
    assert code is not None
    return link.group(), code.group()


def wrong(code: str) -> str:
    """A code of the same shape that is another."""
    return ("B" if code[0] == "A" else "A") + code[1:]


def reset(browser: Browser, link: str, password: str = NEW) -> Page:
    """Follows the link to the end, with nothing else to prove."""
    browser.open(link)
    browser.submit(press="password")
    return browser.submit(password=password)
