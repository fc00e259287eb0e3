import statistics
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from argon2 import extract_parameters

from idp.factors.password_hash import Match, Mismatch, PasswordHasher, Unhashable, password_bytes
from tests.builders import a_hasher


@pytest.fixture
def hasher(tmp_path: Path) -> PasswordHasher:
    return a_hasher(tmp_path)


def test_the_right_password_matches_and_no_other(hasher: PasswordHasher) -> None:
    verifier = hasher.hash("lantern orbit mosaic 7")
    assert verifier.startswith(b"$argon2id$v=19$m=64,t=1,p=1$")
    assert hasher.verify(verifier, "lantern orbit mosaic 7") == Match(None)
    for other in ("lantern orbit mosaic 8", "Lantern orbit mosaic 7", "lantern orbit mosaic 7 ", "", "\x00"):
        assert hasher.verify(verifier, other) == Mismatch()
    assert hasher.hash("lantern orbit mosaic 7") != verifier


@pytest.mark.parametrize("password", ["パスワードは長い方がいい", "пароль подлиннее", "🔑🗝️🔒 keys & locks", "a\tb c d e f g"])
def test_any_unicode_is_a_password(hasher: PasswordHasher, password: str) -> None:
    assert hasher.verify(hasher.hash(password), password) == Match(None)


def test_both_spellings_of_an_accent_are_one_password(hasher: PasswordHasher) -> None:
    composed = unicodedata.normalize("NFC", "crème brûlée à la carte")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert hasher.verify(hasher.hash(decomposed), composed) == Match(None)


@pytest.mark.parametrize("password", ["a" * 1025, "é" * 513, "\ud800 and more of it"])
def test_too_long_or_no_text_is_refused_before_hashing(hasher: PasswordHasher, password: str) -> None:
    assert hasher.verify(hasher.hash("x"), password) == Unhashable()
    assert hasher.verify(None, password) == Unhashable()
    with pytest.raises(ValueError, match="1024"):
        hasher.hash(password)


def test_1024_bytes_are_accepted() -> None:
    assert password_bytes("a" * 1024) == b"a" * 1024


def test_nobodys_password_costs_what_anybodys_does_and_never_matches(hasher: PasswordHasher) -> None:
    assert extract_parameters(hasher._nobody.decode()) == extract_parameters(hasher.hash("lantern orbit mosaic 7").decode())
    hasher._nobody = hasher.hash("lantern orbit mosaic 7")
    assert hasher.verify(None, "lantern orbit mosaic 7") == Mismatch()


LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from idp.factors.hash_slots import HashSlots
from idp.factors.password_hash import PasswordHasher
resource.setrlimit(resource.RLIMIT_AS, (1024**3, 1024**3))
PasswordHasher(HashSlots(Path(sys.argv[1]), 1), 2 * 1024**2, 2).check()
"""


def test_more_memory_than_a_process_gets_is_told_before_anybody_signs_in(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LITTLE_MEMORY, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Misconfigured: IDP_HASH_MEMORY_KIB" in ended.stderr


def test_older_parameters_are_renewed_at_the_next_proof(tmp_path: Path) -> None:
    old = a_hasher(tmp_path, memory_kib=64).hash("lantern orbit mosaic 7")
    hasher = a_hasher(tmp_path, memory_kib=128)
    answer = hasher.verify(old, "lantern orbit mosaic 7")
    assert isinstance(answer, Match)
    assert answer.renewed is not None
    assert answer.renewed.startswith(b"$argon2id$v=19$m=128,")
    assert hasher.verify(answer.renewed, "lantern orbit mosaic 7") == Match(None)


def test_an_unreadable_verifier_is_a_fault_not_a_refusal(hasher: PasswordHasher) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        hasher.verify(b"$argon2id$garbage", "x")


def test_unknown_and_known_names_take_the_same_time(tmp_path: Path) -> None:
    hasher = a_hasher(tmp_path, memory_kib=19456, passes=2)
    verifier = hasher.hash("lantern orbit mosaic 7")

    def seconds(stored: bytes | None) -> float:
        started = time.thread_time()  # this thread's own work, whatever else the machine does
        hasher.verify(stored, "wrong")
        return time.thread_time() - started

    pairs = [(seconds(verifier), seconds(None)) for _ in range(15)]
    known, unknown = (statistics.median(column) for column in zip(*pairs, strict=True))
    assert 0.6 < unknown / known < 1.6
