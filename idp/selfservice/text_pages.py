"""The pages of codes by text: which number, a code to confirm it, turning them off."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.core.language import N_, _
from idp.core.origin import current_origin
from idp.selfservice.moments import added
from idp.selfservice.own import HOME, Own, Owner
from idp.selfservice.texts import Lapsed, NoMobile, Texts, TurnedOn
from idp.signin.outcomes import Dispatched, Paused, TooSoon, Unreachable, Withheld, WrongCode
from idp.signin.sending_words import UNREACHABLE, withheld
from idp.signin.step_words import CODE_MISSING, paused, wrong_code
from idp.signin.words import Problem
from idp.subjects import details
from idp.subjects.phone_numbers import masked_number, written_number
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route

PAGE = f"{HOME}/text"
CODE, OFF = f"{PAGE}/code", f"{PAGE}/off"
TURNED_OFF = N_("Codes by text are off. You are signed out everywhere but here.")
OFF_ALREADY = N_("Codes by text were off already.")
NO_MOBILE = Problem(
    N_("That is no mobile number"), N_("Type the number of a mobile, such as 07700 900118 or +44 7700 900118."), "number"
)


@dataclass(frozen=True, slots=True)
class TextPages:
    """Everything under /account/security/text."""

    own: Own
    texts: Texts

    def routes(self) -> tuple[Route, ...]:
        """Their addresses."""
        page, post = Guard.PAGE, ("POST",)
        return (
            Route(PAGE, "own_text", self.show, guard=page),
            Route(PAGE, "own_text_send", self.send, methods=post, guard=page),
            Route(CODE, "own_text_code", self.code, guard=page),
            Route(CODE, "own_text_confirm", self.confirm, methods=post, guard=page),
            Route(OFF, "own_text_off", self.turning_off, guard=page),
            Route(OFF, "own_text_turn_off", self.turn_off, methods=post, guard=page),
        )

    def show(self) -> Response:
        """GET: the number that codes go to, and a field for another."""
        owner = self.own.enter(PAGE, to_change=True)
        # Who has them on sees where they go and can turn them off; a number is added by who could add anything else.
        if isinstance(owner, Owner) and self.texts.enrolled(owner) is None:
            owner = self.own.enter(PAGE, to_add=True)
        return self._show(owner) if isinstance(owner, Owner) else owner

    def send(self) -> Response:
        """POST: a number, to which a code goes."""
        owner, form = self.own.enter(PAGE, to_add=True), read_form(request)
        if not isinstance(owner, Owner):
            return owner
        sent = self.texts.send(owner, form["number"], current_origin().address)
        match sent:
            case Dispatched() | TooSoon():
                return see_other(CODE)
            case NoMobile():
                return self._show(owner, form["number"], NO_MOBILE)
            case Unreachable():
                return self._show(owner, form["number"], Problem(UNREACHABLE.title, UNREACHABLE.text, None), 503)
            case Withheld(retry_after):
                words = withheld(retry_after)
                return self._show(owner, form["number"], Problem(words.title, words.text, None), 429)
            case never:
                assert_never(never)

    def code(self) -> Response:
        """GET: a field for the code that was sent."""
        owner = self.own.enter(CODE, to_add=True)
        return self._ask(owner) if isinstance(owner, Owner) else owner

    def confirm(self) -> Response:
        """POST: the code."""
        owner, form = self.own.enter(CODE, to_add=True), read_form(request)
        if not isinstance(owner, Owner):
            return owner
        if not form["code"].strip():
            return self._ask(owner, CODE_MISSING)
        confirmed = self.texts.confirm(owner, form["code"])
        match confirmed:
            case TurnedOn(started):
                done = self.own.done(owner, _("Codes by text are on."), HOME)
                self.own.cookie.write(done, started)
                return done
            case WrongCode():
                return self._ask(owner, wrong_code(confirmed))
            case Paused(until):
                return self._ask(owner, paused(until - self.own.clock.now()), 429)
            case Lapsed():
                return see_other(PAGE)
            case never:
                assert_never(never)

    def turning_off(self) -> Response:
        """GET: what turning them off means."""
        owner = self.own.enter(OFF, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        enrolled = self.texts.enrolled(owner)
        if enrolled is None:
            return see_other(PAGE)
        return self.own.page("selfservice/text_off.html", owner, number=enrolled.label, action=OFF, back=PAGE)

    def turn_off(self) -> Response:
        """POST: turns them off."""
        owner = self.own.enter(OFF, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        off = self.texts.turn_off(owner)
        said = TURNED_OFF if off else OFF_ALREADY
        return self.own.done(owner, _(said), HOME)

    def _show(self, owner: Owner, typed: str = "", problem: Problem | None = None, status: int = 422) -> Response:
        enrolled, now, zone = self.texts.enrolled(owner), self.own.clock.now(), self.own.zone(owner)
        state, mine = "", details.phone_of(owner.subject.claims)[0]
        if enrolled is not None:
            state = added(enrolled.created_at, enrolled.last_used_at, now, zone)
        return self.own.page(
            "selfservice/text.html",
            owner,
            status=status if problem else 200,
            number=enrolled.label if enrolled is not None else "",
            state=state,
            # The number we know is proposed, so that people have one number and not two.
            typed=typed or (written_number(mine) if mine and enrolled is None else ""),
            problem=problem,
            action=PAGE,
            off=OFF,
        )

    def _ask(self, owner: Owner, problem: Problem | None = None, status: int = 422) -> Response:
        number = self.texts.pending(owner)
        if number is None:
            return see_other(PAGE)
        shown = masked_number(number)
        status = status if problem else 200
        return self.own.page(
            "selfservice/text_code.html", owner, status=status, number=shown, problem=problem, action=CODE, back=PAGE
        )
