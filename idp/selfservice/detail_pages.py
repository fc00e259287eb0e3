"""Your details: names, language, e-mail address and phone number, each with its state first and one thing to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.core.account_events import LanguageChosen, NameChanged
from idp.core.events import Bus
from idp.core.language import LANGUAGES, N_, _
from idp.core.wishes import wish
from idp.factors.text_code import TextCode
from idp.selfservice.overview import Card
from idp.selfservice.own import Own, Owner
from idp.signin.words import Problem
from idp.subjects import details
from idp.subjects.phone_numbers import mobile_number, written_number
from idp.web.forms import Form, read_form
from idp.web.languages import NAMES
from idp.web.routes import Guard, Route

HOME = "/account/details"
NAME, LANGUAGE, EMAIL, PHONE = f"{HOME}/name", f"{HOME}/language", f"{HOME}/email", f"{HOME}/phone"
# Each in its own words, so that whoever cannot read the page finds theirs.
NAME_WRONG = N_("Use at most 128 letters and signs that can be seen.")


@dataclass(frozen=True, slots=True)
class DetailPages:
    """/account/details, and the pages of names and language."""

    own: Own
    bus: Bus
    text_code: TextCode

    def routes(self) -> tuple[Route, ...]:
        """Their addresses."""
        page, post = Guard.PAGE, ("POST",)
        return (
            Route(HOME, "own_details", self.show, guard=page),
            Route(NAME, "own_name", self.name, guard=page),
            Route(NAME, "own_name_change", self.rename, methods=post, guard=page),
            Route(LANGUAGE, "own_language", self.language, guard=page),
            Route(LANGUAGE, "own_language_choose", self.choose, methods=post, guard=page),
        )

    def show(self) -> Response:
        """GET: everything, as cards."""
        owner = self.own.enter(HOME)
        if not isinstance(owner, Owner):
            return owner
        return self.own.page("selfservice/details.html", owner, cards=tuple(self._cards(owner)))

    def name(self) -> Response:
        """GET: the names."""
        owner = self.own.enter(NAME)
        if not isinstance(owner, Owner):
            return owner
        return self._name(owner, owner.subject.given_name or "", owner.subject.family_name or "")

    def rename(self) -> Response:
        """POST: other names."""
        owner, form = self.own.enter(NAME), read_form(request)
        if not isinstance(owner, Owner):
            return owner
        wrong = next((field for field in ("given_name", "family_name") if details.name_of(form[field]) is None), None)
        if wrong is not None:
            problem = Problem(N_("That name cannot be used"), NAME_WRONG, wrong)
            return self._name(owner, form["given_name"], form["family_name"], problem)
        self._rename(owner, form)
        return self.own.done(owner, _("Your name is changed."), HOME)

    def language(self) -> Response:
        """GET: the languages there are."""
        owner = self.own.enter(LANGUAGE)
        if not isinstance(owner, Owner):
            return owner
        offered = [("", _("As my browser asks for"))] + [(tag, NAMES[tag]) for tag in LANGUAGES]
        return self.own.page(
            "selfservice/language.html", owner, offered=offered, chosen=_language(owner), action=LANGUAGE, back=HOME
        )

    def choose(self) -> Response:
        """POST: one of them. Anything else shows the page again."""
        owner, chosen = self.own.enter(LANGUAGE), read_form(request)["language"]
        if not isinstance(owner, Owner):
            return owner
        if chosen and chosen not in LANGUAGES:
            return self.language()
        with self.own.changing(owner) as db:
            held = self.own.subjects.hold(db, owner.subject.id)
            if held is not None:
                details.set_locale(db, held, chosen or None, self.own.clock.now())
                self.bus.record(db, LanguageChosen(**owner.by, language=chosen))
        wish(subject=chosen)
        done = self.own.done(owner, _("Your language is set."), HOME)
        # What was pressed at the foot of a page before must not hide what is chosen for good.
        self.own.pages.forget_language(done)
        return done

    def _rename(self, owner: Owner, form: Form) -> None:
        given, family = details.name_of(form["given_name"]) or "", details.name_of(form["family_name"]) or ""
        with self.own.changing(owner) as db:
            held = self.own.subjects.hold(db, owner.subject.id)
            if held is not None and (held.given_name or "", held.family_name or "") != (given, family):
                details.set_names(db, held, given, family, self.own.clock.now())
                self.bus.record(db, NameChanged(**owner.by))

    def _name(self, owner: Owner, given: str, family: str, problem: Problem | None = None) -> Response:
        return self.own.page(
            "selfservice/name.html",
            owner,
            status=422 if problem else 200,
            given=given,
            family=family,
            problem=problem,
            action=NAME,
            back=HOME,
        )

    def _cards(self, owner: Owner) -> Iterable[Card]:
        subject = owner.subject
        full = " ".join(part for part in (subject.given_name, subject.family_name) if part)
        yield Card(
            _("Name"), full or _("None yet"), _("How we and the applications you use address you."), NAME, _("Change your name")
        )
        spoken = NAMES.get(_language(owner), _("As your browser asks for"))
        yield Card(_("Language"), spoken, _("For our pages and mails."), LANGUAGE, _("Choose a language"))
        warning = "" if subject.email_verified else _("Not confirmed yet: we can send you nothing there.")
        about = _("You can sign in with it, and we tell you there what happens to your account.")
        action = _("Change your e-mail address") if subject.email_verified else _("Confirm or change it")
        yield Card(_("E-mail address"), subject.email, about, EMAIL, action, warning)
        yield self._phone(owner)

    def _phone(self, owner: Owner) -> Card:
        number, confirmed = details.phone_of(owner.subject.claims)
        with self.own.database.reading() as db:
            codes = self.text_code.number(db, owner.subject.id)
        about = _("For when we must reach you, and to help you back in.")
        if codes is not None:
            here = _("Codes by text go to this number too.")
            there = _("Codes by text go to another number, ending in %(digits)s.", digits=codes[-3:])
            about = here if codes == mobile_number(number) else there
        warning = _("Not confirmed yet: we send no codes there.") if number and not confirmed else ""
        action = _("Change your phone number") if number else _("Add your phone number")
        return Card(_("Phone"), written_number(number) if number else _("None yet"), about, PHONE, action, warning)


def _language(owner: Owner) -> str:
    """The language chosen, as one that is offered; empty where that is the browser's."""
    tag = (owner.subject.locale or "").partition("-")[0].lower()
    return tag if tag in LANGUAGES else ""
