"""What support does for a caller who has proven who they are: each act once in a call, with a reason, told to the customer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.admin.console import Agent
from idp.admin.desk import cases
from idp.admin.desk.asking import CallOver
from idp.admin.desk.calls import Call, Calls
from idp.admin.desk.letters import DeskLetters
from idp.admin.desk.requests import ResetRequests
from idp.core.desk_events import SupportActed
from idp.core.handles import new_handle
from idp.core.language import N_, _, speaking
from idp.core.wishes import language_of
from idp.recovery.asked import Asked, AskedCases
from idp.sessions.session import Sessions
from idp.signin.locking import Locking

SHORTEST_REASON, LONGEST_REASON = 3, 300
BY_SUPPORT = "support"
# In the place of the browser where help was asked for: "at 14:05 (our support, on the phone)".
ON_THE_PHONE = N_("our support, on the phone")


@dataclass(frozen=True, slots=True)
class Acted:
    """It is done."""


@dataclass(frozen=True, slots=True)
class NoReason:
    """No reason was typed, or one without end."""


@dataclass(frozen=True, slots=True)
class NotProven:
    """The caller has not proven enough."""


@dataclass(frozen=True, slots=True)
class Before:
    """It was done in this call already."""


@dataclass(frozen=True, slots=True)
class Pointless:
    """There is nothing to do: `because` tells the agent."""

    because: str


Outcome = Acted | NoReason | NotProven | Before | Pointless | CallOver
# What stands against an act, as the agent reads it; empty where nothing does.
Check = Callable[[Connection, Call, datetime], str]
Do = Callable[[Connection, Agent, Call, str, datetime], None]


@dataclass(frozen=True, slots=True)
class Helping:
    """Collaborators."""

    calls: Calls
    locking: Locking
    sessions: Sessions
    asked_cases: AskedCases
    requests: ResetRequests
    letters: DeskLetters

    def act(self, agent: Agent, case_id: str, act: str, reason: str) -> Outcome:
        """Does `act`, one of `ACTS`."""
        because, now = " ".join(reason.split()), self.calls.clock.now()
        if not SHORTEST_REASON <= len(because) <= LONGEST_REASON or not because.isprintable():
            return NoReason()
        check, do = self._acts[act]
        with self.calls.database.transaction() as db:
            call = self.calls.hold(db, agent, case_id)
            if call is None:
                return CallOver()
            if not call.is_proven:
                return NotProven()
            if against := check(db, call, now):
                return Pointless(against)
            if not cases.did(db, call.case, act, because, now):
                return Before()
            do(db, agent, call, because, now)
            self.calls.bus.record(db, SupportActed(**call.about, kind=act, because=because))
        return Acted()

    @property
    def _acts(self) -> Mapping[str, tuple[Check, Do]]:
        return {
            "unlock": (self._is_open, self._unlock),
            "recovery_link": (self._is_out_of_reach, self._send_link),
            "end_sessions": (self._nothing, self._end_sessions),
            "factor_reset": (self.requests.hindrance, self._ask_for_reset),
        }

    def _nothing(self, _db: Connection, _call: Call, _now: datetime) -> str:
        return ""

    def _is_open(self, db: Connection, call: Call, now: datetime) -> str:
        return "" if self.locking.is_locked(db, call.subject.id, now) else "Nothing is locked."

    def _is_out_of_reach(self, _db: Connection, call: Call, _now: datetime) -> str:
        return "" if call.subject.email_verified else "There is no confirmed e-mail address that the link could go to."

    def _unlock(self, db: Connection, _agent: Agent, call: Call, _reason: str, now: datetime) -> None:
        self.locking.release(db, call.subject.id, BY_SUPPORT, now)
        self.letters.done(db, call.subject.id, call.brand.id, "unlock")

    def _send_link(self, db: Connection, _agent: Agent, call: Call, _reason: str, now: datetime) -> None:
        # Asked for as by themselves: the same worker, the same quotas, the same mail, which is the one that tells of it.
        language = language_of(call.subject.locale, call.brand.languages)
        with speaking(language):
            asked = Asked(call.subject.username, device=_(ON_THE_PHONE), language=language)
        self.asked_cases.ask(db, new_handle(), asked, call.brand.id, now)

    def _end_sessions(self, db: Connection, _agent: Agent, call: Call, _reason: str, now: datetime) -> None:
        self.sessions.end_all(db, call.subject.id, BY_SUPPORT, now)
        self.letters.done(db, call.subject.id, call.brand.id, "end_sessions")

    def _ask_for_reset(self, db: Connection, _agent: Agent, call: Call, reason: str, now: datetime) -> None:
        self.requests.ask(db, call, reason, now)
        self.letters.done(db, call.subject.id, call.brand.id, "factor_reset")
