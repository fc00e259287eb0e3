"""Whose account is meant by what was typed: a username, an e-mail address, or the number of an agreement that a brand knows."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from idp.brands.agreement_check import AgreementChecks, Found, NotFound, Silent, Verdict
from idp.brands.agreement_check import Asked as Question
from idp.brands.brand import Brand
from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.throttle import Slowed, Throttle
from idp.recovery.asked import Asked, AskedCases, Waiting
from idp.signin.agreement_details import agreement_digest, plain
from idp.subjects.subjects import Subjects

# A brand that did not answer is asked about the same agreement again after this.
AGAIN = timedelta(seconds=60)
# How often a brand is asked: what is typed here takes no credential, and must not become a flood there.
MOST_ASKED, ASKED_IN = 120, timedelta(minutes=1)
# About one agreement, whatever is said of its holder.
MOST_OF_ONE, OF_ONE_IN = 20, timedelta(days=1)
# So many a pass, for a brand that answers late holds the worker up; the rest comes soon.
MOST_A_PASS, SOON = 8, timedelta(seconds=2)
# What people are called is none of a brand's business: a few letters, then digits.
NUMBER = re.compile(r"(?:[A-Za-z]{1,4}[ ./-]?)?(?:[0-9][ ./-]?){3,20}[0-9]")


@dataclass(frozen=True, slots=True)
class Owner:
    """The subject who is meant. `is_told_name`: the mail may name the username."""

    subject_id: str
    is_told_name: bool


@dataclass(frozen=True, slots=True)
class Nobody:
    """No subject of ours is meant."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Only a brand can say."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Collaborators."""

    database: Database
    clock: Clock
    subjects: Subjects
    asked_cases: AskedCases
    brands: Brands
    throttle: Throttle
    checks: AgreementChecks

    def at_once(self, db: Connection, waiting: Waiting) -> Owner | Nobody | Asking:
        """Whose it is as far as our own tables say."""
        asked = waiting.asked
        subject = None if asked.is_detailed else self.subjects.find(db, asked.name)
        if subject is not None:
            return Owner(subject.id, is_told_name=True)
        is_number = asked.is_detailed or NUMBER.fullmatch(asked.name.strip())
        return Asking() if is_number and self._askable(waiting) else Nobody()

    def ask_brands(self, waiting: Sequence[Waiting], settle: Callable[[Waiting, Owner | Nobody], None]) -> int:
        """Asks the brands, outside any transaction, gives each answer to `settle`, and returns how many there were.

        A brand that says nothing is asked about nothing more this time; what it left open waits, as long as its case does.
        """
        silent: set[str] = set()
        settled = 0
        for number, each in enumerate(waiting):
            now = self.clock.now()
            if number >= MOST_A_PASS:
                self._put_off(waiting[number:], now + (AGAIN if silent else SOON), now)
                break
            mine = self._put_off([each], now + AGAIN, now)
            brands = self._askable(each)
            if mine and silent.isdisjoint(brand.id for brand in brands):
                settled += self._ask(each, brands, silent, settle)
        return settled

    def _put_off(self, waiting: Sequence[Waiting], until: datetime, now: datetime) -> bool:
        with self.database.transaction() as db:
            return self.asked_cases.put_off(db, waiting, until, now) > 0

    def _ask(
        self,
        waiting: Waiting,
        brands: Sequence[Brand],
        silent: set[str],
        settle: Callable[[Waiting, Owner | Nobody], None],
    ) -> bool:
        """Whether it was settled."""
        found: Owner | Nobody = Nobody()
        quiet = False
        for brand in brands:
            verdict = self._verdict(brand, waiting.asked)
            if isinstance(verdict, Silent):
                silent.add(brand.id)
                quiet = True
            elif isinstance(verdict, Found) and (owner := self._owner(brand, verdict, waiting.asked)) is not None:
                found, quiet = owner, False
                break
        if not quiet:
            settle(waiting, found)
        return not quiet

    def _verdict(self, brand: Brand, asked: Asked) -> Verdict:
        number = plain(asked.name)
        if isinstance(self.throttle.tries("recovery asks", brand.id, MOST_ASKED, ASKED_IN), Slowed):
            return Silent()
        of_one = agreement_digest(brand.id, number)
        if isinstance(self.throttle.tries("recovery asks of", of_one, MOST_OF_ONE, OF_ONE_IN), Slowed):
            return NotFound()
        born = date.fromisoformat(asked.birth_date) if asked.is_detailed else None
        verdict = self.checks.ask(brand, Question(number, born, asked.postcode) if born is not None else Question(number))
        if isinstance(verdict, Silent):
            self.throttle.give_back("recovery asks of", of_one, OF_ONE_IN)
        return verdict

    def _owner(self, brand: Brand, found: Found, asked: Asked) -> Owner | None:
        with self.database.reading() as db:
            subject_id = self.subjects.holder(db, brand.id, found.customer_number)
        return Owner(subject_id, is_told_name=asked.is_detailed) if subject_id is not None else None

    def _askable(self, waiting: Waiting) -> tuple[Brand, ...]:
        """The brands that may know the agreement: that of the page, or for who came by themselves any."""
        brand = self.brands.get(waiting.brand)
        brands = (brand,) if brand is not None else () if waiting.asked.is_detailed else tuple(self.brands.all())
        return tuple(one for one in brands if one.account_api is not None)
