"""The pages of authenticator apps: the list, adding one, its name, giving it up."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.core.language import N_, _
from idp.factors.factor import Wrong
from idp.factors.totp import MOST_APPS, BadLabel, ClockOff, Replayed, TooMany
from idp.selfservice.apps import Added, Apps, Lapsed, Unknown
from idp.selfservice.moments import added
from idp.selfservice.own import HOME, Own, Owner, is_thing
from idp.signin.proposals import in_groups
from idp.signin.step_words import CLOCK_WRONG, CODE_MISSING, clock_help
from idp.signin.words import Problem
from idp.subjects.authenticators import Authenticator
from idp.web.forms import Form, read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route

LIST = f"{HOME}/apps"
NEW = f"{LIST}/new"
CODES = f"{HOME}/recovery-codes"
NAME_PROPOSED = N_("My phone")
NAME_WRONG = Problem(N_("The app needs a name"), N_("Type a name of at most 64 characters, such as “My phone”."), "label")
CODE_WRONG = Problem(N_("That code did not match"), N_("Wait for the next code in the app and type its six digits."), "code")
REMOVED = N_("“%(name)s” is removed. You are signed out everywhere but here.")
LAPSED = N_("That page was open for too long, or was answered before. Here are the apps you have.")
KEPT = N_("“%(name)s” is added. Signing in asks for its codes from now on.")


@dataclass(frozen=True, slots=True)
class AppPages:
    """Everything under /account/security/apps."""

    own: Own
    apps: Apps

    def routes(self) -> tuple[Route, ...]:
        """Their addresses."""
        page, post, one = Guard.PAGE, ("POST",), f"{LIST}/<app_id>"
        return (
            Route(LIST, "own_apps", self.show, guard=page),
            Route(NEW, "own_app_new", self.new, guard=page),
            Route(NEW, "own_app_add", self.add, methods=post, guard=page),
            Route(f"{one}/name", "own_app_name", self.name, guard=page),
            Route(f"{one}/name", "own_app_rename", self.rename, methods=post, guard=page),
            Route(f"{one}/remove", "own_app_removal", self.removal, guard=page),
            Route(f"{one}/remove", "own_app_remove", self.remove, methods=post, guard=page),
        )

    def show(self) -> Response:
        """GET: the apps there are."""
        owner = self.own.enter(LIST)
        if not isinstance(owner, Owner):
            return owner
        apps = self.apps.all(owner)
        shown = [self._shown(owner, app) for app in apps]
        return self.own.page("selfservice/apps.html", owner, apps=shown, new=NEW if len(apps) < MOST_APPS else "")

    def new(self) -> Response:
        """GET: a secret for the app, as picture and as text."""
        owner = self.own.enter(NEW, to_add=True)
        return self._propose(owner) if isinstance(owner, Owner) else owner

    def add(self) -> Response:
        """POST: the app's first code, and its name."""
        owner, form = self.own.enter(NEW, to_add=True), read_form(request)
        if not isinstance(owner, Owner):
            return owner
        if not form["code"].strip():
            return self._propose(owner, form, CODE_MISSING)
        match self.apps.add(owner, form["code"], form["label"]):
            case Added(started):
                done = self.own.done(owner, _(KEPT, name=form["label"].strip()), self._after(owner))
                self.own.cookie.write(done, started)
                return done
            case Lapsed() | Replayed():
                return self.own.done(owner, _(LAPSED), LIST)
            case TooMany():
                return see_other(LIST)
            case BadLabel():
                return self._propose(owner, form, NAME_WRONG)
            case ClockOff(minutes):
                return self._propose(owner, form, Problem(CLOCK_WRONG, clock_help(minutes), "code"))
            case Wrong():
                return self._propose(owner, form, CODE_WRONG)
            case never:
                assert_never(never)

    def name(self, app_id: str) -> Response:
        """GET: another name for an app."""
        found = self._found(app_id, "name")
        return found if isinstance(found, Response) else self._name(*found, found[1].label)

    def rename(self, app_id: str) -> Response:
        """POST: the name."""
        found, form = self._found(app_id, "name"), read_form(request)
        if isinstance(found, Response):
            return found
        owner, app = found
        match self.apps.rename(owner, app.id, form["label"]):
            case str() as label:
                return self.own.done(owner, _("The app is called “%(name)s” now.", name=label), LIST)
            case BadLabel():
                return self._name(owner, app, form["label"], NAME_WRONG)
            case Unknown():
                return self.own.missing(owner.brand)
            case never:
                assert_never(never)

    def removal(self, app_id: str) -> Response:
        """GET: what giving up this app means."""
        found = self._found(app_id, "remove")
        if isinstance(found, Response):
            return found
        owner, app = found
        last = self.apps.is_last(owner, app.id)
        return self.own.page("selfservice/app_remove.html", owner, app=self._shown(owner, app), last=last, back=LIST)

    def remove(self, app_id: str) -> Response:
        """POST: gives it up."""
        found = self._found(app_id, "remove")
        if isinstance(found, Response):
            return found
        owner, app = found
        match self.apps.remove(owner, app.id):
            case Authenticator():
                return self.own.done(owner, _(REMOVED, name=app.label), LIST)
            case Unknown():
                return self.own.missing(owner.brand)
            case never:
                assert_never(never)

    def _found(self, app_id: str, act: str) -> tuple[Owner, Authenticator] | Response:
        if not is_thing(app_id):
            return self.own.missing()
        owner = self.own.enter(f"{LIST}/{app_id}/{act}", to_change=True)
        if not isinstance(owner, Owner):
            return owner
        app = self.apps.find(owner, app_id)
        return (owner, app) if app is not None else self.own.missing(owner.brand)

    def _after(self, owner: Owner) -> str:
        return LIST if self.apps.has_codes(owner) else CODES

    def _shown(self, owner: Owner, app: Authenticator) -> dict[str, str]:
        now, zone = self.own.clock.now(), self.own.zone(owner)
        return {
            "label": app.label,
            "address": f"{LIST}/{app.id}",
            "state": added(app.created_at, app.last_used_at, now, zone),
        }

    def _propose(self, owner: Owner, form: Form | None = None, problem: Problem | None = None) -> Response:
        if len(self.apps.all(owner)) >= MOST_APPS:
            return see_other(LIST)
        shown = self.apps.proposals.show(owner.session.id, owner.subject, self.own.called(owner))
        return self.own.page(
            "selfservice/app_new.html",
            owner,
            status=422 if problem else 200,
            action=NEW,
            back=LIST,
            proposal=shown,
            key=in_groups(shown.secret),
            label=form["label"] if form is not None else _(NAME_PROPOSED),
            problem=problem,
        )

    def _name(self, owner: Owner, app: Authenticator, label: str, problem: Problem | None = None) -> Response:
        status = 422 if problem else 200
        shown = self._shown(owner, app)
        return self.own.page(
            "selfservice/app_name.html", owner, status=status, app=shown, back=LIST, label=label, problem=problem
        )
