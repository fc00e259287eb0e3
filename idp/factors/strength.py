"""Whether a new password is strong enough: length, and how soon it would be guessed. No composition rules."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from zxcvbn_rs_py import zxcvbn

from idp.factors.password_hash import password_bytes

SHORTEST = 12
LEAST_SCORE = 3
# zxcvbn's time grows with the square of the length; what follows the first 100 characters only adds strength.
LOOKED_AT = 100
# Words of its dictionaries rank below this: names, common and breached passwords, everyday words.
LISTED_GUESSES = 10_000
# Nothing but filling: digits, punctuation, space, underscores.
FILLING = r"[\W\d_]"
REPEATED = re.compile(rf"(.+?){FILLING}*(?:\1{FILLING}*)+")


class Weakness(Enum):
    """Why a password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    EASY_TO_GUESS = "easy_to_guess"


@dataclass(frozen=True, slots=True)
class Strength:
    """The rule for new passwords; a brand may ask for more characters than 12."""

    shortest: int = SHORTEST

    def weakness(self, password: str, own_words: Iterable[str] = ()) -> Weakness | None:
        """Why `password` is refused; None where it is strong enough.

        `own_words` are words an attacker would try first for this person: names, e-mail, brand.
        """
        raw = password_bytes(password)
        if raw is None:
            return Weakness.TOO_LONG
        text = raw.decode()
        if len(text) < self.shortest:
            return Weakness.TOO_SHORT
        words = _parts(own_words)
        if int(zxcvbn(text[:LOOKED_AT], words).score) < LEAST_SCORE or _is_dressed_up(text[:LOOKED_AT], words):
            return Weakness.EASY_TO_GUESS
        return None


def _parts(own_words: Iterable[str]) -> list[str]:
    # "ana.ferreira@example.test" is tried whole and in its parts.
    whole = [word.casefold()[:LOOKED_AT] for word in own_words if word]
    return whole + [part for word in whole for part in re.split(FILLING, word) if len(part) > 2]


def _is_dressed_up(text: str, words: list[str]) -> bool:
    """Whether it is one listed word that was repeated, padded or given digits, or nothing but the person's own words."""
    core = re.sub(rf"^{FILLING}+|{FILLING}+$", "", text.casefold())
    if not core:
        return False
    if repeated := REPEATED.fullmatch(core):
        core = repeated.group(1)
    return int(zxcvbn(core, words).guesses) <= LISTED_GUESSES or _is_only(words, core)


def _is_only(words: list[str], core: str) -> bool:
    for word in sorted(words, key=len, reverse=True):
        core = core.replace(word, " ")
    return not re.sub(FILLING, "", core)
