from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from idp.core.errors import Refused
from idp.core.kv import KV, open_kv
from idp.core.origin import Origin, call_from
from idp.core.sealing import Keyring
from idp.core.signing import Sealer
from idp.core.throttle import Quota, Throttle
from idp.sessions.context import Requirement
from idp.sessions.interaction import Interaction, Interactions
from tests.builders import TestClock

HALF_AN_HOUR = timedelta(minutes=30)
MOST = 20


@pytest.fixture
def kv(tmp_path: Path, clock: TestClock) -> KV:
    return open_kv(f"sqlite:///{tmp_path}/kv.db", clock)


@pytest.fixture
def interactions(kv: KV, clock: TestClock) -> Interactions:
    sealer = Sealer(Keyring(b"k" * 32), "interaction")
    quota = Quota(Throttle(kv, clock), "park", MOST, HALF_AN_HOUR)
    return Interactions(kv, sealer, clock, HALF_AN_HOUR, {"authorize": "/authorize"}, quota)


def parked(interactions: Interactions, **changes: Any) -> Interaction:
    draft: dict[str, Any] = {
        "kind": "authorize",
        "browser": "ana's",
        "client_id": "stellantis-portal",
        "brand": "stellantis",
        "application": "Stellantis portal",
        "requirement": Requirement(("mfa", "pwd"), timedelta(seconds=300), renewed=True),
        "request": {"state": 'a b"c%2B<&amp;é', "resource": ["https://a.example", "https://b.example"]},
        "returns_to": "http://localhost:9001/callback",
        "login_hint": "ana",
    }
    return interactions.park(**(draft | changes))


def test_what_was_parked_is_found_as_it_was(interactions: Interactions) -> None:
    interaction = parked(interactions)
    assert interactions.find(interaction.id, "ana's") == interaction
    assert interactions.resume_url(interaction) == f"/authorize/{interaction.id}"
    bare = parked(interactions, requirement=Requirement(), client_id=None, brand=None, application=None)
    assert interactions.find(bare.id, "ana's") == bare


def test_one_source_cannot_fill_the_store(interactions: Interactions) -> None:
    call_from(Origin(address="192.0.2.1"))
    for _ in range(MOST):
        parked(interactions)
    with pytest.raises(Refused) as refused:
        parked(interactions)
    assert (refused.value.code, refused.value.status) == ("too_many_requests", 429)
    call_from(Origin(address="192.0.2.2"))
    parked(interactions)


def test_another_browser_finds_nothing(interactions: Interactions) -> None:
    interaction = parked(interactions)
    assert interactions.find(interaction.id, "mallory's") is None
    assert interactions.end(interaction.id, "mallory's") is None
    assert interactions.find(interaction.id, "ana's") is not None


@pytest.mark.parametrize("text", ["", "x", "../etc", "a" * 22, "a" * 10_000, "\x00" * 22])
def test_any_other_id_finds_nothing(interactions: Interactions, text: str) -> None:
    assert interactions.find(text, "ana's") is None
    assert interactions.finished(text, "ana's") is None
    assert interactions.end(text, "ana's") is None


def test_two_tabs_are_two_interactions(interactions: Interactions) -> None:
    first, second = parked(interactions), parked(interactions, client_id="alphera-portal")
    interactions.end(first.id, "ana's")
    assert interactions.find(second.id, "ana's") == second


def test_it_lapses(interactions: Interactions, clock: TestClock) -> None:
    interaction = parked(interactions)
    clock.advance(HALF_AN_HOUR)
    assert interactions.find(interaction.id, "ana's") is None
    assert not interactions.keep(interaction)


def test_answers_are_kept_and_prolong_nothing(interactions: Interactions, clock: TestClock) -> None:
    interaction = parked(interactions)
    clock.advance(timedelta(minutes=20))
    assert interactions.keep(interaction.answered(account="e_1"))
    assert interactions.keep(interaction.answered(account="e_1").answered(allow="yes"))
    found = interactions.find(interaction.id, "ana's")
    assert found is not None
    assert found.answers == {"account": "e_1", "allow": "yes"}
    clock.advance(timedelta(minutes=10))
    assert interactions.find(interaction.id, "ana's") is None


def test_ten_enders_get_it_once(interactions: Interactions) -> None:
    interaction = parked(interactions)
    with ThreadPoolExecutor(10) as pool:
        ended = list(pool.map(lambda _: interactions.end(interaction.id, "ana's"), range(10)))
    assert [e for e in ended if e] == [interaction]


def test_an_ended_one_says_so_to_its_browser_and_stays_ended(interactions: Interactions, clock: TestClock) -> None:
    interaction = parked(interactions)
    assert interactions.finished(interaction.id, "ana's") is None
    interactions.end(interaction.id, "ana's")
    assert interactions.finished(interaction.id, "ana's") == interaction
    assert interactions.finished(interaction.id, "mallory's") is None
    assert not interactions.keep(interaction.answered(allow="yes"))
    assert interactions.find(interaction.id, "ana's") is None
    clock.advance(HALF_AN_HOUR)
    assert interactions.finished(interaction.id, "ana's") is None


def test_what_cannot_be_read_is_gone(interactions: Interactions, kv: KV) -> None:
    interaction = parked(interactions)
    for garbage in (b"", b"{}", b"[]", b"null", b"\xff", b'{"requirement": {}}'):
        kv.set(f"interaction:{interaction.id}", garbage or b" ", HALF_AN_HOUR)
        assert interactions.find(interaction.id, "ana's") is None


class Reviver:
    def __init__(self, interactions: Interactions) -> None:
        self.interactions = interactions
        self.seen: list[tuple[dict[str, Any], str]] = []

    def __call__(self, request: dict[str, Any], browser: str) -> Interaction | None:
        self.seen.append((request, browser))
        return parked(self.interactions, request=request, browser=browser) if request["state"] != "stale" else None


@pytest.fixture
def reviver(interactions: Interactions) -> Reviver:
    reviver = Reviver(interactions)
    interactions.revivers["authorize"] = reviver
    return reviver


def test_a_page_left_open_overnight_parks_its_request_anew(
    interactions: Interactions, clock: TestClock, reviver: Reviver
) -> None:
    interaction = parked(interactions)
    sealed = interactions.seal(interaction)
    clock.advance(timedelta(hours=14))
    revived = interactions.revive(sealed, "ana's")
    assert revived is not None
    assert revived.id != interaction.id
    assert revived.request == interaction.request
    assert interactions.find(revived.id, "ana's") == revived


def test_a_request_no_longer_in_order_is_not_parked(interactions: Interactions, reviver: Reviver) -> None:
    sealed = interactions.seal(parked(interactions, request={"state": "stale"}))
    assert interactions.revive(sealed, "ana's") is None
    assert len(reviver.seen) == 1


def test_a_seal_works_in_its_browser_for_a_week(interactions: Interactions, clock: TestClock, reviver: Reviver) -> None:
    sealed = interactions.seal(parked(interactions))
    assert interactions.revive(sealed, "mallory's") is None
    for changed in ("", "x", sealed[:-4], sealed[4:], sealed + "AAAA", "a" * 100_000):
        assert interactions.revive(changed, "ana's") is None
    clock.advance(timedelta(days=7, seconds=1))
    assert interactions.revive(sealed, "ana's") is None
    assert reviver.seen == []


def test_a_kind_nobody_revives_is_gone(interactions: Interactions) -> None:
    assert interactions.revive(interactions.seal(parked(interactions)), "ana's") is None
