"""Lost second factor: who it is, what they can prove, and the beginning of the wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.brands.brand import zone_of
from idp.core.throttle import Quota
from idp.recovery.lost import Begun, LostResets, NotNow, NotProven
from idp.recovery.lost_finishing import KIND, RESUME, Finished, LostFinishing
from idp.recovery.lost_proofs import ENOUGH, FINISH, Asking, NothingLost, Over, Proven, TooFew
from idp.recovery.lost_proving import LostProving
from idp.recovery.lost_saying import HOME, LostSaying
from idp.recovery.lost_words import NAME_MISSING, PROOFS
from idp.recovery.way import Way
from idp.signin.arrival import Arrivals, Visit
from idp.signin.strength_pages import ADDRESS
from idp.signin.words import Problem
from idp.subjects.names import LONGEST_NAME
from idp.web.formats import moment
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route

READY, SHOWN = "ready", "shown"


@dataclass(frozen=True, slots=True)
class LostPages:
    """/recovery/lost, from who it is to the beginning, and from the last proof to the end."""

    proving: LostProving
    resets: LostResets
    finishing: LostFinishing
    arrivals: Arrivals
    saying: LostSaying
    asking: Quota

    def routes(self) -> tuple[Route, ...]:
        """The addresses."""
        way = f"{RESUME}/<interaction_id>"
        return (
            Route(HOME, "lost", self.start, guard=Guard.PAGE),
            Route(HOME, "lost_ask", self.ask, methods=("POST",), guard=Guard.PAGE),
            Route(way, "lost_way", self.show, guard=Guard.PAGE),
            Route(f"{way}/begin", "lost_begin", self.begin, methods=("POST",), guard=Guard.PAGE),
            Route(f"{way}/remove", "lost_remove", self.remove, methods=("POST",), guard=Guard.PAGE),
            Route(f"{HOME}/begun/<interaction_id>", "lost_begun", self.begun, guard=Guard.PAGE),
        )

    def start(self) -> Response:
        """GET: what helps at once, and the one question with which the rest begins."""
        return self._start(self.saying.ways.begin(request.args.get("brand"), request.args.get("request")))

    def ask(self) -> Response:
        """POST: somebody says who they are. The answer is the same whoever they say to be."""
        form, way = read_form(request), self.saying.ways.find()
        name = form["name"].strip()
        if not name:
            return self._start(way, NAME_MISSING)
        self.asking.use()
        parked = self.finishing.start(name[: LONGEST_NAME + 1], way.brand, self.arrivals.browser.digest())
        return see_other(f"{RESUME}/{parked.id}")

    def show(self, interaction_id: str) -> Response:
        """GET: whatever comes next."""
        visit = self.arrivals.visit(interaction_id, kind=KIND)
        return self._next(visit, None) if isinstance(visit, Visit) else visit

    def begin(self, interaction_id: str) -> Response:
        """POST: the wait begins."""
        visit = self.arrivals.visit(interaction_id, kind=KIND)
        if not isinstance(visit, Visit):
            return visit
        interaction = visit.interaction
        begun = self.resets.begin(interaction)
        match begun:
            case Begun(ready_at, shown):
                interactions = self.arrivals.interactions
                interactions.keep(interaction.answered(**{READY: ready_at.isoformat(), SHOWN: "\n".join(shown)}))
                interactions.end(interaction.id, interaction.browser)
                return see_other(f"{HOME}/begun/{interaction.id}")
            case NotProven():
                return see_other(f"{RESUME}/{interaction.id}")
            case NotNow(running):
                return self.saying.say("running" if running else "used_up", interaction.brand)
            case never:
                assert_never(never)

    def begun(self, interaction_id: str) -> Response:
        """GET: it runs, until when, and who was told."""
        over = self.arrivals.interactions.finished(interaction_id, self.arrivals.browser.digest())
        if over is None or READY not in over.answers:
            return see_other(HOME)
        when = self._moment(datetime.fromisoformat(over.answers[READY]), over.brand)
        return self.arrivals.pages.page(
            "recovery/lost_begun.html", brand=over.brand, when=when, told=over.answers[SHOWN].split("\n")
        )

    def remove(self, interaction_id: str) -> Response:
        """POST: what was lost is removed, with a new password where one is chosen in the same pass."""
        form = read_form(request)
        visit = self.arrivals.visit(interaction_id, kind=KIND)
        if not isinstance(visit, Visit):
            return visit
        proven, password = self.proving.standing(visit.interaction), ""
        if isinstance(proven, Proven) and self.finishing.takes_password(proven):
            password = form["password"]
            problem = self.finishing.judge(proven, password, visit.interaction.brand)
            if problem is not None:
                return self._next(visit, problem)
        done = self.finishing.finish(visit.interaction, password)
        match done:
            case Finished(brand):
                self.saying.ways.keep(Way(brand, self.saying.ways.find().request))
                return see_other(f"{HOME}/said/done")
            case NotProven():
                return see_other(f"{RESUME}/{visit.interaction.id}")
            case Over():
                return self.saying.over(visit.interaction.brand)
            case never:
                assert_never(never)

    def _start(self, way: Way, problem: Problem | None = None) -> Response:
        return self.arrivals.pages.page(
            "recovery/lost.html",
            brand=way.brand,
            status=422 if problem else 200,
            problem=problem,
            onward=self.saying.ways.onward(way),
            hours=int(self.resets.proofs.reach.delay / timedelta(hours=1)),
        )

    def _next(self, visit: Visit, problem: Problem | None) -> Response:
        brand = visit.interaction.brand
        standing = self.proving.standing(visit.interaction)
        match standing:
            case Asking():
                return self._ways(visit, standing)
            case Proven(reset=None):
                return self._confirm(visit, standing)
            case Proven():
                return self._remove(visit, standing, problem)
            case TooFew():
                return self.saying.say("few", brand)
            case NothingLost():
                return self.saying.say("nothing", brand)
            case Over():
                return self.saying.over(brand)
            case never:
                assert_never(never)

    def _ways(self, visit: Visit, asking: Asking) -> Response:
        here = f"{RESUME}/{visit.interaction.id}"
        ways = [
            {"url": f"{here}/{kind}", "label": PROOFS[kind].choice, "shown": asking.shown.get(kind, "")}
            for kind in asking.kinds
        ]
        return self.arrivals.pages.page(
            "recovery/lost_prove.html",
            brand=visit.interaction.brand,
            ways=ways,
            given=[PROOFS[kind].given for kind in asking.given],
            left=asking.left,
            enough=ENOUGH,
            finishing=FINISH in visit.interaction.request,
        )

    def _confirm(self, visit: Visit, proven: Proven) -> Response:
        brand, now = visit.interaction.brand, self.resets.clock.now()
        return self.arrivals.pages.page(
            "recovery/lost_confirm.html",
            brand=brand,
            action=f"{RESUME}/{visit.interaction.id}/begin",
            when=self._moment(now + self.resets.proofs.reach.wait(proven.targets), brand),
            told=[target.shown for target in proven.targets.values()],
        )

    def _remove(self, visit: Visit, proven: Proven, problem: Problem | None) -> Response:
        brand = visit.interaction.brand
        return self.arrivals.pages.page(
            "recovery/lost_remove.html",
            brand=brand,
            status=422 if problem else 200,
            problem=problem,
            action=f"{RESUME}/{visit.interaction.id}/remove",
            renews=self.finishing.takes_password(proven),
            username=proven.subject.username,
            choosing=self.finishing.choosing(brand),
            judge=ADDRESS,
        )

    def _moment(self, at: datetime, brand_id: str | None) -> str:
        return moment(at.astimezone(zone_of(self.resets.proofs.brands.get(brand_id))))
