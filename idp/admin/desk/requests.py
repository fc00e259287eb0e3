"""A factor reset that one agent asks for after a call, and a second one allows: then it waits and is told like any other."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import ColumnElement, Connection, insert, select, update

from idp.admin.console import Agent
from idp.admin.desk.belonging import Over
from idp.admin.desk.calls import Call, Calls, barred
from idp.admin.desk.decisions import Approved, CannotBegin, Decided, Declined, Own, Request, said
from idp.admin.desk.letters import DeskLetters
from idp.admin.desk.persons import is_same_person
from idp.admin.desk.tables import UNDECIDED, reset_requests
from idp.admin.rights import Right, reaches
from idp.admin.roles import Roles
from idp.core.account_events import EmailChanged, PhoneChanged
from idp.core.desk_events import FactorResetDecided
from idp.core.event import Event
from idp.recovery.lost import Begun, LostResets, NotNow
from idp.recovery.lost_by_support import NoEnd, NothingToRemove, begin, hindrance
from idp.recovery.lost_objections import may_object, objection
from idp.recovery.lost_proofs import SUPPORT

# A decision that nobody took for a day is none: who called calls again.
LIFETIME = timedelta(days=1)
MOST = 100


class _NotBegun(Exception):
    """Undoes a decision that came to nothing."""


_COLUMNS = [reset_requests.c[name] for name in Request.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class ResetRequests:
    """Collaborators."""

    calls: Calls
    resets: LostResets
    letters: DeskLetters
    roles: Roles

    def hindrance(self, db: Connection, call: Call, now: datetime) -> str:
        """What stands against asking for one; empty where nothing does."""
        # Held, so that of two calls that ask at one moment the second finds what the first asked.
        self.calls.subjects.hold(db, call.subject.id)
        this = (reset_requests.c.subject_id == call.subject.id) & UNDECIDED & _fresh(now)
        if db.scalar(select(reset_requests.c.id).where(this)) is not None:
            return "One waits for a second agent already."
        # Who is signed in with a second step has not lost it; without one, it is the password alone that they proved.
        if not call.is_proven_outside:
            return "A code in their account is not enough for this. Text or mail one, or ask the questions."
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
                # Held first, as whatever else is done to an account does: so none waits for ever.
                self.calls.subjects.hold(db, request.subject_id)
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

    def when_objected(self, db: Connection, event: Event) -> None:
        """Refuses what waits: nothing was lost, its owner does not wish it (`objection`), or a contact is another."""
        now = self.calls.clock.now()
        this = (reset_requests.c.subject_id == event.subject_id) & UNDECIDED & _fresh(now)
        row = db.execute(select(*_COLUMNS).where(this)).one_or_none() if may_object(event) else None
        if row is None:
            return
        changed = isinstance(event, EmailChanged | PhoneChanged)
        reason = "contact_changed" if changed else objection(db, event, (SUPPORT,), row.asked_at)
        if not reason:
            return
        refused = update(reset_requests).where(this).values(decided_at=now, approved=False)
        if db.execute(refused).rowcount == 1:
            self._tell(db, Request(*row), "refused", reason)

    def _begin(self, db: Connection, agent: Agent, request: Request) -> Approved:
        subject = self.calls.subjects.get(db, request.subject_id)
        if subject is None or (against := barred(agent.subject, subject)) is not None:
            raise _NotBegun("This account was closed." if subject is None else str(against and against.value))
        if against_asker := self._against_asker(db, agent, request):
            raise _NotBegun(against_asker)
        begun = begin(self.resets, db, subject, request.brand)
        match begun:
            case Begun(ready_at):
                return Approved(ready_at)
            case NotNow() | NothingToRemove() | NoEnd():
                raise _NotBegun(said(begun))
            case never:
                assert_never(never)

    def _against_asker(self, db: Connection, agent: Agent, request: Request) -> str:
        asker = self.calls.subjects.get(db, request.agent_id)
        posts = self.roles.of(db, request.agent_id)
        if asker is None or asker.disabled or not reaches(posts, Right.HELP_CUSTOMERS, request.brand):
            return "Whoever asked for it is at this desk no more. Refuse it, and have the customer call again."
        return "You share a mailbox or a phone with whoever asked for it." if is_same_person(asker, agent.subject) else ""

    def _decide(self, db: Connection, agent: Agent, request: Request, *, approved: bool) -> bool:
        now, by, table = self.calls.clock.now(), agent.subject.id, reset_requests.c
        this = (table.id == request.id) & UNDECIDED & _fresh(now) & (table.subject_id != by)
        who = this & (table.agent_id != by) if approved else this
        decided = update(reset_requests).where(who).values(decided_at=now, decided_by=by, approved=approved)
        if db.execute(decided).rowcount != 1:
            return False
        self._tell(db, request, "ok" if approved else "refused")
        return True

    def _tell(self, db: Connection, request: Request, outcome: str, reason: str = "") -> None:
        told = FactorResetDecided(
            subject_id=request.subject_id,
            brand=request.brand,
            outcome=outcome,
            reason=reason,
            case_id=request.case_id,
            asked_by=request.agent_id,
        )
        self.calls.bus.record(db, told)


def _fresh(now: datetime) -> ColumnElement[bool]:
    return reset_requests.c.asked_at > now - LIFETIME
