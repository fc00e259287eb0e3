"""Somebody who lost a second factor: the way from a shop to its removal, with their letter box and their phone."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from idp.app import lost
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

HOUR, HALF_A_DAY = timedelta(hours=1), 12
BORN, POSTCODE, NUMBER = date(1980, 5, 17), "SW1A 1AA", "STL-1001"
AGREEMENT = {
    "agreement": NUMBER,
    "birth_day": str(BORN.day),
    "birth_month": str(BORN.month),
    "birth_year": str(BORN.year),
    "postcode": POSTCODE,
}
PHONE = {"phone_number": "+447700900118", "phone_number_verified": True}


@dataclass
class Loss:
    """Ana, at a shop of one brand, in a browser that does not know her."""

    provider: Provider
    shop: RelyingParty
    post: Post
    browser: Browser
    clock: TestClock
    hour: timedelta = HOUR
    agreement: str = NUMBER

    def elsewhere(self, address: str = "192.0.2.77") -> "Loss":
        """The same in another browser."""
        return replace(self, browser=self.provider.browser(address))

    def begins(self, name: str = "ana") -> Page:
        page = self.browser.open(self.shop.request())
        self.browser.open(f"/recovery/lost?request={page.url.rpartition('/')[2]}")
        return self.browser.submit(name=name)

    def asks(self, kind: str) -> Page:
        """Opens the page of a proof from the page that offers it, and has a code sent where it takes one."""
        page = self.browser.open(f"{self.browser.page.url}/{kind}")
        return self.browser.submit(press="send") if kind.endswith("_code") else page

    def gives(self, kind: str, *, password: str = ANA_PASSWORD) -> Page:
        self.asks(kind)
        if kind == "password":
            return self.browser.submit(password=password)
        if kind == "agreement":
            return self.browser.submit(**(AGREEMENT | {"agreement": self.agreement}))
        return self.browser.submit(code=self.post.code(kind))

    def has_begun(self, *kinds: str) -> Page:
        self.begins()
        for kind in kinds:
            self.gives(kind)
        assert "Nothing has changed yet" in self.browser.text()
        return self.browser.submit()

    def waits(self, hours: float) -> None:
        """The clock moves, and the worker does what is due, at every half of a day at least."""
        for _ in range(int(hours // HALF_A_DAY)):
            self.worker_was_away(HALF_A_DAY)
        self.worker_was_away(hours % HALF_A_DAY)

    def worker_was_away(self, hours: float) -> None:
        """The clock moves, and only then the worker does what is due."""
        self.nothing_arrives(hours)
        self.provider.house.protocol.outbox.run_once()

    def nothing_arrives(self, hours: float) -> None:
        """The clock moves and the worker does what is due, but nobody carries mails and texts."""
        self.clock.advance(HOUR * hours)
        lost.resets(self.provider.house).tick(100)

    def link(self, what: str, *, by: str = "mail") -> str:
        """The newest link that came `by` mail or text."""
        words = [read(mail) for mail in self.post.mails()] if by == "mail" else [text.text for text in self.post.texts()]
        return [found for said in words for found in re.findall(rf"\S+/recovery/lost/{what}/\S+", said)][-1]

    def told(self, about: str) -> tuple[int, int]:
        """How many mails and texts told of it."""
        mails = sum(about in f"{mail['Subject']} {read(mail)}" for mail in self.post.mails())
        return mails, sum(about in text.text for text in self.post.texts())

    def comes_back(self) -> Page:
        """By the link, to what is asked at the end."""
        self.browser.open(self.link("finish"))
        return self.browser.submit(press="go")

    def outcomes(self, name: str) -> list[str]:
        return [event.reason for event in self.provider.happened(name)]


def a_loss(provider: Provider, browser: Browser, clock: TestClock, folder: Path) -> Loss:
    """Ana with a phone and an authenticator app, at a shop of Stellantis."""
    provider.add_customer("ana", claims=PHONE)
    provider.add_app("ana")
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    return Loss(provider, shop, Post(provider, folder), browser, clock)


def token(browser: Browser) -> dict[str, str]:
    """What every form of this browser carries."""
    return {"csrf_token": browser.open("/recovery").forms[0].fields["csrf_token"]}
