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
from tests.drivers.newcomer import Newcomer, Town

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
    for spelled in ("PCP-4903127", "pcp 4903127", "ＰＣＰ4903127", "P.C.P-4903127", " PCP4903127 "):
        asks(town, agreement=spelled, birth_day="19")
    assert len(town.apis["stellantis"].asked) == 5
    asks(town)
    assert len(town.apis["stellantis"].asked) == 5
    assert town.provider.happened("ActivationRefused")[-1].reason == "throttled"
    assert not [mail for mail in town.post.mails() if "Your code" in mail["Subject"]]
    clock.advance(timedelta(days=2))
    asks(town)
    assert [mail["To"] for mail in town.post.mails()] == ["elin@example.test"]


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
    for secret in ("1991-02-18", "18.2.1991", "NR2 3FJ", "nr23fj", "NR23FJ", "PCP-4903127", "pcp4903127"):
        assert secret not in kept
        assert secret.encode() not in stores
    entries = [entry for entry in town.provider.events if entry.name.startswith("Activation")]
    assert all("PCP" not in str(entry) for entry in entries)
