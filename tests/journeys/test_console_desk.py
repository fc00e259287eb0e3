"""The support desk: finding who calls, finding out who it is, and what nobody may do there (S3.12)."""

import re
from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.desk import NUMBER, PROVEN, QUESTIONS, TYPED, WRONG, Desk
from tests.drivers.staff import StaffMember

OTHER = {"stellantis": "alphera", "alphera": "stellantis"}
WHO = ("ana", "ANA@Example.test", "Ana Ferreira", "  ana   ferreira ", NUMBER, "st-204118", "PCP-4471902", "pcp 4471 902")


def test_a_customer_is_found_by_what_they_are_called_and_masked(desk: Desk) -> None:
    for who in WHO:
        page = desk.searches(who)
        assert "A. F." in page.text, who
        assert "a…@e…" in page.text
        assert not [told for told in ("Ana Ferreira", "ana@", NUMBER, "Ferreira") if told in page.body]
    assert desk.sam.browser.open(page.link("Open")).status == 200
    for told in ("Ana Ferreira", "ana@", "7700900118", NUMBER):
        assert told not in desk.page.body


def test_a_part_of_a_name_or_a_wildcard_finds_nobody(desk: Desk) -> None:
    for who in (
        "Ferreira",
        "an%",
        "a*",
        "_na",
        "Ana Ferr",
        "% %",
        "' OR 1=1 --",
        "PCP-0000000",
        "+447700900118",
        "07700 900118",
    ):
        assert "Nobody is called that" in desk.searches(who).text, who


def test_what_nobody_could_be_called_is_refused(desk: Desk) -> None:
    for who in ("", "   ", "x" * 255, "a\tb\x07"):
        page = desk.searches(who)
        assert (page.status, "Type who it is" in page.text) == (422, True)
    for who in ("a\x00b", "\ufffd"):
        assert desk.searches(who).status == 400
    assert desk.provider.happened("CustomersSearched") == []


def test_a_search_is_told_without_what_was_typed(desk: Desk) -> None:
    desk.searches("Mallory Quicksilver")
    (event,) = desk.provider.happened("CustomersSearched")
    assert re.fullmatch("[0-9a-f]{64}", str(event.details()["typed_digest"]))
    assert event.details()["found"] == 0
    assert not [row for row in desk.said() if "quicksilver" in row.lower()]


def test_sixty_searches_in_an_hour(desk: Desk) -> None:
    desk.sam.open("/console/customers")
    for _ in range(60):
        desk.sam.browser.submit(who="nobody")
    assert (desk.searches("ana").status, "Too many searches" in desk.page.text) == (429, True)
    assert "A. F." in desk.searches("ana", desk.colleague("kim")).text


def test_an_agent_of_another_brand_sees_nobody(desk: Desk) -> None:
    kim = desk.colleague("kim", OTHER[desk.brand])
    for who in ("ana", "Ana Ferreira", NUMBER):
        assert "Nobody is called that" in desk.searches(who, kim).text
    assert kim.open(desk.record).status == 404
    desk.takes_the_call()
    assert kim.open(desk.page.url).status == 404


def test_whoever_signed_in_at_a_brand_is_its_customer_too(desk: Desk) -> None:
    kim, other = desk.colleague("kim", OTHER[desk.brand]), OTHER[desk.brand]
    shop, browser = desk.provider.add_client("shop", brand=other, consent="implied"), desk.provider.browser()
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    assert "A. F." in desk.searches("ana", kim).text


def test_an_agent_for_all_sees_who_is_at_no_brand(desk: Desk) -> None:
    desk.provider.add_customer("lone")
    assert "Nobody is called that" in desk.searches("lone").text
    lee = StaffMember(desk.provider, "support", None, "lee")
    page = desk.searches("lone", lee)
    lee.browser.open(page.link("Open"))
    page = lee.browser.submit()
    assert (page.status, "Choose the brand" in page.text) == (422, True)
    lee.browser.submit(brand=desk.brand)
    assert "Call of l•••" in lee.prove().text


def test_at_most_twenty_are_shown(desk: Desk) -> None:
    for number in range(23):
        desk.provider.add_customer(f"bob{number}", given_name="Bob", family_name="Lee", numbers={desk.brand: f"N-{number}"})
    assert desk.searches("Bob Lee").text.count("B. L.") == 2 * 20  # as a row, and in the words of its link


def test_nobody_helps_themselves_or_staff(desk: Desk) -> None:
    kim = desk.colleague("kim")
    desk.sam.open("/console/customers")
    for name, said in (("sam", "You cannot help yourself here"), ("kim", "Support does not help staff")):
        with desk.provider.house.ground.database.transaction() as db:
            subject = desk.provider.house.people.subjects.find(db, name)
            assert subject is not None
            desk.provider.house.people.subjects.link(db, desk.provider.house.ground.bus, subject.id, desk.brand, f"S-{name}")
        page = desk.sam.open(f"/console/customers/{subject.id}")
        assert said in page.text
        assert "Begin the call" not in page.text
        token = desk.searches(name).forms[0].fields
        begun = desk.sam.browser.post(f"/console/customers/{subject.id}/call", token | {"brand": desk.brand})
        assert said in begun.text
    assert desk.provider.happened("CallBegun") == []
    assert kim.username == "kim"


def test_a_call_is_its_agents_alone_and_over_after_half_an_hour(desk: Desk) -> None:
    desk.proves()
    here = desk.page.url
    assert desk.colleague("kim").open(here).status == 404
    desk.clock.advance(timedelta(minutes=9))
    desk.sam.browser.open(here)
    desk.clock.advance(timedelta(minutes=9))
    desk.sam.open(here)
    desk.clock.advance(timedelta(minutes=9))
    assert "3 more minutes" in desk.sam.open(here).text
    desk.clock.advance(timedelta(minutes=3, seconds=1))
    page = desk.does("unlock")
    assert "This call is over" in page.text
    assert desk.provider.happened("SupportActed") == []


def test_cases_that_never_were(desk: Desk) -> None:
    desk.takes_the_call()
    token = desk.page.forms[0].fields
    for case in ("k_" + "x" * 22, "k_%00", "k_\u2028", "9" * 3000, "..%2f..", "k_" + "x" * 23):
        assert desk.sam.browser.open(f"/console/customers/calls/{case}").status == 404, case
        for part in ("script", "send", "code", "act", "end"):
            assert desk.sam.browser.post(f"/console/customers/calls/{case}/{part}", token).status == 404, (case, part)
    for subject in ("s_" + "x" * 22, "s_%00", "approvals%00", "9" * 3000):
        assert desk.sam.browser.open(f"/console/customers/{subject}").status == 404, subject


def test_who_hangs_up_ends_what_was_proven(desk: Desk) -> None:
    desk.proves()
    stale, here = desk.page, desk.page.url
    assert "The call is over" in desk.sam.browser.submit().text
    desk.sam.browser.page = stale
    assert "This call is over" in desk.does("end_sessions").text
    assert "This call is over" in desk.sam.open(here).text


def test_it_takes_the_brands_minimum(desk: Desk) -> None:
    desk.takes_the_call()
    for right in (0, 2, 3, 4):
        page = desk.asks(right=right)
        assert f"{right} of 4 answers are right" in page.text
        assert (PROVEN in page.text) == (right >= 3 and desk.brand == "stellantis")
    desk.asks(right=2)
    desk.sends_a_code()
    desk.hears(desk.code())
    # A code is enough by itself at one brand, and only with the answers at the other.
    assert (PROVEN in desk.page.text) == (desk.brand == "stellantis")


def test_answers_stand_nowhere_and_verdicts_do(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    desk.takes_the_call()
    page = desk.asks(right=2)
    asked = QUESTIONS[desk.brand]
    told = [*(TYPED[name] for name in asked[:2]), *(WRONG[name] for name in asked[2:])]
    judged = desk.api.asked[-1]["answers"]
    # The name on file is Ana's own, and the brand's number is no answer.
    answers = {said.lower() for said in (*told, *judged.values())} - {"ana ferreira"}
    for row in (*desk.said(), *capfd.readouterr(), page.body, *(repr(event) for event in desk.provider.events)):
        assert [said for said in answers if said in row.lower()] == [], row
    (event,) = desk.provider.happened("CallerAsked")
    assert (event.details()["right"], event.details()["wrong"]) == (" ".join(sorted(asked[:2])), " ".join(sorted(asked[2:])))


def test_a_better_try_takes_the_place_of_the_one_before(desk: Desk) -> None:
    desk.takes_the_call()
    first, second, third, fourth = QUESTIONS[desk.brand]
    desk.asks({first: TYPED[first], second: TYPED[second]})
    page = desk.asks({third: TYPED[third], fourth: WRONG[fourth]})
    # Otherwise each answer could be tried by itself until enough of them are right.
    assert "1 of 2 answers are right" in page.text
    assert PROVEN not in page.text


def test_five_tries_a_day_for_a_customer_whoever_asks(desk: Desk) -> None:
    desk.takes_the_call()
    for _ in range(5):
        desk.asks(right=1)
    page = desk.asks()
    assert (page.status, "No more tries for now" in page.text) == (429, True)
    assert len(desk.api.asked) == 5
    kim = desk.colleague("kim")
    kim.open(desk.record)
    kim.browser.submit(brand=desk.brand)
    kim.prove()
    assert kim.browser.submit(**{name: TYPED[name] for name in QUESTIONS[desk.brand]}).status == 429


def test_a_brand_that_is_down_judges_nothing_and_costs_no_try(desk: Desk) -> None:
    desk.takes_the_call()
    desk.api.instead = (503, "text/plain", b"")
    for _ in range(6):
        page = desk.asks()
        assert (page.status, "does not answer" in page.text) == (503, True)
    desk.api.instead = None
    assert "4 of 4" in desk.asks().text
    assert [event.reason for event in desk.provider.happened("CallerAsked")] == ["unanswered"] * 6 + [""]


def test_an_answer_of_the_brand_that_is_not_understood_counts_for_nothing(desk: Desk) -> None:
    desk.takes_the_call()
    for verdicts in ({}, {"postcode": True}, "yes", None, dict.fromkeys(QUESTIONS[desk.brand], "true")):
        desk.api.distort = lambda claims, said=verdicts: claims | {"verdicts": said}  # type: ignore[misc]
        assert desk.asks().status == 503


def test_an_answer_that_cannot_be_read_is_told_at_its_field(desk: Desk) -> None:
    desk.takes_the_call()
    for said in ("1987", "32 1 1987", "1.1.87", "x" * 101, "12 April 1987", "1-2-3-1987"):
        page = desk.asks({"birth_date": said})
        assert (page.status, "day, month and year in numbers" in page.text) == (422, True)
        assert said not in page.text
    assert "Type what they answered" in desk.asks({"birth_date": " "}).text
    assert desk.api.asked == []
