"""A new password, wherever one is chosen: changed, reset, or the first. One rule, one way to store it, one list of ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from idp.brands.brand import Policy
from idp.brands.registry import Brands
from idp.core.events import Bus, PasswordChanged
from idp.core.language import N_
from idp.factors.password import Password
from idp.factors.password_hash import PasswordHasher
from idp.factors.strength import Strength, Weakness
from idp.sessions.session import Sessions
from idp.signin.words import Problem
from idp.subjects.authenticators import renew
from idp.subjects.subjects import Subject

RECOMMENDED = 15
MISSING = Problem(N_("Something is missing"), N_("Type your new password."), "password")
WEAKNESSES = {
    Weakness.TOO_SHORT: Problem(
        N_("That password is too short"),
        N_("Make it longer. A few words that have nothing to do with each other are easy to remember."),
        "password",
    ),
    Weakness.TOO_LONG: Problem(N_("That password is too long"), N_("Up to 128 characters are fine."), "password"),
    Weakness.EASY_TO_GUESS: Problem(
        N_("That password is easy to guess"),
        N_("It is on a list of common passwords, or made of words about you or about us. Choose other words, or more of them."),
        "password",
    ),
}


@dataclass(frozen=True, slots=True)
class Choosing:
    """What a page says beforehand: the fewest characters that the brand takes, and how many are better."""

    shortest: int
    recommended: int = RECOMMENDED


@dataclass(frozen=True, slots=True)
class NewPasswords:
    """Collaborators."""

    hasher: PasswordHasher
    sessions: Sessions
    brands: Brands
    bus: Bus

    def choosing(self, brand_id: str | None) -> Choosing:
        """What holds on a page of this brand."""
        shortest = self._policy(brand_id).password_min_length
        return Choosing(shortest, max(shortest, RECOMMENDED))

    def judge(self, password: str, own_words: tuple[str, ...], brand_id: str | None) -> Problem | None:
        """What stands against `password`; None where it is strong enough. `own_words`: `words_about`, or what is known."""
        if not password:
            return MISSING
        # Our names are on every page, so they are tried first.
        about_us = tuple(word for brand in self.brands.all() for word in (brand.id, brand.name))
        weakness = Strength(self._policy(brand_id).password_min_length).weakness(password, (*own_words, *about_us))
        return WEAKNESSES[weakness] if weakness is not None else None

    def verifier(self, password: str) -> bytes:
        """What is stored of a judged password. Takes a while, so outside any transaction. Raises `Unavailable` under load."""
        return self.hasher.hash(password)

    def replace(
        self,
        db: Connection,
        subject_id: str,
        verifier: bytes,
        now: datetime,
        *,
        reason: Literal["changed", "reset"],
        brand: str | None,
        keep: str | None = None,
    ) -> None:
        """Puts the new password in place. All sessions, token families and trust end but the session `keep` (S1, what ends)."""
        # Sessions first, as at a sign-in: in another order the two would wait for each other.
        self.sessions.hold_all(db, subject_id, now)
        renew(db, subject_id, Password.kind, verifier, now)
        self.bus.record(db, PasswordChanged(subject_id=subject_id, brand=brand, session_id=keep, reason=reason))

    def _policy(self, brand_id: str | None) -> Policy:
        brand = self.brands.get(brand_id)
        return brand.policy if brand is not None else Policy()


def words_about(subject: Subject) -> tuple[str, ...]:
    """What somebody who knows this person would try first."""
    claims = (str(subject.claims.get(name, "")) for name in ("phone_number", "birthdate", "nickname"))
    return (subject.username, subject.email, subject.given_name or "", subject.family_name or "", *claims)
