"""The secret that an app is shown stays with the provider, for one subject at one place."""

from dataclasses import replace
from datetime import timedelta

import pytest

from idp.core.kv import KV
from idp.core.sealing import Keyring
from idp.factors.totp import Totp
from idp.signin.proposals import LIFETIME, Proposals, in_groups
from idp.subjects.subjects import Subject
from tests.builders import TestClock

KEYS = Keyring(b"k" * 32)


@pytest.fixture
def proposals(kv: KV) -> Proposals:
    return Proposals(kv, KEYS, Totp(KEYS))


def test_one_secret_for_one_subject_at_one_place(proposals: Proposals, ana: Subject, ben: Subject) -> None:
    first = proposals.show("here", ana, "Bank")
    assert proposals.show("here", ana, "Bank") == first
    others = {proposals.show("there", ana, "Bank").secret, proposals.show("here", ben, "Bank").secret}
    assert len({first.secret, *others}) == 3
    assert proposals.find("here", ana.id) == first.secret


def test_it_ends_with_its_time_or_when_it_is_ended(proposals: Proposals, ana: Subject, clock: TestClock) -> None:
    first = proposals.show("here", ana, "Bank")
    clock.advance(LIFETIME - timedelta(seconds=1))
    assert proposals.find("here", ana.id) == first.secret
    clock.advance(timedelta(seconds=1))
    assert proposals.find("here", ana.id) is None
    second = proposals.show("here", ana, "Bank")
    proposals.end("here", ana.id)
    assert proposals.find("here", ana.id) is None
    assert second.secret != first.secret


def test_what_is_kept_tells_nothing_and_fits_nowhere_else(proposals: Proposals, kv: KV, ana: Subject) -> None:
    shown = proposals.show("here", ana, "Bank")
    kept = kv.get(f"proposal:here:{ana.id}")
    assert kept is not None
    assert shown.secret.encode() not in kept
    kv.set(f"proposal:there:{ana.id}", kept, LIFETIME)
    assert proposals.find("there", ana.id) is None


def test_a_secret_of_a_lost_key_is_replaced(proposals: Proposals, ana: Subject) -> None:
    before = proposals.show("here", ana, "Bank")
    later = replace(proposals, keyring=Keyring(b"n" * 32))
    after = later.show("here", ana, "Bank")
    assert after.secret != before.secret
    assert later.find("here", ana.id) == after.secret


def test_it_is_typed_in_groups_of_four() -> None:
    assert in_groups("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP") == "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"
