"""Who may be helped, by whom, and the way into a call: nobody helps themselves, and support helps no staff."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import TypedDict

from sqlalchemy import Connection

from idp.admin.console import Agent
from idp.admin.desk import cases
from idp.admin.desk.asked import strictest
from idp.admin.desk.cases import Case
from idp.admin.desk.customers import Customer
from idp.admin.desk.persons import is_same_person
from idp.admin.rights import Right
from idp.brands.brand import Brand
from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.desk_events import CallBegun, CallEnded
from idp.core.events import Bus
from idp.subjects.subjects import Subject, Subjects

CASE_ID = re.compile(r"k_[A-Za-z0-9_-]{22}")


class Barred(Enum):
    """Why somebody cannot be helped here: what the agent reads."""

    YOURSELF = "You cannot help yourself here. Ask a colleague."
    STAFF = "They are staff. Support does not help staff: an administrator does, after seeing them in person."
    DISABLED = "This account was stopped or closed. Nothing can be done for it here."


def barred(agent: Subject, subject: Subject) -> Barred | None:
    """What stands against helping them."""
    if is_same_person(agent, subject):
        return Barred.YOURSELF
    if subject.staff:
        return Barred.STAFF
    return Barred.DISABLED if subject.disabled else None


class About(TypedDict):
    """What every event of a call tells."""

    subject_id: str
    brand: str
    case_id: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of this agent, whose it is about, whose script it follows, and what is `asked` of the caller (`strictest`)."""

    case: Case
    subject: Subject
    brand: Brand
    asked: str

    @property
    def about(self) -> About:
        """For its events."""
        return About(subject_id=self.subject.id, brand=self.brand.id, case_id=self.case.id)

    @property
    def is_proven(self) -> bool:
        """Whether the caller has proven as much as the brand asks for, and each other one where they have a number."""
        return self.case.is_proven(self.brand.support.script, self.asked)

    @property
    def is_proven_outside(self) -> bool:
        """The same, without a code that whoever is signed in sees."""
        return self.case.is_proven(self.brand.support.script, self.asked, in_account=False)


@dataclass(frozen=True, slots=True)
class Calls:
    """Collaborators."""

    database: Database
    clock: Clock
    bus: Bus
    subjects: Subjects
    brands: Brands

    def offered(self, agent: Agent, customer: Customer) -> tuple[Brand, ...]:
        """For which brands this agent can take a call of the customer: theirs, or all for somebody who is at none yet."""
        mine = [brand for brand in self.brands.all() if agent.reaches(Right.HELP_CUSTOMERS, brand.id)]
        return tuple(brand for brand in mine if brand.id in customer.brands or not customer.brands)

    def begin(self, agent: Agent, customer: Customer, brand: Brand) -> Case | Barred:
        """Opens a case for a `brand` that was `offered`."""
        now, subject_id = self.clock.now(), customer.subject.id
        with self.database.transaction() as db:
            subject = self.subjects.hold(db, subject_id)
            against = barred(agent.subject, subject) if subject is not None else Barred.DISABLED
            if against is not None:
                return against
            case = cases.begin(db, agent.subject.id, subject_id, brand.id, now)
            self.bus.record(db, CallBegun(subject_id=subject_id, brand=brand.id, case_id=case.id))
        return case

    def find(self, agent: Agent, case_id: str) -> Call | None:
        """A call that is this agent's, over or not; None for any other."""
        if not CASE_ID.fullmatch(case_id):
            return None
        with self.database.reading() as db:
            return self._call(db, agent, cases.find(db, case_id))

    def hold(self, db: Connection, agent: Agent, case_id: str) -> Call | None:
        """The same while it is open and its customer may be helped; nothing else happens in it before the transaction ends."""
        found = self._call(db, agent, cases.find(db, case_id))
        if found is None:
            return None
        # Before the case, as the end of an account takes them.
        self.subjects.hold(db, found.subject.id)
        call = self._call(db, agent, cases.hold(db, case_id, self.clock.now()))
        return call if call is not None and barred(agent.subject, call.subject) is None else None

    def end(self, agent: Agent, case_id: str) -> None:
        """Closes the case; nothing where it is over."""
        now = self.clock.now()
        with self.database.transaction() as db:
            call = self._call(db, agent, cases.find(db, case_id))
            if call is not None and cases.end(db, case_id, now):
                self.bus.record(db, CallEnded(**call.about))

    def _call(self, db: Connection, agent: Agent, case: Case | None) -> Call | None:
        # Whoever has lost the brand meanwhile has lost its calls too.
        if case is None or case.agent_id != agent.subject.id or not agent.reaches(Right.HELP_CUSTOMERS, case.brand):
            return None
        subject, brand = self.subjects.get(db, case.subject_id), self.brands.get(case.brand)
        return Call(case, subject, brand, self._asked(db, case)) if subject is not None and brand is not None else None

    def _asked(self, db: Connection, case: Case) -> str:
        counting = [
            one
            for one in self.brands.all()
            if one.id == case.brand or self.subjects.customer_number(db, case.subject_id, one.id) is not None
        ]
        return strictest([one.support.script.proof for one in counting])
