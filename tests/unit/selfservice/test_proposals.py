"""A proposed secret stays the same while its page is open, belongs to one session, and is readable to nobody else."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from idp.core.kv import KV, open_kv
from idp.core.sealing import Keyring
from idp.factors.totp import Totp
from idp.selfservice.own import Owner
from idp.selfservice.proposals import LIFETIME, Proposals
from idp.sessions.context import Context
from idp.sessions.session import Session
from idp.subjects.subjects import Subject
from tests.builders import BEGINNING, TestClock

KEYRING = Keyring(bytes(32))
LATER = BEGINNING + timedelta(hours=8)
CONTEXT = Context("pwd", ("pwd",), BEGINNING, ("password",))
SESSION = Session("e_1", "s_ana", CONTEXT, "stellantis", False, "browser", BEGINNING, BEGINNING, LATER)
ANA = Subject("s_ana", "ana", "ana@example.test", True, None, None, {}, None, BEGINNING, None, False, False)
OWNER = Owner(SESSION, ANA, "stellantis")


@pytest.fixture
def kv(tmp_path: Path, clock: TestClock) -> KV:
    return open_kv(f"sqlite:///{tmp_path}/kv.db", clock)


@pytest.fixture
def proposals(kv: KV) -> Proposals:
    return Proposals(kv, KEYRING, Totp(KEYRING))


def test_many_tabs_show_one_secret(proposals: Proposals) -> None:
    with ThreadPoolExecutor(8) as tabs:
        shown = set(tabs.map(lambda _: proposals.show(OWNER, "ALPHERA").secret, range(16)))
    assert shown == {proposals.find(OWNER)}


def test_it_ends_when_it_is_confirmed_or_left(proposals: Proposals, clock: TestClock) -> None:
    first = proposals.show(OWNER, "ALPHERA").secret
    proposals.end(OWNER)
    assert proposals.find(OWNER) is None
    second = proposals.show(OWNER, "ALPHERA").secret
    assert first != second
    clock.advance(LIFETIME)
    assert proposals.find(OWNER) is None


def test_another_session_gets_another(proposals: Proposals) -> None:
    elsewhere = replace(OWNER, session=replace(SESSION, id="e_2"))
    assert proposals.show(OWNER, "ALPHERA").secret != proposals.show(elsewhere, "ALPHERA").secret


def test_it_is_sealed_for_its_session_and_subject(proposals: Proposals, kv: KV) -> None:
    secret = proposals.show(OWNER, "ALPHERA").secret
    stored = kv.get("totp-proposal:e_1")
    assert stored is not None
    assert secret.encode() not in stored
    kv.set("totp-proposal:e_2", stored, LIFETIME)
    assert proposals.find(replace(OWNER, session=replace(SESSION, id="e_2"))) is None
    assert proposals.find(replace(OWNER, subject=replace(ANA, id="s_eve"))) is None
