"""A reset of lost second factors that runs, on its owner's page: until when, and the button that stops it."""

from dataclasses import dataclass

from werkzeug.wrappers import Response

from idp.core.language import N_, _
from idp.recovery.lost import LostResets
from idp.selfservice.own import HOME, Own, Owner
from idp.web.formats import moment
from idp.web.routes import Guard, Route

PAGE = f"{HOME}/lost"
STOPPED = N_("It is stopped. Your second step stays as it is.")


@dataclass(frozen=True, slots=True)
class LostPages:
    """/account/security/lost. Whoever is signed in may stop it: that takes no further proof, for time matters."""

    own: Own
    resets: LostResets

    def routes(self) -> tuple[Route, ...]:
        """Its address."""
        return (
            Route(PAGE, "own_lost", self.show, guard=Guard.PAGE),
            Route(PAGE, "own_lost_stop", self.stop, methods=("POST",), guard=Guard.PAGE),
        )

    def show(self) -> Response:
        """GET: what runs."""
        owner = self.own.enter(PAGE)
        if not isinstance(owner, Owner):
            return owner
        with self.own.database.reading() as db:
            reset = self.resets.running(db, owner.subject.id)
        if reset is None:
            return self.own.missing(owner.brand)
        when = moment(reset.ready_at.astimezone(self.own.zone(owner)))
        return self.own.page("selfservice/lost.html", owner, when=when, action=PAGE)

    def stop(self) -> Response:
        """POST: stops it."""
        owner = self.own.enter(PAGE)
        if not isinstance(owner, Owner):
            return owner
        with self.own.changing(owner) as db:
            reset = self.resets.running(db, owner.subject.id)
            stopped = reset is not None and self.resets.cancel(db, reset, "session")
        return self.own.done(owner, _(STOPPED), HOME) if stopped else self.own.missing(owner.brand)
