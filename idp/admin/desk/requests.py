"""A factor reset that one agent asks for after a call, and a second one allows: then it waits and is told like any other."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import ColumnElement, Connection, insert, select, update

from idp.admin.console import Agent
from idp.admin.desk.belonging import Over
from idp.admin.desk.calls import Call, Calls, barred
from idp.admin.desk.letters import DeskLetters
from idp.admin.desk.tables import UNDECIDED, reset_requests
from idp.core.desk_events import FactorResetDecided
from idp.recovery.lost import Begun, LostResets, NotNow
from idp.recovery.lost_by_support import NoEnd, NothingToRemove, begin, hindrance

# A decision that nobody took for a day is none: who called calls again.
LIFETIME = timedelta(days=1)
MOST = 100


@dataclass(frozen=True, slots=True)
class Request:
    """A reset that waits for a second agent."""

    id: str
    case_id: str
    subject_id: str
    agent_id: str
    brand: str
    reason: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Approved:
    """The waiting time runs; factors can be removed from `ready_at` on."""

    ready_at: datetime


@dataclass(frozen=True, slots=True)
class Declined:
    """It was refused; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Decided:
    """It is decided already, too old, or never was."""


@dataclass(frozen=True, slots=True)
class Own:
    """Who asked for it does not decide it."""


@dataclass(frozen=True, slots=True)
class CannotBegin:
    """It was not begun: `because` tells the agent. The request stays."""

    because: str


class _NotBegun(Exception):
    """Undoes a decision that came to nothing."""


_COLUMNS = [reset_requests.c[name] for name in Request.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class ResetRequests:
    """Collaborators."""

    calls: Calls
    resets: LostResets
    letters: DeskLetters

    def hindrance(self, db: Connection, call: Call, now: datetime) -> str:
        """What stands against asking for one; empty where nothing does."""
        # Held, so that of two calls that ask at one moment the second finds what the first asked.
        self.calls.subjects.hold(db, call.subject.id)
        this = (reset_requests.c.subject_id == call.subject.id) & UNDECIDED & _fresh(now)
        if db.scalar(select(reset_requests.c.id).where(this)) is not None:
            return "One waits for a second agent already."
        against = hindrance(self.resets, db, call.subject, call.brand.id)
        return said(against) if against is not None else ""

    def ask(self, db: Connection, call: Call, reason: str, now: datetime) -> None:
        """Asks for one, in the transaction of the act that found no `hindrance`."""
        old = (reset_requests.c.subject_id == call.subject.id) & UNDECIDED & ~_fresh(now)
        db.execute(update(reset_requests).where(old).values(decided_at=now, approved=False))
        row = {"id": f"q_{secrets.token_urlsafe(16)}", "case_id": call.case.id, "subject_id": call.subject.id}
        row |= {"agent_id": call.case.agent_id, "brand": call.brand.id, "reason": reason}
        db.execute(insert(reset_requests).values(row | {"asked_at": now}))

    def waiting(self, over: Over) -> tuple[Request, ...]:
        """What waits for a decision at these brands (None: at all), the oldest first."""
        table = reset_requests.c
        found = select(*_COLUMNS).where(UNDECIDED, _fresh(self.calls.clock.now()))
        if over is not None:
            found = found.where(table.brand.in_(over))
        with self.calls.database.reading() as db:
            return tuple(Request(*row) for row in db.execute(found.order_by(table.asked_at, table.id).limit(MOST)))

    def find(self, request_id: str, over: Over) -> Request | None:
        """A request that waits, at one of these brands."""
        return next((one for one in self.waiting(over) if one.id == request_id), None)

    def approve(self, agent: Agent, request: Request) -> Approved | Decided | Own | CannotBegin:
        """Begins the reset: of two agents who allow it at once, one does."""
        try:
            with self.calls.database.transaction() as db:
                if not self._decide(db, agent, request, approved=True):
                    return Own() if request.agent_id == agent.subject.id else Decided()
                return self._begin(db, agent, request)
        except _NotBegun as not_begun:
            return CannotBegin(str(not_begun))

    def decline(self, agent: Agent, request: Request) -> Declined | Decided:
        """Refuses it; the agent who asked may take it back by the same."""
        with self.calls.database.transaction() as db:
            if not self._decide(db, agent, request, approved=False):
                return Decided()
            self.letters.done(db, request.subject_id, request.brand, "factor_reset_refused")
        return Declined()

    def _begin(self, db: Connection, agent: Agent, request: Request) -> Approved:
        subject = self.calls.subjects.hold(db, request.subject_id)
        if subject is None or (against := barred(agent.subject.id, subject)) is not None:
            raise _NotBegun("This account was closed." if subject is None else str(against and against.value))
        begun = begin(self.resets, db, subject, request.brand)
        match begun:
            case Begun(ready_at):
                return Approved(ready_at)
            case NotNow() | NothingToRemove() | NoEnd():
                raise _NotBegun(said(begun))
            case never:
                assert_never(never)

    def _decide(self, db: Connection, agent: Agent, request: Request, *, approved: bool) -> bool:
        now, by, table = self.calls.clock.now(), agent.subject.id, reset_requests.c
        this = (table.id == request.id) & UNDECIDED & _fresh(now) & (table.subject_id != by)
        who = this & (table.agent_id != by) if approved else this
        decided = update(reset_requests).where(who).values(decided_at=now, decided_by=by, approved=approved)
        if db.execute(decided).rowcount != 1:
            return False
        told = FactorResetDecided(
            subject_id=request.subject_id,
            brand=request.brand,
            outcome="ok" if approved else "refused",
            case_id=request.case_id,
            asked_by=request.agent_id,
        )
        self.calls.bus.record(db, told)
        return True


def said(against: NotNow | NothingToRemove | NoEnd) -> str:
    """What the agent reads."""
    match against:
        case NothingToRemove():
            return "There is no second step that could be removed."
        case NoEnd():
            return "There is no confirmed contact to tell, or nothing else they could prove at the end. Ask for their papers."
        case NotNow(running=True):
            return "A reset runs already."
        case NotNow():
            return "Three resets were begun within a week. Wait until the week is over."
        case never:
            assert_never(never)


def _fresh(now: datetime) -> ColumnElement[bool]:
    return reset_requests.c.asked_at > now - LIFETIME
