"""By agreement number: the brand says whose it is, and the mail goes to the address that we have, to nobody else."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from idp.app.recovery import answering
from idp.recovery.asked import Asked
from tests.builders import TestClock
from tests.drivers.brand_api import BrandApi, a_brand_api
from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post, read
from tests.drivers.provider import CLIENTS_FILE, ISSUER, Provider, a_provider
from tests.journeys.recoveries import letters, newest, reset

AGREEMENT, NUMBER = "PCP-4471902", "ST-204118"
BORN = {"birth_day": "12", "birth_month": "4", "birth_year": "1987"}
HOLDER = {"agreement": AGREEMENT, "postcode": "BS1 4QA", **BORN}


@pytest.fixture
def api(clock: TestClock) -> Iterator[BrandApi]:
    with a_brand_api(ISSUER, clock.now) as running:
        running.knows(AGREEMENT, "1987-04-12", "BS1 4QA", NUMBER, email="elsewhere@example.test")
        running.knows("PCP-0000001", "1987-04-12", "BS1 4QA", "ST-000000")
        yield running


@pytest.fixture
def provider(tmp_path: Path, clock: TestClock, api: BrandApi) -> Iterator[Provider]:
    """Stellantis checks agreements; ALPHERA has no such API, and so no questions for callers either."""
    content = yaml.safe_load(CLIENTS_FILE.read_text())
    content["brands"]["stellantis"]["account_api"] = api.block()
    del content["brands"]["alphera"]["account_api"], content["brands"]["alphera"]["support"]["script"]
    clients = tmp_path / "clients.yaml"
    clients.write_text(yaml.safe_dump(content))
    with a_provider(tmp_path, clock, clients_file=str(clients)) as running:
        running.add_customer("ana", numbers={"stellantis": NUMBER})
        yield running


@pytest.fixture
def post(provider: Provider, tmp_path: Path) -> Post:
    return Post(provider, tmp_path)


def asked(browser: Browser, name: str = AGREEMENT, brand: str = "stellantis") -> Page:
    browser.open(f"/recovery?brand={brand}")
    return browser.submit(name=name)


def detailed(browser: Browser, brand: str = "stellantis", **typed: str) -> Page:
    browser.open(f"/recovery/agreement?brand={brand}")
    return browser.submit(**{**HOLDER, **typed})


@pytest.mark.parametrize("typed", [AGREEMENT, f"  {AGREEMENT} "])
def test_the_number_alone_leads_back_in_and_names_nobody(browser: Browser, post: Post, api: BrandApi, typed: str) -> None:
    assert "Look in your mail" in asked(browser, typed).text
    (mail,) = letters(post)
    assert mail["To"] == "ana@example.test"  # never to what the brand has on file
    for kind in ("plain", "html"):
        assert "username" not in read(mail, kind)
    assert [set(claims) & {"birth_date", "postcode"} for claims in api.asked] == [set()]
    assert "Your password is changed" in reset(browser, newest(post)[0]).text


def test_with_birth_date_and_postcode_the_username_is_told(browser: Browser, post: Post, api: BrandApi) -> None:
    assert "Look in your mail" in detailed(browser).text
    (mail,) = letters(post)
    assert (mail["To"], "Your username: ana" in read(mail)) == ("ana@example.test", True)
    (question,) = api.asked
    assert (question["birth_date"], question["postcode"]) == ("1987-04-12", "BS14QA")


@pytest.mark.parametrize(
    "typed",
    [
        {"birth_day": "13"},
        {"postcode": "BS1 4QB"},
        {"agreement": "PCP-4471903"},
        {"agreement": "PCP-0000001"},
        {"agreement": "anaana"},
    ],
)
def test_what_does_not_match_or_has_no_account_looks_the_same_and_sends_nothing(
    browser: Browser, post: Post, typed: dict[str, str]
) -> None:
    right = detailed(browser).text.partition("Reference")[0]
    assert detailed(browser, **typed).text.partition("Reference")[0] == right
    assert len(letters(post)) == 1


def test_what_was_typed_is_forgotten_once_it_is_answered(
    provider: Provider, browser: Browser, post: Post, api: BrandApi
) -> None:
    detailed(browser)
    with provider.house.ground.database.reading() as db:
        sealed = db.exec_driver_sql("select asked_sealed from recovery_cases").scalar_one()
    assert AGREEMENT.encode() not in sealed
    assert b"1987" not in sealed
    letters(post)
    with provider.house.ground.database.reading() as db:
        assert db.exec_driver_sql("select asked_sealed from recovery_cases").scalar_one() is None
        trail = str(db.exec_driver_sql("select * from audit_entries").all())
    assert AGREEMENT not in trail


def test_a_brand_that_is_down_is_asked_again_until_the_case_is_over(
    browser: Browser, post: Post, api: BrandApi, clock: TestClock
) -> None:
    api.instead = (500, "text/plain", b"down")
    assert "Look in your mail" in asked(browser).text
    assert letters(post) == letters(post) == []
    assert len(api.asked) == 1  # not again at once
    clock.advance(timedelta(minutes=1))
    assert letters(post) == []
    api.instead = None
    clock.advance(timedelta(minutes=1))
    assert len(letters(post)) == 1
    assert len(api.asked) == 3


def test_a_brand_that_stays_down_leaves_nothing_behind(
    provider: Provider, browser: Browser, post: Post, api: BrandApi, clock: TestClock
) -> None:
    api.instead = (500, "text/plain", b"down")
    detailed(browser)
    for _ in range(16):
        letters(post)
        clock.advance(timedelta(minutes=1))
    api.instead = None
    assert letters(post) == []
    with provider.house.ground.database.reading() as db:
        assert db.exec_driver_sql("select asked_sealed from recovery_cases").scalar_one() is None


def test_a_brand_that_is_down_keeps_nobody_else_waiting(
    provider: Provider, browser: Browser, post: Post, api: BrandApi
) -> None:
    api.instead = (500, "text/plain", b"down")
    for number in ("PCP-1111111", "PCP-2222222", "ana"):
        asked(browser, number)
    assert [mail["To"] for mail in letters(post)] == ["ana@example.test"]
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    "name", ["ana", "nobody", "nobody@example.test", "a", "12", "٣٣٤٤٥٥٦٦", "1234 <b>", "9" * 41, "maria1985"]
)
def test_brands_hear_of_nothing_that_is_no_number(browser: Browser, post: Post, api: BrandApi, name: str) -> None:
    asked(browser, name)
    letters(post)
    assert api.asked == []


def test_a_brand_hears_only_what_was_asked_on_its_own_pages(browser: Browser, post: Post, api: BrandApi) -> None:
    asked(browser, brand="alphera")
    assert browser.open("/recovery/agreement?brand=alphera").url.endswith("/recovery")
    assert letters(post) == []
    assert api.asked == []


def test_who_came_by_themselves_says_with_whom_the_agreement_is(browser: Browser, post: Post, api: BrandApi) -> None:
    page = browser.open("/recovery/agreement")
    missing = browser.submit(**HOLDER)
    assert (missing.status, "Say with whom" in missing.text) == (422, True)
    assert browser.submit(**HOLDER, brand="alphera").status == 422
    browser.page = page
    assert "Look in your mail" in browser.submit(**HOLDER, brand="stellantis").text
    assert len(letters(post)) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"agreement": ""}, "Check the agreement number"),
        ({"agreement": "PCP"}, "Check the agreement number"),
        ({"birth_day": "31", "birth_month": "2"}, "Check your date of birth"),
        ({"birth_year": "2999"}, "Check your date of birth"),
        ({"birth_day": "٣"}, "Check your date of birth"),
        ({"birth_month": ""}, "Check your date of birth"),
        ({"postcode": " "}, "Check your postcode"),
        ({"postcode": "BS1 4QAé"}, "Check your postcode"),
        ({"agreement": "PCP-4471902日"}, "Check the agreement number"),
    ],
)
def test_slips_are_pointed_out_and_what_was_typed_stays(
    provider: Provider, browser: Browser, typed: dict[str, str], said: str
) -> None:
    page = detailed(browser, **typed)
    assert (page.status, said in page.text) == (422, True)
    assert page.forms[0].fields["birth_year"] == typed.get("birth_year", "1987")
    with provider.house.ground.database.reading() as db:
        assert db.exec_driver_sql("select count(*) from recovery_cases").scalar_one() == 0


def test_about_one_agreement_a_brand_is_asked_so_often_a_day(
    browser: Browser, post: Post, api: BrandApi, clock: TestClock
) -> None:
    for spelled in ("PCP-5555555", "pcp 5555555", "PCP5555555"):
        for _ in range(8):
            asked(browser, spelled)
    for _ in range(4):
        letters(post)
        clock.advance(timedelta(seconds=2))
    assert len(api.asked) == 20
    assert letters(post) == []


def test_a_crowd_that_waits_for_a_brand_that_is_down_keeps_nobody_waiting(
    provider: Provider, browser: Browser, post: Post, api: BrandApi
) -> None:
    """More than one batch of it: what nobody can answer now must not be looked at again and again."""
    api.instead = (500, "text/plain", b"down")
    house, now = provider.house, provider.clock.now()
    with house.ground.database.transaction() as db:
        for number in range(30):
            house.asked_cases.ask(db, f"case {number}", Asked(f"PCP-{number:07}"), "stellantis", now)
    asked(browser, "ana")
    worker = answering(house)
    assert sorted(worker.answer(20) for _ in range(3)) == [0, 0, 1]  # a pass that settles nothing is not followed at once
    assert len(api.asked) == 2
    assert len(letters(post)) == 1


def test_who_is_asked_about_again_and_again_passes_nobody(
    provider: Provider, browser: Browser, post: Post, api: BrandApi, clock: TestClock
) -> None:
    """As many as come due again in the time that it takes to get through them."""
    api.instead = (500, "text/plain", b"down")
    house = provider.house
    with house.ground.database.transaction() as db:
        for number in range(9):
            house.asked_cases.ask(db, f"case {number}", Asked(f"PCP-{number:07}"), "stellantis", clock.now())
    clock.advance(timedelta(seconds=1))
    asked(browser, "ana")
    settled = 0
    for _ in range(4):
        settled += answering(house).answer(3)
        clock.advance(timedelta(seconds=20))
    assert settled == 1
    assert len(letters(post)) == 1
