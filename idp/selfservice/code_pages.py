"""The page of recovery codes: how many are left, and ten new ones, shown this once."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.core.events import Bus, RecoveryCodesRenewed
from idp.core.handles import digest, new_handle
from idp.core.language import _
from idp.factors.recovery_codes import CODES, FEW, RecoveryCodes
from idp.selfservice.moments import day
from idp.selfservice.own import HOME, Own, Owner
from idp.signin.giving_up import has_strong
from idp.web import formats
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route

PAGE = f"{HOME}/recovery-codes"


@dataclass(frozen=True, slots=True)
class CodePages:
    """/account/security/recovery-codes. Codes stand in for a strong factor, so nobody without one can make them."""

    own: Own
    bus: Bus
    recovery_codes: RecoveryCodes

    def routes(self) -> tuple[Route, ...]:
        """The one address."""
        return (
            Route(PAGE, "own_codes", self.show, guard=Guard.PAGE),
            Route(PAGE, "own_codes_renew", self.renew, methods=("POST",), guard=Guard.PAGE),
        )

    def show(self) -> Response:
        """GET: how many codes are left, and the way to new ones."""
        owner = self.own.enter(PAGE, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        now = self.own.clock.now()
        with self.own.database.reading() as db:
            allowed = has_strong(db, owner.subject.id)
            left, made = self.recovery_codes.left(db, owner.subject.id), self.recovery_codes.made_at(db, owner.subject.id)
        return self.own.page(
            "selfservice/recovery_codes.html",
            owner,
            allowed=allowed,
            left=left,
            few=left <= FEW,
            codes=CODES,
            made=_("made %(when)s", when=day(made, now, self.own.zone(owner))) if made else "",
            once=new_handle(),
        )

    def renew(self) -> Response:
        """POST: ten new codes. The answer shows them; the same form sent again shows nothing and changes nothing."""
        owner, once = self.own.enter(PAGE, to_change=True), read_form(request)["once"]
        if not isinstance(owner, Owner):
            return owner
        fresh = once and self.own.kv.add(f"own-codes:{owner.session.id}:{digest(once)}", b"1", self.own.longest_session)
        codes = self._make(owner) if fresh else ()
        if not codes:
            return see_other(PAGE)
        made = formats.day(self.own.clock.now().astimezone(self.own.zone(owner)))
        about = (
            _("Recovery codes for %(brand)s", brand=self.own.called(owner)),
            _("%(username)s, made on %(day)s", username=owner.subject.username, day=made),
            _("Each works once."),
        )
        return self.own.page(
            "selfservice/recovery_codes_made.html", owner, made=codes, about=about, text="\r\n".join((*about, "", *codes, ""))
        )

    def _make(self, owner: Owner) -> tuple[str, ...]:
        with self.own.changing(owner) as db:
            if not has_strong(db, owner.subject.id):
                return ()
            made = self.recovery_codes.renew(db, owner.subject.id, self.own.clock.now())
            self.bus.record(db, RecoveryCodesRenewed(**owner.by))
        return made
