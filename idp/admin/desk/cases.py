"""Cases: one for each call, open for half an hour, to the agent who took it. Statements run in the caller's transaction."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from idp.admin.desk.tables import caller_codes, reset_requests, support_acts, support_cases
from idp.brands.brand import Script
from idp.core.database import upsert

# The kind of a code that is shown to whoever is signed in.
IN_ACCOUNT = "account"
LIFETIME = timedelta(minutes=30)
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Case:
    """A call. `verdicts` are the brand's, by question; the code was read by the caller at `code_proven_at`."""

    id: str
    agent_id: str
    subject_id: str
    brand: str
    started_at: datetime
    verdicts: Mapping[str, bool]
    code_kind: str | None
    code_proven_at: datetime | None
    ended_at: datetime | None

    @property
    def ends_at(self) -> datetime:
        """When it is over by itself."""
        return self.started_at + LIFETIME

    def is_open(self, now: datetime) -> bool:
        """Whether anything can be done in it."""
        return self.ended_at is None and now < self.ends_at

    def right(self, script: Script) -> int:
        """How many questions of the script, as it is now, were answered right."""
        return sum(self.verdicts.get(question.asks, False) for question in script.questions)

    def is_proven(self, script: Script, asked: str, *, in_account: bool = True) -> bool:
        """Whether the caller has proven as much as is `asked`, by this script.

        Without `in_account` a code that they saw in their account does not count.
        """
        # A brand that asks for a code alone need not say how many answers are enough: then none are.
        answered = 0 < script.right_answers <= self.right(script)
        code = self.code_proven_at is not None and (in_account or self.code_kind != IN_ACCOUNT)
        enough = {"script": answered, "code": code, "script_or_code": answered or code, "script_and_code": answered and code}
        return enough[asked]


@dataclass(frozen=True, slots=True)
class Done:
    """What was done in a call, and the reason that the agent typed."""

    act: str
    reason: str
    done_at: datetime


_COLUMNS = [support_cases.c[name] for name in Case.__dataclass_fields__]


def begin(db: Connection, agent_id: str, subject_id: str, brand: str, now: datetime) -> Case:
    """A new case."""
    row = {"agent_id": agent_id, "subject_id": subject_id, "brand": brand, "started_at": now, "verdicts": {}}
    made = insert(support_cases).values(id=f"k_{secrets.token_urlsafe(16)}", **row)
    return Case(*db.execute(made.returning(*_COLUMNS)).one())


def find(db: Connection, case_id: str) -> Case | None:
    """The case with this id; those that are over too."""
    row = db.execute(select(*_COLUMNS).where(support_cases.c.id == case_id)).one_or_none()
    return Case(*row) if row else None


def hold(db: Connection, case_id: str, now: datetime) -> Case | None:
    """The same while it is open, and nothing else happens in it before this transaction ends."""
    row = db.execute(select(*_COLUMNS).where(support_cases.c.id == case_id).with_for_update()).one_or_none()
    case = Case(*row) if row else None
    return case if case is not None and case.is_open(now) else None


def judged(db: Connection, case_id: str, verdicts: Mapping[str, bool]) -> None:
    """Keeps the verdicts on what was answered last, in place of earlier ones."""
    db.execute(update(support_cases).where(support_cases.c.id == case_id).values(verdicts=dict(verdicts)))


def code_proven(db: Connection, case_id: str, kind: str, now: datetime) -> None:
    """The caller has read the code that went out by `kind`."""
    db.execute(update(support_cases).where(support_cases.c.id == case_id).values(code_kind=kind, code_proven_at=now))


def end(db: Connection, case_id: str, now: datetime) -> bool:
    """Ends it; one of many callers does."""
    this = (support_cases.c.id == case_id) & support_cases.c.ended_at.is_(None)
    return db.execute(update(support_cases).where(this).values(ended_at=now)).rowcount == 1


def did(db: Connection, case: Case, act: str, reason: str, now: datetime) -> bool:
    """Notes an act, for what is done in the same transaction; False where the same was done in this call already."""
    row = {"case_id": case.id, "act": act, "subject_id": case.subject_id, "reason": reason, "done_at": now}
    made = upsert(db, support_acts).values(row).on_conflict_do_nothing().returning(support_acts.c.act)
    return db.execute(made).one_or_none() is not None


def done(db: Connection, case_id: str) -> tuple[Done, ...]:
    """What was done in a call, the first first."""
    acts = support_acts.c
    found = select(acts.act, acts.reason, acts.done_at).where(acts.case_id == case_id).order_by(acts.done_at, acts.act)
    return tuple(Done(*row) for row in db.execute(found))


def purge(db: Connection, now: datetime, batch: int) -> int:
    """Removes up to `batch` cases of three months ago with all that belongs to them; returns how many."""
    old = select(support_cases.c.id).where(support_cases.c.started_at < now - KEPT).limit(batch)
    gone = db.scalars(old).all()
    # In the order in which the end of an account forgets them.
    for table in (support_acts, reset_requests, caller_codes):
        db.execute(delete(table).where(table.c.case_id.in_(gone)))
    return db.execute(delete(support_cases).where(support_cases.c.id.in_(gone))).rowcount
