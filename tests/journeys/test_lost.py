"""A lost second factor: two proofs, a wait that is told on every channel and stopped from each, and one more proof."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from idp.app import lost
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

HOUR = timedelta(hours=1)
BRANDS = ["stellantis", "alphera"]
PHONE = {"phone_number": "+447700900118", "phone_number_verified": True}


@dataclass
class Story:
    """Ana, who lost her authenticator app, at a shop of one brand."""

    provider: Provider
    shop: RelyingParty
    post: Post
    browser: Browser
    clock: TestClock

    def begins(self, name: str = "ana") -> Page:
        page = self.browser.open(self.shop.request())
        self.browser.open(f"/recovery/lost?request={page.url.rpartition('/')[2]}")
        return self.browser.submit(name=name)

    def gives(self, kind: str, password: str = ANA_PASSWORD) -> Page:
        hub = self.browser.page.url
        self.browser.open(f"{hub}/{kind}")
        if kind == "password":
            return self.browser.submit(password=password)
        self.browser.submit(press="send")
        return self.browser.submit(code=self.post.code(kind))

    def waits(self, hours: float) -> None:
        self.clock.advance(HOUR * hours)
        lost.resets(self.provider.house).tick(100)

    def begun(self, *kinds: str) -> Page:
        self.begins()
        for kind in kinds:
            self.gives(kind)
        return self.browser.submit()

    def link(self, what: str, *, by: str = "mail") -> str:
        found = []
        for message in [read(mail) for mail in self.post.mails()] if by == "mail" else [t.text for t in self.post.texts()]:
            found += re.findall(rf"\S+/recovery/lost/{what}/\S+", message)
        return found[-1]

    def comes_back(self, kind: str) -> Page:
        self.browser.open(self.link("finish"))
        self.browser.submit(press="go")
        return self.gives(kind)


@pytest.fixture(params=BRANDS)
def story(request: pytest.FixtureRequest, provider: Provider, browser: Browser, clock: TestClock, tmp_path: Path) -> Story:
    provider.add_customer("ana", claims=PHONE)
    provider.add_app("ana")
    shop = provider.add_client("shop", brand=request.param, consent="implied")
    return Story(provider, shop, Post(provider, tmp_path), browser, clock)


def test_with_password_and_mail_it_takes_a_day(story: Story) -> None:
    assert "two different proofs" in story.begins().text
    assert "One more" in story.gives("password").text
    assert "Nothing has changed yet" in story.gives("mail_code").text
    assert "The wait has begun" in story.browser.submit().text
    story.waits(12)
    story.waits(11.9)
    assert story.provider.happened("FactorResetReady") == []
    story.waits(0.2)
    assert "Remove your second step" in story.comes_back("password").text
    assert "is removed" in story.browser.submit().text
