"""What stands in tables, in words, and nothing of a secret or a person in them."""

import pytest

from idp.admin.kind_words import LONGEST_FAULT, fault_words, kind_words, masked_target
from idp.core.tallies import Tally
from tests.builders import BEGINNING


@pytest.mark.parametrize(
    ("event", "kind", "words"),
    [
        ("SignedIn", "pwd", "password"),
        ("SignedIn", "pwd otp", "password and code"),
        ("SignedIn", "pwd swk user", "password and passkey"),
        ("SignedIn", "hwk user", "passkey"),
        ("SignedIn", "", "other"),
        ("SignInFailed", "wrong_password", "wrong password"),
        ("SecondStepProven", "totp", "app code"),
        ("SecondStepProven", "recovery_code", "recovery code"),
        ("PasswordLocked", "", "password locked"),
        ("SourceThrottled", "", "source slowed"),
    ],
)
def test_a_kind_in_words(event: str, kind: str, words: str) -> None:
    assert kind_words(Tally(BEGINNING, event, "", kind, 1)) == words


@pytest.mark.parametrize(
    ("because", "words"),
    [
        ("TimeoutError", "no answer in time"),
        ("https://shop.test/logout?key=hunter2: ConnectionRefusedError", "shop.test: nothing listens there"),
        ("https://ana:hunter2@shop.test:8443/hunter2#hunter2 took too long", "shop.test took too long"),
        ("http://[::1]:9/hunter2 answered 500", "::1 answered 500"),
        ("http://[bad/hunter2: TimeoutError", "?: no answer in time"),
        ("the client answered 502", "the client answered 502"),
        ("", ""),
    ],
)
def test_a_fault_in_words_names_a_host_and_no_more(because: str, words: str) -> None:
    assert fault_words(because) == words


def test_a_fault_is_never_long() -> None:
    assert len(fault_words("x " * 10_000)) == LONGEST_FAULT


@pytest.mark.parametrize(
    ("kind", "target", "shown"),
    [
        ("mail", "ana-smith.test", "a•••.test"),
        ("mail", "mail.ana-smith.co.test", "m•••.test"),
        ("mail", "localhost", "•••"),
        ("mail", "", ""),
        ("logout_token", "stellantis-portal", "stellantis-portal"),
    ],
)
def test_a_receiver_is_told_only_as_far_as_it_is_no_person(kind: str, target: str, shown: str) -> None:
    assert masked_target(kind, target) == shown
