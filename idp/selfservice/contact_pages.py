"""The pages of e-mail address and phone number: what it is, what it shall be, and the codes that confirm it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.core.language import _
from idp.core.origin import current_origin
from idp.selfservice.contact_changes import Changed, ContactChanges, InUse, Lapsed, Malformed, Same
from idp.selfservice.contact_undos import EMAIL, PHONE
from idp.selfservice.contact_words import CODES, CONTACTS, IN_USE, REMOVED, REMOVED_ALREADY
from idp.selfservice.detail_pages import HOME
from idp.selfservice.own import Own, Owner
from idp.signin.outcomes import Dispatched, Paused, TooSoon, Unreachable, Withheld, WrongCode
from idp.signin.sending_words import UNREACHABLE, NotSent, withheld
from idp.signin.step_words import CODE_MISSING, paused, wrong_code
from idp.signin.words import Problem
from idp.subjects import details
from idp.subjects.phone_numbers import masked_number, written_number
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route

REMOVE = f"{HOME}/{PHONE}/remove"


@dataclass(frozen=True, slots=True)
class ContactPages:
    """Everything under /account/details/email and /account/details/phone."""

    own: Own
    changes: ContactChanges

    def routes(self) -> tuple[Route, ...]:
        """Their addresses."""
        page, post = Guard.PAGE, ("POST",)
        return (
            *(route for kind in CONTACTS for route in self._of(kind)),
            Route(REMOVE, "own_phone_removal", self.removal, guard=page),
            Route(REMOVE, "own_phone_remove", self.remove, methods=post, guard=page),
        )

    def removal(self) -> Response:
        """GET: what removing the number means."""
        owner = self.own.enter(REMOVE, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        number, _confirmed = details.phone_of(owner.subject.claims)
        if not number:
            return see_other(_page(PHONE))
        shown, codes = masked_number(number), self.changes.has_codes(owner, number)
        return self.own.page(
            "selfservice/phone_remove.html", owner, number=shown, codes=codes, action=REMOVE, back=_page(PHONE)
        )

    def remove(self) -> Response:
        """POST: removes it."""
        owner = self.own.enter(REMOVE, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        removed = self.changes.remove_phone(owner, current_origin().address)
        match removed:
            case Changed():
                return self.own.done(owner, _(REMOVED), HOME)
            case Same():
                return self.own.done(owner, _(REMOVED_ALREADY), HOME)
            case _:
                return self._sent(PHONE, owner, removed, "")

    def _of(self, kind: str) -> Iterable[Route]:
        here, page, post = _page(kind), Guard.PAGE, ("POST",)
        return (
            Route(here, f"own_{kind}", partial(self._show, kind), guard=page),
            Route(here, f"own_{kind}_send", partial(self._send, kind), methods=post, guard=page),
            Route(f"{here}/code", f"own_{kind}_code", partial(self._code, kind), guard=page),
            Route(f"{here}/code", f"own_{kind}_confirm", partial(self._confirm, kind), methods=post, guard=page),
            Route(f"{here}/other", f"own_{kind}_other", partial(self._other, kind), methods=post, guard=page),
        )

    def _show(self, kind: str) -> Response:
        """GET: the contact, and a field for another."""
        owner = self.own.enter(_page(kind), to_change=True)
        return self._form(kind, owner) if isinstance(owner, Owner) else owner

    def _send(self, kind: str) -> Response:
        """POST: another contact, to which a code goes."""
        owner, form = self.own.enter(_page(kind), to_change=True), read_form(request)
        if not isinstance(owner, Owner):
            return owner
        begun = self.changes.begin(owner, kind, form["contact"], current_origin().address)
        match begun:
            case Malformed():
                return self._form(kind, owner, form["contact"], CONTACTS[kind].malformed)
            case Same():
                return self._form(kind, owner, form["contact"], CONTACTS[kind].same)
            case _:
                return self._sent(kind, owner, begun, form["contact"])

    def _code(self, kind: str) -> Response:
        """GET: a field for the code that was sent."""
        owner = self.own.enter(_page(kind) + "/code", to_change=True)
        return self._ask(kind, owner) if isinstance(owner, Owner) else owner

    def _confirm(self, kind: str) -> Response:
        """POST: the code."""
        owner, form = self.own.enter(_page(kind) + "/code", to_change=True), read_form(request)
        if not isinstance(owner, Owner):
            return owner
        if not form["code"].strip():
            return self._ask(kind, owner, CODE_MISSING)
        confirmed = self.changes.confirm(owner, kind, form["code"], current_origin().address)
        match confirmed:
            case Changed():
                return self.own.done(owner, _(CONTACTS[kind].changed), HOME)
            case InUse():
                return self._form(kind, owner, "", IN_USE)
            case WrongCode():
                return self._ask(kind, owner, wrong_code(confirmed))
            case Paused(until):
                return self._ask(kind, owner, paused(until - self.own.clock.now()), 429)
            case Lapsed():
                return see_other(_page(kind))
            case _:
                return self._sent(kind, owner, confirmed, "")

    def _other(self, kind: str) -> Response:
        """POST: the code shall go to another contact that is held already."""
        owner, form = self.own.enter(_page(kind) + "/code", to_change=True), read_form(request)
        if not isinstance(owner, Owner):
            return owner
        asked = self.changes.ask_other(owner, kind, form["by"], current_origin().address)
        return see_other(_page(kind)) if isinstance(asked, Lapsed) else self._sent(kind, owner, asked, "")

    def _sent(self, kind: str, owner: Owner, sent: Dispatched | TooSoon | Withheld | Unreachable, typed: str) -> Response:
        match sent:
            case Dispatched() | TooSoon():
                return see_other(_page(kind) + "/code")
            case Unreachable():
                return self._form(kind, owner, typed, _not_sent(UNREACHABLE), 503)
            case Withheld(retry_after):
                return self._form(kind, owner, typed, _not_sent(withheld(retry_after)), 429)
            case never:
                assert_never(never)

    def _form(self, kind: str, owner: Owner, typed: str = "", problem: Problem | None = None, status: int = 422) -> Response:
        number, confirmed = details.phone_of(owner.subject.claims)
        mine = written_number(number) if number else ""
        held = {EMAIL: (owner.subject.email, owner.subject.email_verified), PHONE: (mine, confirmed)}
        return self.own.page(
            "selfservice/contact.html",
            owner,
            status=status if problem else 200,
            kind=kind,
            words=CONTACTS[kind],
            held=held[kind],
            typed=typed or self.changes.pending(owner, kind),
            problem=problem,
            action=_page(kind),
            remove=REMOVE if kind == PHONE and number else "",
            back=HOME,
        )

    def _ask(self, kind: str, owner: Owner, problem: Problem | None = None, status: int = 422) -> Response:
        stage = self.changes.stage(owner, kind)
        if stage is None:
            return see_other(_page(kind))
        return self.own.page(
            "selfservice/contact_code.html",
            owner,
            status=status if problem else 200,
            stage=stage,
            words=CODES[stage.by],
            heading=CONTACTS[kind].heading,
            others=[(by, CODES[by].instead) for by in stage.others],
            problem=problem,
            action=_page(kind) + "/code",
            other=_page(kind) + "/other",
            back=_page(kind),
        )


def _page(kind: str) -> str:
    return f"{HOME}/{kind}"


def _not_sent(words: NotSent) -> Problem:
    return Problem(words.title, words.text, None)
