"""The script of the brand: the brand judges what the caller answers, verdicts are kept, and answers are forgotten at once."""

from dataclasses import dataclass
from datetime import timedelta

from idp.admin.console import Agent
from idp.admin.desk import cases
from idp.admin.desk.answers import Answers
from idp.admin.desk.calls import Call, Calls
from idp.brands.agreement_check import AgreementChecks, Caller, Judged, Silent
from idp.core.desk_events import CallerAsked
from idp.core.throttle import Slowed, Throttle

# What a customer knows of their agreement is not secret, so it is not to be tried out.
TRIES, TRIED_IN = 5, timedelta(days=1)
# Nor by five tries a day for as long as it takes.
MANY_TRIES, MANY_TRIED_IN = 15, timedelta(days=30)
QUOTA, LONG_QUOTA = "caller script", "caller script in long"


@dataclass(frozen=True, slots=True)
class Heard:
    """The brand has judged the answers: so many of them are right."""

    right: int
    asked: int


@dataclass(frozen=True, slots=True)
class BrandSilent:
    """The brand does not answer at the moment; nothing was judged."""


@dataclass(frozen=True, slots=True)
class UsedUp:
    """Answers were judged five times today for this customer, or 15 times within a month."""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """The customer has no number at the brand, which therefore cannot judge what they answer."""


@dataclass(frozen=True, slots=True)
class CallOver:
    """The call is over."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Collaborators."""

    calls: Calls
    checks: AgreementChecks
    throttle: Throttle

    def hear(self, agent: Agent, call: Call, answers: Answers) -> Heard | BrandSilent | UsedUp | NotKnown | CallOver:
        """Has the brand judge what the caller answered, all of it anew each time."""
        with self.calls.database.reading() as db:
            number = self.calls.subjects.customer_number(db, call.subject.id, call.brand.id)
        if number is None:
            return NotKnown()
        if not call.case.is_open(self.calls.clock.now()):
            return CallOver()
        if not self._may_try(call.subject.id):
            self._note(call, "used_up")
            return UsedUp()
        judged = self.checks.judge(call.brand, Caller(number, answers.given))
        if isinstance(judged, Silent):
            self.throttle.give_back(QUOTA, call.subject.id, TRIED_IN)
            self.throttle.give_back(LONG_QUOTA, call.subject.id, MANY_TRIED_IN)
            self._note(call, "unanswered")
            return BrandSilent()
        return self._keep(agent, call, judged)

    def _may_try(self, subject_id: str) -> bool:
        today = self.throttle.tries(QUOTA, subject_id, TRIES, TRIED_IN)
        if isinstance(today, Slowed):
            return False
        return not isinstance(self.throttle.tries(LONG_QUOTA, subject_id, MANY_TRIES, MANY_TRIED_IN), Slowed)

    def _keep(self, agent: Agent, call: Call, judged: Judged) -> Heard | CallOver:
        right = sorted(asked for asked, verdict in judged.right.items() if verdict)
        wrong = sorted(judged.right.keys() - set(right))
        with self.calls.database.transaction() as db:
            if self.calls.hold(db, agent, call.case.id) is None:
                return CallOver()
            cases.judged(db, call.case.id, judged.right)
            outcome = "ok" if len(right) >= call.brand.support.script.right_answers else "refused"
            told = CallerAsked(**call.about, outcome=outcome, right=" ".join(right), wrong=" ".join(wrong))
            self.calls.bus.record(db, told)
        return Heard(len(right), len(judged.right))

    def _note(self, call: Call, because: str) -> None:
        with self.calls.database.transaction() as db:
            self.calls.bus.record(db, CallerAsked(**call.about, outcome="refused", reason=because))
