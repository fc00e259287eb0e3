import time

import pytest

from idp.factors.strength import Strength, Weakness

rule = Strength()
OWN = ("ana", "ana.ferreira@example.test", "Ana", "Ferreira", "Stellantis Financial Services")


@pytest.mark.parametrize(
    "password",
    [
        "lantern orbit mosaic 7",
        "copper harbour violet 3",
        "granite meadow signal 9",
        "walnut ribbon eclipse 5",
        "tr0ub4dor&3-but-longer",
        "パスワードは長い方がいいです",
        "xkvqjwzpbnmt",
        "every good boy deserves fudge on Sundays",
        "k" + "9f2Qe7Lz" * 16,
    ],
)
def test_long_and_hard_to_guess_is_accepted(password: str) -> None:
    assert rule.weakness(password, OWN) is None


@pytest.mark.parametrize("password", ["", "short", "9f2Qe7Lz!kX", "🔑" * 11])
def test_less_than_12_characters_are_too_short(password: str) -> None:
    assert rule.weakness(password) is Weakness.TOO_SHORT


def test_combining_accents_do_not_count_as_characters() -> None:
    assert rule.weakness("e\u0301" * 11) is Weakness.TOO_SHORT


def test_over_1024_bytes_is_too_long() -> None:
    assert rule.weakness("9f2Qe7Lz" * 129) is Weakness.TOO_LONG


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "password password",
        "Password Password!",
        "p@ssw0rd p@ssw0rd",
        "password1234567890",
        "!!!!password!!!!",
        "...letmein...2024...",
        "monkeymonkeymonkey1",
        "qwertyuiop123",
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "dragon-dragon-dragon",
        "sunshine 20260101",
        "iloveyou_iloveyou_99",
        "abcabcabcabcabc",
        "------------------",
    ],
)
def test_listed_words_repeated_padded_or_numbered_are_refused(password: str) -> None:
    assert rule.weakness(password) is Weakness.EASY_TO_GUESS


@pytest.mark.parametrize(
    "password",
    ["stellantis2024", "ana.ferreira@example.test", "ferreira ferreira", "Ana Ferreira 1984", "!!Stellantis!!2026"],
)
def test_own_data_and_the_brand_are_refused(password: str) -> None:
    assert rule.weakness(password, OWN) is Weakness.EASY_TO_GUESS


def test_a_brand_may_ask_for_more_characters() -> None:
    assert Strength(shortest=24).weakness("lantern orbit mosaic 7") is Weakness.TOO_SHORT


@pytest.mark.parametrize("password", ["a" * 1024, "ab" * 512, "a1" * 512, "é" * 512, " " * 1024, "password" * 128])
def test_hostile_lengths_are_judged_quickly(password: str) -> None:
    started = time.thread_time()  # this thread's own work, whatever else the machine does
    rule.weakness(password, ["a" * 254] * 4)
    assert time.thread_time() - started < 0.5
