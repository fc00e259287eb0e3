"""The page of codes by e-mail: they go to the confirmed address, so they are only turned on and off."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.core.events import AuthenticatorEnrolled, AuthenticatorRemoved, Bus
from idp.core.language import N_, _
from idp.factors.mail_code import MailCode
from idp.selfservice.own import HOME, Own, Owner
from idp.signin.masking import masked
from idp.subjects.authenticators import of, remove
from idp.web.forms import read_form
from idp.web.routes import Guard, Route

PAGE = f"{HOME}/mail"
OFF = N_("Codes by e-mail are off. You are signed out everywhere but here.")
OFF_ALREADY = N_("Codes by e-mail were off already.")


@dataclass(frozen=True, slots=True)
class MailPages:
    """/account/security/mail."""

    own: Own
    bus: Bus
    mail_code: MailCode

    def routes(self) -> tuple[Route, ...]:
        """Its address."""
        return (
            Route(PAGE, "own_mail", self.show, guard=Guard.PAGE),
            Route(PAGE, "own_mail_switch", self.switch, methods=("POST",), guard=Guard.PAGE),
        )

    def show(self) -> Response:
        """GET: whether they are on, and a button for the other."""
        owner = self.own.enter(PAGE, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        on = self._is_on(owner)
        # Who has them on can turn them off; they are turned on by who could add anything else.
        if not on:
            owner = self.own.enter(PAGE, to_add=True)
        if not isinstance(owner, Owner):
            return owner
        if not on and not self._can_have(owner):
            return self.own.missing(owner.brand)
        return self.own.page("selfservice/mail.html", owner, address=masked(owner.subject.email), on=on, action=PAGE)

    def switch(self) -> Response:
        """POST `on` or `off`; anything else shows the page again."""
        form = read_form(request)
        if "on" in form:
            owner = self.own.enter(PAGE, to_add=True)
            return self._turn_on(owner) if isinstance(owner, Owner) else owner
        owner = self.own.enter(PAGE, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        return self._turn_off(owner) if "off" in form else self.show()

    def _turn_on(self, owner: Owner) -> Response:
        if not self._can_have(owner):
            return self.own.missing(owner.brand)
        now, kind = self.own.clock.now(), MailCode.kind
        with self.own.changing(owner) as db:
            if not of(db, owner.subject.id, kind):
                new = self.mail_code.enrol(db, owner.subject.id, now)
                self.bus.record(db, AuthenticatorEnrolled(**owner.by, kind=kind, authenticator_id=new))
        return self.own.done(owner, _("Codes by e-mail are on."), HOME)

    def _turn_off(self, owner: Owner) -> Response:
        with self.own.changing(owner) as db:
            gone = [one for one in of(db, owner.subject.id, MailCode.kind) if remove(db, one.id, self.own.clock.now())]
            for one in gone:
                self.bus.record(db, AuthenticatorRemoved(**owner.by, kind=one.kind, authenticator_id=one.id))
        return self.own.done(owner, _(OFF if gone else OFF_ALREADY), HOME)

    def _is_on(self, owner: Owner) -> bool:
        with self.own.database.reading() as db:
            return bool(of(db, owner.subject.id, MailCode.kind))

    def _can_have(self, owner: Owner) -> bool:
        """Where the brand takes them, and the address was confirmed."""
        return MailCode.kind in self.own.gate.policy(owner.brand).second_steps and owner.subject.email_verified
