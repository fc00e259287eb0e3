"""What a stranger learns of an agreement by asking for online access: nothing. And what is kept of what was typed: nothing."""

import json
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from idp.activation.targets import HIDDEN
from tests.builders import TestClock
from tests.drivers.browser import Page
from tests.drivers.newcomer import PASSWORD, Newcomer, Town

SHOWN = re.compile(rf"[a-z]{HIDDEN}@[a-z]{HIDDEN}|•••• [0-9]{{3}}")
# Of these a ghost has an e-mail address, like the customer.
GHOST = "PCP-0000001"


def asks(town: Town, address: str = "192.0.2.30", **typed: str) -> Page:
    stranger = Newcomer(town, "stellantis", town.provider.browser(address))
    stranger.comes()
    return stranger.types(**typed)


def plain(page: Page) -> str:
    """A page without what is another's on every page: its target, tokens, addresses and the reference."""
    body = SHOWN.sub("TARGET", page.body)
    body = re.sub(r'value="[^"]{20,}"|nonce="[^"]+"|/activate/[\w-]{22}', "", body)
    return re.sub(r'<span class="mono">\w+</span>|E-mail|Text message|Look into your spam.*|See whether your phone.*', "", body)


def test_unknown_active_and_throttled_look_like_found(town: Town, elin: Newcomer) -> None:
    found = asks(town)
    assert elin.activates().left
    active, wrong_date = asks(town), asks(town, birth_day="19")
    for _ in range(6):
        throttled = asks(town, agreement="PCP-7")
    unknown = asks(town, agreement=GHOST)
    pages = (found, active, wrong_date, throttled, unknown)
    assert {page.status for page in pages} == {200}
    assert {plain(page) for page in pages} == {plain(found)}
    assert {page.headers["Cache-Control"] for page in pages} == {"no-store"}
    reasons = [event.reason for event in town.provider.happened("ActivationRefused")]
    assert reasons == ["active", "unknown", *["unknown"] * 5, "throttled", "unknown"]
    assert len([mail for mail in town.post.mails() if "Your code" in mail["Subject"]]) == 2


def test_the_target_of_nobody_stays_the_same_and_differs_from_others(town: Town) -> None:
    first, again = (SHOWN.search(asks(town, agreement=GHOST).body) for _ in range(2))
    assert first is not None
    assert again is not None
    assert first.group() == again.group()
    shown = {SHOWN.search(asks(town, agreement=f"HP-{n}").body) for n in range(1000, 1012)}
    assert len({match.group() for match in shown if match}) > 6


def test_after_five_tries_in_a_day_nothing_is_sent_however_it_is_spelled(town: Town, elin: Newcomer, clock: TestClock) -> None:
    for spelled in ("PCP-4903127", "pcp 4903127", "PCP4903127", "P.C.P-4903127", " PCP4903127! "):
        asks(town, agreement=spelled, birth_day="19")
    asks(town)
    assert [question["agreement"] for question in town.apis["stellantis"].asked] == ["PCP4903127"] * 5
    assert town.provider.happened("ActivationRefused")[-1].reason == "throttled"
    assert not [mail for mail in town.post.mails() if "Your code" in mail["Subject"]]
    clock.advance(timedelta(days=2))
    asks(town)
    assert [mail["To"] for mail in town.post.mails()] == ["elin@example.test"]


@pytest.mark.parametrize("birth_day", ["18", "19"])
def test_how_it_is_spelled_does_not_show_whether_it_matched(town: Town, elin: Newcomer, birth_day: str) -> None:
    shown = [SHOWN.search(asks(town, birth_day=birth_day, postcode=one).body) for one in ("NR2 3FJ", "nr2-3fj", "(NR23FJ)")]
    assert len({match.group() for match in shown if match}) == 1
    for odd in ("NR2 3FJé", "NR2 3FJ日", "ＮＲ２ ３ＦＪ", "NR2 3FJ\u0301"):
        page = asks(town, birth_day=birth_day, postcode=odd)
        assert (page.status, "Check your postcode" in page.text) == (422, True)
    assert {(one["agreement"], one["postcode"]) for one in town.apis["stellantis"].asked} == {("PCP4903127", "NR23FJ")}


def test_letters_of_other_scripts_are_no_fresh_counters(town: Town, elin: Newcomer) -> None:
    for odd in ("PCP-4903127é", "PCP-4903127日", "ＰＣＰ-4903127", "PCP-490312７"):
        page = asks(town, agreement=odd)
        assert (page.status, "Check the agreement number" in page.text) == (422, True)
    assert town.apis["stellantis"].asked == []


def test_the_owner_of_an_active_agreement_is_told_once_a_day(town: Town, elin: Newcomer, clock: TestClock) -> None:
    assert elin.activates().left
    elin.agreement = "PCP-4903128"
    elin.becomes_customer()
    told = "You already have online access"
    for often in (1, 1, 2):
        shown = {SHOWN.search(asks(town, agreement=number).body) for number in ("PCP-4903127", "PCP-4903128")}
        assert {match.group() for match in shown if match} == {"e•••@e•••"}
        assert len([mail for mail in town.post.mails() if told in mail["Subject"]]) == often
        clock.advance(timedelta(hours=13))
    reasons = [event.reason for event in town.provider.happened("ActivationRefused")]
    assert reasons == ["active", *["told_today"] * 3, "active", "told_today"]


def test_one_source_asks_thirty_times_in_an_hour(town: Town) -> None:
    for n in range(30):
        asks(town, "192.0.2.77", agreement=f"HP-{n:05}")
    refused = asks(town, "192.0.2.77", agreement="HP-99999")
    assert (refused.status, "Too many requests" in refused.text) == (429, True)
    assert asks(town, "192.0.2.78", agreement="HP-99998").status == 200


def test_a_mailbox_gets_no_more_codes_than_its_quota_and_the_page_looks_the_same(town: Town, elin: Newcomer) -> None:
    for n in range(7):
        elin.agreement = f"PCP-490312{n}"
        elin.becomes_customer()
        page = asks(town, agreement=elin.agreement)
        assert "If these details match" in page.text
    assert len([mail for mail in town.post.mails() if "Your code" in mail["Subject"]]) == 5
    assert town.provider.happened("ActivationRefused")[-1].reason == "withheld"


def test_strangers_use_up_nothing_of_what_the_owner_needs_to_sign_in(town: Town, elin: Newcomer, clock: TestClock) -> None:
    """Elin has codes by mail turned on, and somebody else asks for online access to her agreement over and over."""
    elin = Newcomer(town, "alphera", town.provider.browser()).becomes_customer()
    assert elin.activates().left
    town.provider.add_mail_code("elin")
    clock.advance(timedelta(days=2))
    for _ in range(2):
        stranger = Newcomer(town, "alphera", town.provider.browser("203.0.113.9"))
        stranger.comes()
        stranger.types()
        for _ in range(4):
            clock.advance(timedelta(minutes=3))
            stranger.browser.submit(press="send")
    owner = town.provider.browser("192.0.2.99")
    owner.open(town.shop("alphera").request())
    owner.sign_in("elin", PASSWORD)
    owner.submit(press="send")
    assert owner.submit(code=town.post.code("mail_code")).left
    assert {event.reason for event in town.provider.happened("CodeWithheld")} == {"unreachable", "subject"}


@pytest.mark.parametrize(("minutes", "said"), [(1, "Choose how you sign in"), (6, "too old")])
def test_a_code_that_cannot_follow_leaves_the_last_one_as_it_is(
    town: Town, elin: Newcomer, clock: TestClock, minutes: int, said: str
) -> None:
    elin.comes()
    elin.types()
    code = elin.code()
    for number in range(4):  # more agreements with the same mailbox
        Newcomer(town, elin.brand, elin.browser, agreement=f"PCP-490000{number}").becomes_customer()
        asks(town, agreement=f"PCP-490000{number}")
    sent = len(town.post.mails())
    clock.advance(timedelta(minutes=1))
    page = elin.browser.submit(press="send")
    assert "You can have another code in" in page.text
    assert len(town.post.mails()) == sent
    assert [event.reason for event in town.provider.happened("CodeWithheld")] == ["target"]
    clock.advance(timedelta(minutes=minutes - 1))
    assert said in elin.confirms(code).text


def test_further_codes_are_told_to_the_trail_and_nothing_of_where_they_go(town: Town, clock: TestClock) -> None:
    farid = Newcomer(town, "stellantis", town.provider.browser(), email="", phone="+447700900733").becomes_customer()
    farid.comes()
    farid.types()
    clock.advance(timedelta(minutes=1))
    farid.browser.submit(press="send")
    farid.confirms()
    for _ in range(4):
        farid.browser.submit(email="farid@example.test")
        if farid.browser.page.status == 200:
            farid.browser.submit(press="change")
    kinds = [(event.name, event.kind, event.reason) for event in town.provider.events if event.name.startswith("Code")]  # type: ignore[attr-defined]
    assert kinds == [
        ("CodeSent", "text_code", ""),
        *[("CodeSent", "mail_code", "")] * 3,
        ("CodeWithheld", "mail_code", "new"),
    ]


@pytest.mark.parametrize("how", ["down", "garbage", "forged", "replayed", "no contact with the key"])
def test_without_an_answer_that_counts_it_is_later(town: Town, elin: Newcomer, how: str) -> None:
    api = town.apis["stellantis"]
    match how:
        case "down":
            api.instead = (503, "application/jwt", b"")
        case "garbage":
            api.instead = (200, "application/jwt", b"ey.ey.ey")
        case "forged":
            api.distort = lambda claims: claims | {"aud": "https://other.example"}
        case "replayed":
            api.distort = lambda claims: claims | {"jti": "of another time"}
        case _:
            api.typ = "JWT"
    page = asks(town)
    assert (page.status, page.headers["Retry-After"]) == (503, "60")
    assert "We cannot check your agreement right now" in page.text
    assert town.rows("activation_codes") == []
    assert not town.provider.happened("ActivationRefused")
    assert town.post.mails() == []
    api.instead, api.typ, api.distort = None, "agreement-answer+jwt", lambda claims: claims
    assert "If these details match" in asks(town).text


def test_what_a_brand_did_not_answer_is_no_try(town: Town, elin: Newcomer) -> None:
    api = town.apis["stellantis"]
    for _ in range(2):
        api.instead = (503, "text/plain", b"")
        assert [asks(town).status for _ in range(6)] == [503] * 6
        api.instead = None
        for _ in range(2):
            asks(town, birth_day="19")
    assert elin.comes().forms
    elin.types()
    assert "Choose how you sign in" in elin.confirms().text
    asks(town)
    assert [event.reason for event in town.provider.happened("ActivationRefused")] == [*["unknown"] * 4, "throttled"]


def test_a_brand_that_hangs_is_waited_for_three_seconds(town: Town, elin: Newcomer) -> None:
    town.apis["stellantis"].hangs.set()
    began = time.monotonic()
    assert asks(town).status == 503
    assert 2.5 < time.monotonic() - began < 4.5


def test_nothing_of_what_was_typed_is_kept_anywhere(town: Town, elin: Newcomer, tmp_path: Path) -> None:
    with capture_logs() as lines:
        assert elin.activates().left
        asks(town, birth_day="19")
        town.apis["stellantis"].instead = (500, "text/plain", b"")
        asks(town)
    kept = json.dumps([str(line) for line in lines])
    kept += "".join(
        str(row) for table in ("audit_entries", "activation_codes", "subjects", "outbox") for row in town.rows(table)
    )
    stores = b"".join(file.read_bytes() for file in tmp_path.glob("*.db*"))
    for secret in ("1991-02-18", "18.2.1991", "NR2 3FJ", "nr23fj", "NR23FJ", "PCP-4903127", "pcp4903127", "PCP4903127"):
        assert secret not in kept
        assert secret.encode() not in stores
    entries = [entry for entry in town.provider.events if entry.name.startswith("Activation")]
    assert all("PCP" not in str(entry) for entry in entries)
