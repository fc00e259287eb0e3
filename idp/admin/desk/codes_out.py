"""Sending the code that a caller reads to the agent: to a confirmed contact on file, or onto the page of their own account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import Connection

from idp.admin.console import Agent
from idp.admin.desk import cases, masks
from idp.admin.desk.asking import CallOver, UsedUp
from idp.admin.desk.calls import Call, Calls
from idp.admin.desk.cases import IN_ACCOUNT
from idp.admin.desk.codes import LIFETIME, CallerCodes, Out
from idp.admin.desk.letters import DeskLetters
from idp.core.desk_events import CallerCodeSent, CallerCodeTried
from idp.core.origin import current_origin
from idp.core.throttle import Slowed, Throttle
from idp.factors.mail_code import MailCode
from idp.factors.sent_code import Place
from idp.factors.text_code import TextCode
from idp.signin.contacts import Contacts, Target
from idp.signin.sending_quotas import SendQuotas, Twice, Used

# Whoever opens call after call for one customer still has so many tries.
TRIES, TRIED_IN = 15, timedelta(days=1)
QUOTA = "caller code"


@dataclass(frozen=True, slots=True)
class CodeOut:
    """A code is on its way, or on the page."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """It is too soon after the last one."""


@dataclass(frozen=True, slots=True)
class NoWay:
    """The customer has no such contact."""


@dataclass(frozen=True, slots=True)
class Read:
    """The caller read the right code."""


@dataclass(frozen=True, slots=True)
class WrongCode:
    """It was another code, or too old; so many tries are left."""

    left: int


@dataclass(frozen=True, slots=True)
class CodesOut:
    """Collaborators. `channels` are the kinds that can be sent; `unsettled` those of whom the contact may be taken back."""

    calls: Calls
    codes: CallerCodes
    contacts: Contacts
    quotas: SendQuotas
    letters: DeskLetters
    throttle: Throttle
    channels: frozenset[str]
    unsettled: Callable[[Connection, str, datetime], frozenset[str]]

    def ways(self, call: Call) -> Mapping[str, str]:
        """By kind, where a code can go, masked; the page of their account is always among it.

        It goes to no contact that was changed lately: whoever changed it may be who calls.
        """
        with self.calls.database.reading() as db:
            targets = self._targets(db, call)
        return {kind: self._shown(kind, one) if one is not None else "their account page" for kind, one in targets.items()}

    def newest(self, call: Call) -> Out | None:
        """What went out last in this call."""
        with self.calls.database.reading() as db:
            return self.codes.newest(db, call.case.id)

    def send(self, agent: Agent, call: Call, kind: str) -> CodeOut | NotNow | NoWay | UsedUp | CallOver:
        """Sends a code of `kind`; the one before counts no more."""
        with self.calls.database.reading() as db:
            targets, newest = self._targets(db, call), self.codes.newest(db, call.case.id)
        if kind not in targets:
            return NoWay()
        target = targets[kind]
        if newest is not None and not newest.left:
            return UsedUp()
        if target is not None:
            # Its owner's own quota: whoever is called all day must not be texted all day.
            counted = self.quotas.use(Place(kind, call.subject.id, call.case.id), target.address, current_origin().address)
            match counted:
                case Used():
                    return UsedUp()
                case Twice():
                    return NotNow()
                case None:
                    pass
                case never:
                    assert_never(never)
        return self._dispatch(agent, call, kind, target)

    def hear(self, agent: Agent, call: Call, typed: str) -> Read | WrongCode | UsedUp | CallOver:
        """Judges what the caller read. Every try counts, in this call and for this customer today."""
        if isinstance(self.throttle.tries(QUOTA, call.subject.id, TRIES, TRIED_IN), Slowed):
            return UsedUp()
        now = self.calls.clock.now()
        with self.calls.database.transaction() as db:
            if self.calls.hold(db, agent, call.case.id) is None:
                return CallOver()
            kind = self.codes.try_(db, call.case.id, typed, now)
            if kind is not None:
                cases.code_proven(db, call.case.id, kind, now)
            newest = self.codes.newest(db, call.case.id)
            outcome, reason = ("ok", "") if kind is not None else ("refused", "wrong")
            self.calls.bus.record(db, CallerCodeTried(**call.about, kind=kind or "", outcome=outcome, reason=reason))
        return Read() if kind is not None else WrongCode(newest.left if newest is not None else 0)

    def _dispatch(self, agent: Agent, call: Call, kind: str, target: Target | None) -> CodeOut | NotNow | NoWay | CallOver:
        now = self.calls.clock.now()
        with self.calls.database.transaction() as db:
            held = self.calls.hold(db, agent, call.case.id)
            if held is None:
                return CallOver()
            # Once more, now that nothing changes: the contact may have been another's by now, or be of a moment ago.
            if (kind, target) not in self._targets(db, held).items():
                return NoWay()
            code = self.codes.renew(db, call.case.id, call.subject.id, kind, now)
            if code is None:
                return NotNow()
            if target is not None:
                self.letters.code(db, call, kind, target, code, now + LIFETIME)
            self.calls.bus.record(db, CallerCodeSent(**call.about, kind=kind))
        return CodeOut()

    def _targets(self, db: Connection, call: Call) -> Mapping[str, Target | None]:
        """Where a code can go now, by kind; the page of their account has no address."""
        usable = self.channels - self.unsettled(db, call.subject.id, self.calls.clock.now())
        found = {
            kind: self.contacts.target(db, call.subject, kind) for kind in (TextCode.kind, MailCode.kind) if kind in usable
        }
        return {kind: one for kind, one in found.items() if one is not None} | {IN_ACCOUNT: None}

    def _shown(self, kind: str, target: Target) -> str:
        return masks.address(target.address) if kind == MailCode.kind else target.shown
