"""Finding a customer by exactly what they are called: never by a part of it, and never somebody of another agent's brand."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from idp.admin.desk.belonging import Over, brands_of, is_within
from idp.brands.agreement_check import AgreementChecks, Asked, Found, Silent
from idp.brands.brand import Brand
from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.desk_events import CustomerSeen, CustomersSearched
from idp.core.events import Bus
from idp.core.throttle import Slowed, Throttle
from idp.signin.agreement_details import SHORTEST, plain
from idp.subjects.model import subject_brands, subjects
from idp.subjects.names import name_key
from idp.subjects.subjects import Subject, Subjects

MOST, LONGEST, MOST_WORDS = 20, 254, 8
# Before those of other brands are left out.
MOST_LOOKED_AT = 500
SEARCHES, SEARCHED_IN = 60, timedelta(hours=1)
SEEN_IN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Customer:
    """A subject, and the brands whose customer they are."""

    subject: Subject
    brands: frozenset[str]


@dataclass(frozen=True, slots=True)
class FoundCustomers:
    """Whom it means, at most 20. `silent`: brands that were asked for an agreement and did not answer."""

    customers: tuple[Customer, ...]
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoName:
    """Nothing that could be anybody's was typed."""


@dataclass(frozen=True, slots=True)
class Customers:
    """Collaborators. `key` keeps what was typed from being read from the trail."""

    database: Database
    clock: Clock
    bus: Bus
    subjects: Subjects
    brands: Brands
    agreements: AgreementChecks
    throttle: Throttle
    key: bytes

    def search(self, typed: str, agent_id: str, over: Over) -> FoundCustomers | NoName | Slowed:
        """Whom `typed` means among the customers of `over`: name, e-mail, username, customer or agreement number."""
        if not typed.strip() or len(typed) > LONGEST or not typed.strip().isprintable():
            return NoName()
        allowed = self.throttle.tries("customer search", agent_id, SEARCHES, SEARCHED_IN)
        if isinstance(allowed, Slowed):
            return allowed
        with self.database.reading() as db:
            found = self._customers(db, self._ids(db, typed.strip(), over), over)
        holders, silent = ((), ()) if found else self._holders(typed, over)
        with self.database.transaction() as db:
            found = found or self._customers(db, holders, over)
            typed_digest = hmac.digest(self.key, name_key(typed).encode(), "sha256").hex()
            self.bus.record(db, CustomersSearched(typed_digest=typed_digest, found=len(found)))
        return FoundCustomers(found, silent)

    def seen(self, customer: Customer, agent_id: str) -> None:
        """Has the trail say that the agent looked at the customer: whoever is curious about a neighbour begins no call."""
        if self.throttle.first("customer seen", f"{agent_id} {customer.subject.id}", SEEN_IN):
            with self.database.transaction() as db:
                self.bus.record(db, CustomerSeen(subject_id=customer.subject.id))

    def get(self, db: Connection, subject_id: str, over: Over) -> Customer | None:
        """The customer with this id, if an agent for `over` may see them."""
        return next(iter(self._customers(db, (subject_id,), over)), None)

    def _ids(self, db: Connection, typed: str, over: Over) -> tuple[str, ...]:
        subject = self.subjects.find(db, typed)
        if subject is not None:
            return (subject.id,)
        numbers = select(subject_brands.c.subject_id).where(subject_brands.c.customer_number.in_({typed, typed.upper()}))
        if over is not None:
            numbers = numbers.where(subject_brands.c.brand.in_(over))
        names = select(subjects.c.id).where(or_(false(), *_names(typed.split())), subjects.c.disabled_at.is_(None))
        numbered = tuple(db.scalars(numbers.distinct()))
        return numbered or tuple(db.scalars(names.order_by(subjects.c.id).limit(MOST_LOOKED_AT)))

    def _holders(self, typed: str, over: Over) -> tuple[tuple[str, ...], tuple[str, ...]]:
        number = plain(typed)
        if "@" in typed or not typed.isascii() or len(number) < SHORTEST or not any(sign.isdigit() for sign in number):
            return (), ()
        mine = [
            brand for brand in self.brands.all() if brand.account_api is not None and is_within(frozenset({brand.id}), over)
        ]
        answers = [(brand, self.agreements.ask(brand, Asked(number))) for brand in mine]
        silent = tuple(brand.name for brand, answer in answers if isinstance(answer, Silent))
        with self.database.reading() as db:
            found = [self._holder(db, brand, answer) for brand, answer in answers if isinstance(answer, Found)]
        return tuple(dict.fromkeys(filter(None, found))), silent

    def _holder(self, db: Connection, brand: Brand, found: Found) -> str | None:
        return self.subjects.holder(db, brand.id, found.customer_number)

    def _customers(self, db: Connection, ids: tuple[str, ...], over: Over) -> tuple[Customer, ...]:
        brands = brands_of(db, ids)
        seen = [subject_id for subject_id in dict.fromkeys(ids) if is_within(brands[subject_id], over)][:MOST]
        people = [(subject_id, self.subjects.get(db, subject_id)) for subject_id in seen]
        return tuple(Customer(subject, brands[subject_id]) for subject_id, subject in people if subject is not None)


def _names(words: list[str]) -> Iterator[ColumnElement[bool]]:
    """Every way to read the words as a given and a family name."""
    given, family = func.lower(subjects.c.given_name), func.lower(subjects.c.family_name)
    for cut in range(1, min(len(words), MOST_WORDS)):
        first, last = " ".join(words[:cut]), " ".join(words[cut:])
        yield and_(family == func.lower(last), given == func.lower(first))
