"""Each address that resumes a parked request takes its own kind: the id of another opens nothing there and breaks nothing."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from idp.app.people import RESUMED_AT
from idp.app.recovery import ASKING_WINDOW, MOST_ASKED
from idp.factors.hash_slots import HashSlots, slots_for
from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser
from tests.drivers.post import Post
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.locks import tried
from tests.journeys.recoveries import NEW, asked, newest, reset

Shops = dict[str, RelyingParty]
OWN = {
    "lost": ("begin", "remove", "password", "mail_code", "mail_code/send", "agreement"),
    "recovery": ("",),
    "unlock": ("",),
    "authorize": ("",),
    "own": ("",),
    "console": ("",),
    "activate": ("",),
    "activate-link": ("",),
}
OTHER_PAGES = ("/activate", "/consent", "/signin")


@contextmanager
def no_room_to_hash(folder: Path) -> Iterator[None]:
    """Every slot of this host is taken, so whoever hashes is told to come back."""
    count = slots_for(len(os.sched_getaffinity(0)))
    with ExitStack() as held:
        slots = HashSlots(folder, count)
        for _ in range(count):
            held.enter_context(slots.one())
        yield


def parked(provider: Provider, shops: Shops, browser: Browser, tmp_path: Path) -> dict[str, str]:
    """The ids of what this browser has parked, by kind."""
    tried(browser, shops["stellantis"], "ana", password=ANA_PASSWORD)
    ids = {"authorize": browser.open(shops["stellantis"].request(prompt="login")).url.split("/")[4]}
    browser.open("/recovery/lost?brand=stellantis")
    ids["lost"] = browser.submit(name="ana").url.rpartition("/")[2]
    browser.open("/recovery?brand=stellantis")
    browser.submit(name="ana")
    provider.add_app()
    browser.open(newest(Post(provider, tmp_path))[0])
    ids["recovery"] = browser.submit(press="password").url.split("/")[4]
    ids["own"] = browser.open("/account/password").url.split("/")[4]
    return ids


def token(browser: Browser) -> dict[str, str]:
    return {"csrf_token": browser.open("/recovery").forms[0].fields["csrf_token"]}


def test_every_address_that_resumes_is_among_these() -> None:
    assert set(OWN) == set(RESUMED_AT)


@pytest.mark.parametrize("of", ["authorize", "lost", "recovery", "own"])
def test_what_another_page_parked_is_closed_here(
    provider: Provider, shops: Shops, browser: Browser, tmp_path: Path, of: str
) -> None:
    parked_id = parked(provider, shops, browser, tmp_path)[of]
    fields, happened = token(browser) | {"password": NEW, "code": "123456"}, len(provider.events)
    with no_room_to_hash(tmp_path):
        for kind, acts in OWN.items():
            if kind == of:
                continue
            for address in (f"{RESUMED_AT[kind]}/{parked_id}/{act}".rstrip("/") for act in acts):
                pages = [browser.open(address), browser.post(address, fields)]
                assert all(page.status < 500 for page in pages), address
                assert not any("Choose a new password" in page.text for page in pages)
                if kind in ("lost", "recovery", "unlock", "activate", "activate-link"):
                    assert {page.status for page in pages} <= {400, 404, 405}, address
                    assert "no longer open" in "".join(page.text for page in pages)
        assert all(browser.open(f"{page}/{parked_id}").status < 500 for page in OTHER_PAGES)
    assert provider.events[happened:] == []


def test_no_password_is_hashed_before_everything_is_proven(
    provider: Provider, shops: Shops, browser: Browser, tmp_path: Path
) -> None:
    parked_id = parked(provider, shops, browser, tmp_path)["recovery"]
    with no_room_to_hash(tmp_path):
        for password in (NEW, "x" * 2000, ""):
            page = browser.post(f"/recovery/resume/{parked_id}", token(browser) | {"password": password})
            assert "code from your app" in page.text


def test_one_source_sets_so_many_passwords_and_is_told_to_wait(
    provider: Provider, shops: Shops, browser: Browser, tmp_path: Path
) -> None:
    asked(browser, shops["alphera"])
    link, _ = newest(Post(provider, tmp_path))
    for _ in range(MOST_ASKED):  # as that many resets would
        provider.house.throttle.failed("recovery password", "192.0.2.66", ASKING_WINDOW)
    assert reset(provider.browser("192.0.2.66"), link).status == 429
    assert "Your password is changed" in reset(browser, link).text
