"""A call: who it is, by the brand's script and a code, then what is done for them, with a reason."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.admin.console import Agent, Console
from idp.admin.desk import asking, cases, masks
from idp.admin.desk.answers import KINDS, Answers, NoAnswers, Unreadable, read_answers
from idp.admin.desk.asking import Asking, BrandSilent, CallOver, Heard, NotKnown, UsedUp
from idp.admin.desk.calls import Call, Calls
from idp.admin.desk.codes_out import CodeOut, CodesOut, NotNow, NoWay, Read, WrongCode
from idp.admin.desk.helping import Acted, Before, Helping, NoReason, NotProven, Pointless
from idp.admin.pages.customers import PAGE as CUSTOMERS
from idp.admin.pages.desk_words import ACTS, PROBLEMS, QUESTIONS, WAYS, Act
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.signin.words import Problem
from idp.web.forms import Form, read_form
from idp.web.redirects import see_other

PAGE = f"{CUSTOMERS}/calls/<case_id>"
# What a caller answers or reads is written nowhere: of these forms nothing is kept.
TOLD = frozenset({"script", "code"})
BUTTONS = {
    "script": {"": "Have the answers judged"},
    "send": {way.kind: way.button for way in WAYS.values()},
    "code": {"": "Check the code"},
    "act": {act.name: act.button for act in ACTS},
    "end": {"": "End the call"},
}


@dataclass(frozen=True, slots=True)
class CallPages:
    """/console/customers/calls/<case>."""

    console: Console
    calls: Calls
    asking: Asking
    codes: CodesOut
    helping: Helping

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses."""
        parts = (("script", self.script), ("send", self.send), ("code", self.code), ("act", self.act), ("end", self.end))
        help_, post = Right.HELP_CUSTOMERS, ("POST",)
        return (
            StaffRoute(PAGE, "console_call", self.show, help_, keeps=True),
            *(
                StaffRoute(f"{PAGE}/{name}", f"console_call_{name}", view, help_, post, PAGE, name not in TOLD, BUTTONS[name])
                for name, view in parts
            ),
        )

    def show(self, agent: Agent, case_id: str) -> Response:
        """GET: how far it has come."""
        call = self.calls.find(agent, case_id)
        typed = agent.typed["reason"] if agent.typed is not None else ""
        return self._show(agent, call, typed=typed) if call is not None else self.console.missing()

    def script(self, agent: Agent, case_id: str) -> Response:
        """POST: what the caller answered. It goes to the brand, and nowhere else: the page that comes back has none of it."""
        call = self.calls.find(agent, case_id)
        if call is None:
            return self.console.missing()
        answers = read_answers(call.brand.support.script, read_form(request))
        match answers:
            case NoAnswers():
                return self._show(agent, call, PROBLEMS["no_answers"])
            case Unreadable(asks, advice):
                return self._show(agent, call, Problem("An answer cannot be read. Type them all again", advice, asks))
            case Answers():
                heard = self.asking.hear(agent, call, answers)
            case never:
                assert_never(never)
        match heard:
            case Heard(right, asked):
                return self.console.done(agent, f"{right} of {asked} answers are right.", self._here(call))
            case BrandSilent():
                return self._show(agent, call, PROBLEMS["silent"], 503)
            case UsedUp():
                return self._show(agent, call, PROBLEMS["script_used_up"], 429)
            case NotKnown():
                return self._show(agent, call, PROBLEMS["not_known"])
            case CallOver():
                return see_other(self._here(call))
            case never_:
                assert_never(never_)

    def send(self, agent: Agent, case_id: str) -> Response:
        """POST: a code goes out, by the button that was pressed."""
        call, form = self.calls.find(agent, case_id), read_form(request)
        kind = next((kind for kind in WAYS if kind in form), "")
        if call is None:
            return self.console.missing()
        sent = self.codes.send(agent, call, kind)
        match sent:
            case CodeOut():
                return self.console.done(agent, WAYS[kind].said, self._here(call))
            case NotNow():
                return self._show(agent, call, PROBLEMS["too_soon"], 429)
            case NoWay():
                return self._show(agent, call, PROBLEMS["no_way"])
            case UsedUp():
                return self._show(agent, call, PROBLEMS["codes_used_up"], 429)
            case CallOver():
                return see_other(self._here(call))
            case never:
                assert_never(never)

    def code(self, agent: Agent, case_id: str) -> Response:
        """POST `code`: what the caller read."""
        call, form = self.calls.find(agent, case_id), read_form(request)
        if call is None:
            return self.console.missing()
        if not form["code"].strip():
            return self._show(agent, call, PROBLEMS["no_code"])
        heard = self.codes.hear(agent, call, form["code"])
        match heard:
            case Read():
                return self.console.done(agent, "That is the code.", self._here(call))
            case WrongCode(left):
                tries = f"{left} more {'try' if left == 1 else 'tries'} in this call." if left else "There are no more tries."
                return self._show(agent, call, Problem("That is not the code", f"Ask them to read it again. {tries}", "code"))
            case UsedUp():
                return self._show(agent, call, PROBLEMS["codes_used_up"], 429)
            case CallOver():
                return see_other(self._here(call))
            case never:
                assert_never(never)

    def act(self, agent: Agent, case_id: str) -> Response:
        """POST `reason` and one button: that is done."""
        call, form = self.calls.find(agent, case_id), read_form(request)
        if call is None:
            return self.console.missing()
        act = next((act for act in ACTS if act.name in form), None)
        return self._act(agent, call, act, form) if act is not None else see_other(self._here(call))

    def end(self, agent: Agent, case_id: str) -> Response:
        """POST: the call is over."""
        call = self.calls.find(agent, case_id)
        if call is None:
            return self.console.missing()
        self.calls.end(agent, case_id)
        return self.console.done(agent, "The call is over.", f"{CUSTOMERS}/{call.subject.id}")

    def _act(self, agent: Agent, call: Call, act: Act, form: Form) -> Response:
        done = self.helping.act(agent, call.case.id, act.name, form["reason"])
        match done:
            case Acted():
                return self.console.done(agent, act.said, self._here(call))
            case NoReason():
                return self._show(agent, call, PROBLEMS["no_reason"], typed=form["reason"])
            case NotProven():
                return self._show(agent, call, PROBLEMS["not_proven"], 403, typed=form["reason"])
            case Before():
                return self._show(agent, call, PROBLEMS["before"], typed=form["reason"])
            case Pointless(because):
                return self._show(agent, call, Problem("Nothing was done", because, None), typed=form["reason"])
            case CallOver():
                return see_other(self._here(call))
            case never:
                assert_never(never)

    def _show(
        self, agent: Agent, call: Call, problem: Problem | None = None, status: int = 422, *, typed: str = ""
    ) -> Response:
        now, script = self.console.clock.now(), call.brand.support.script
        with self.console.database.reading() as db:
            done = cases.done(db, call.case.id)
        return self.console.page(
            "admin/call.html",
            agent,
            status=status if problem is not None else 200,
            call=call,
            here=self._here(call),
            customer=masks.initials(call.subject),
            back=f"{CUSTOMERS}/{call.subject.id}",
            is_open=call.case.is_open(now),
            minutes=max(1, int((call.case.ends_at - now).total_seconds() // 60)),
            script=script,
            questions=[(one, QUESTIONS[one.asks], call.case.verdicts.get(one.asks)) for one in script.questions],
            advice={asks: kind.advice for asks, kind in KINDS.items()},
            most=asking.TRIES,
            ways=[(WAYS[kind], shown) for kind, shown in self.codes.ways(call).items()],
            out=self.codes.newest(call),
            fresh=lambda out: out is not None and not out.used and now < out.until,
            acts=ACTS,
            done=[(next(act for act in ACTS if act.name == one.act), one) for one in done],
            typed=typed,
            problem=problem,
        )

    def _here(self, call: Call) -> str:
        return PAGE.replace("<case_id>", call.case.id)
