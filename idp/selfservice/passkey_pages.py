"""The pages of passkeys: the list, adding one, its name, giving it up."""

from dataclasses import dataclass
from typing import assert_never

from flask import jsonify, request
from werkzeug.wrappers import Response

from idp.core.devices import in_words
from idp.core.language import N_, _
from idp.core.origin import current_origin
from idp.factors.passkey_ceremony import Refused
from idp.selfservice.moments import added
from idp.selfservice.own import HOME, Own, Owner, is_thing
from idp.selfservice.passkeys import Added, BadLabel, OwnPasskey, OwnPasskeys, Unknown
from idp.signin.passkey_pages import nothing_to_ask
from idp.signin.passkey_words import MISSING, PasskeyForm, refusal
from idp.signin.words import Problem
from idp.web.forms import Form, read_form
from idp.web.routes import Guard, Route

LIST = f"{HOME}/passkeys"
NEW = f"{LIST}/new"
NAME_WRONG = Problem(N_("The passkey needs a name"), N_("Type a name of at most 64 characters, such as “My phone”."), "label")
ADDED_ALONE = N_("“%(name)s” is added. It signs you in without a password.")
ADDED = N_("“%(name)s” is added. It is asked for after your password.")
REMOVED = N_("“%(name)s” is removed. You are signed out everywhere but here.")


@dataclass(frozen=True, slots=True)
class OwnPasskeyPages:
    """Everything under /account/security/passkeys."""

    own: Own
    mine: OwnPasskeys

    def routes(self) -> tuple[Route, ...]:
        """Their addresses."""
        page, post, one = Guard.PAGE, ("POST",), f"{LIST}/<passkey_id>"
        return (
            Route(LIST, "own_passkeys", self.show, guard=page),
            Route(NEW, "own_passkey_new", self.new, guard=page),
            Route(NEW, "own_passkey_add", self.add, methods=post, guard=page),
            Route(f"{NEW}/options", "own_passkey_options", self.options, methods=post, guard=page),
            Route(f"{one}/name", "own_passkey_name", self.name, guard=page),
            Route(f"{one}/name", "own_passkey_rename", self.rename, methods=post, guard=page),
            Route(f"{one}/remove", "own_passkey_removal", self.removal, guard=page),
            Route(f"{one}/remove", "own_passkey_remove", self.remove, methods=post, guard=page),
        )

    def show(self) -> Response:
        """GET: the passkeys there are. The browser is told of them, so that it offers no other."""
        owner = self.own.enter(LIST)
        if not isinstance(owner, Owner):
            return owner
        return self.own.page(
            "selfservice/passkeys.html",
            owner,
            passkeys=[self._shown(owner, one) for one in self.mine.all(owner)],
            new=NEW,
            accepted=self.mine.accepted(owner),
            rp_id=self.mine.passkeys.rp_id,
        )

    def new(self) -> Response:
        """GET: a name, and the button."""
        owner = self.own.enter(NEW, to_add=True)
        return self._new(owner) if isinstance(owner, Owner) else owner

    def options(self) -> Response:
        """POST by script: what the browser needs to make one, as JSON. 410 where it must be proven anew who asks."""
        owner = self.own.enter(NEW, to_add=True)
        return jsonify(self.mine.options(owner)) if isinstance(owner, Owner) else nothing_to_ask()

    def add(self) -> Response:
        """POST: what the browser made, and its name."""
        owner, form = self.own.enter(NEW, to_add=True), read_form(request)
        if not isinstance(owner, Owner):
            return owner
        if not form["credential"]:
            return self._new(owner, form, MISSING)
        match self.mine.add(owner, form["credential"], form["label"]):
            case Added(label, started, alone):
                done = self.own.done(owner, _(ADDED_ALONE if alone else ADDED, name=label), LIST)
                self.own.cookie.write(done, started)
                return done
            case Refused() as refused:
                return self._new(owner, form, refusal(refused))
            case never:
                assert_never(never)

    def name(self, passkey_id: str) -> Response:
        """GET: another name for a passkey."""
        found = self._found(passkey_id, "name")
        return found if isinstance(found, Response) else self._name(*found, found[1].enrolled.label)

    def rename(self, passkey_id: str) -> Response:
        """POST: the name."""
        found, form = self._found(passkey_id, "name"), read_form(request)
        if isinstance(found, Response):
            return found
        owner, one = found
        match self.mine.rename(owner, one.enrolled.id, form["label"]):
            case str() as label:
                return self.own.done(owner, _("The passkey is called “%(name)s” now.", name=label), LIST)
            case BadLabel():
                return self._name(owner, one, form["label"], NAME_WRONG)
            case Unknown():
                return self.own.missing(owner.brand)
            case never:
                assert_never(never)

    def removal(self, passkey_id: str) -> Response:
        """GET: what giving up this passkey means."""
        found = self._found(passkey_id, "remove")
        if isinstance(found, Response):
            return found
        owner, one = found
        last = self.mine.is_last(owner, one.enrolled.id)
        shown = self._shown(owner, one)
        return self.own.page("selfservice/passkey_remove.html", owner, passkey=shown, last=last, back=LIST)

    def remove(self, passkey_id: str) -> Response:
        """POST: gives it up."""
        found = self._found(passkey_id, "remove")
        if isinstance(found, Response):
            return found
        owner, one = found
        if not self.mine.remove(owner, one.enrolled.id):
            return self.own.missing(owner.brand)
        return self.own.done(owner, _(REMOVED, name=one.enrolled.label), LIST)

    def _found(self, passkey_id: str, act: str) -> tuple[Owner, OwnPasskey] | Response:
        if not is_thing(passkey_id):
            return self.own.missing()
        owner = self.own.enter(f"{LIST}/{passkey_id}/{act}", to_change=True)
        if not isinstance(owner, Owner):
            return owner
        one = self.mine.find(owner, passkey_id)
        return (owner, one) if one is not None else self.own.missing(owner.brand)

    def _shown(self, owner: Owner, one: OwnPasskey) -> dict[str, str]:
        now, zone, enrolled = self.own.clock.now(), self.own.zone(owner), one.enrolled
        return {
            "label": enrolled.label,
            "where": _(one.record.where),
            "address": f"{LIST}/{enrolled.id}",
            "state": added(enrolled.created_at, enrolled.last_used_at, now, zone),
        }

    def _new(self, owner: Owner, form: Form | None = None, problem: Problem | None = None) -> Response:
        named = (form["label"] if form is not None else "") or in_words(current_origin().device)
        making = PasskeyForm(action=NEW, label=N_("Make a passkey"), does="create", named=named, parked=False)
        status = 422 if problem else 200
        return self.own.page("selfservice/passkey_new.html", owner, status=status, passkey=making, back=LIST, problem=problem)

    def _name(self, owner: Owner, one: OwnPasskey, label: str, problem: Problem | None = None) -> Response:
        status, shown = 422 if problem else 200, self._shown(owner, one)
        return self.own.page(
            "selfservice/passkey_name.html", owner, status=status, app=shown, back=LIST, label=label, problem=problem
        )
