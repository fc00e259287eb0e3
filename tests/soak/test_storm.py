"""Three hundred people sign in at the same moment: the rest of the provider stays awake (S4)."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from threading import Barrier, Event
from urllib.parse import urlsplit

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser, Page
from tests.drivers.stack import a_stack
from tests.faults.scene import Scene, set_scene

CROWD = 300
PATIENCE_SECONDS = 120
# While 300 threads of the test itself compete for the same two cores.
FAST_SECONDS = 2.0

pytestmark = [pytest.mark.soak, pytest.mark.timeout(300)]


@dataclass
class Watch:
    """What the other endpoints answered meanwhile, and how long they took."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def until(self, over: Event, scene: Scene, access_token: str, refresh_token: str) -> None:
        while not over.is_set():
            for name in ("/.well-known/openid-configuration", "/jwks", "/userinfo", "/token"):
                since = time.monotonic()
                if name == "/token":
                    answer = scene.shop.refresh(refresh_token)
                    refresh_token = answer["refresh_token"]
                elif name == "/userinfo":
                    answer = scene.shop.userinfo(access_token)
                else:
                    answer = scene.shop.raw("GET", name)
                self.seconds.append(time.monotonic() - since)
                self.statuses[name, answer.status] += 1


def persist(browser: Browser, page: Page, together: Barrier) -> Counter[int]:
    """Signs in, and comes back when told to, until it has worked."""
    fields = page.forms[0].fields | {"username": "ana", "password": ANA_PASSWORD}
    seen: Counter[int] = Counter()
    together.wait()
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        answer = browser.post(urlsplit(page.url).path, fields, follow=False)
        seen[answer.status] += 1
        if answer.status != 503:
            return seen
        time.sleep(int(answer.headers["Retry-After"]))  # a person who does as the page says
    return seen


def test_three_hundred_sign_ins_at_once(tmp_path: Path) -> None:
    with a_stack(tmp_path) as stack:
        scene = set_scene(stack)
        tokens = scene.tokens()
        crowd = [stack.browser() for _ in range(CROWD)]
        pages = [browser.open(scene.shop.request()) for browser in crowd]
        together, over, watch = Barrier(CROWD), Event(), Watch()
        with ThreadPoolExecutor(CROWD + 1) as threads:
            watching = threads.submit(watch.until, over, scene, tokens["access_token"], tokens["refresh_token"])
            ends = [threads.submit(persist, b, p, together) for b, p in zip(crowd, pages, strict=True)]
            try:
                seen = sum((end.result() for end in ends), Counter())
            finally:
                over.set()
            watching.result()
        assert set(seen) <= {303, 503}
        assert seen[303] == CROWD
        assert {status for _, status in watch.statuses} == {200}
        assert quantiles(watch.seconds, n=20)[-1] < FAST_SECONDS
