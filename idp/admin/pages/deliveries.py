"""/console/health/deliveries: what did not arrive, and trying it again."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request
from werkzeug.wrappers import Response

from idp.admin.console import Agent, Console
from idp.admin.deliveries import Deliveries, state_of
from idp.admin.health import ago
from idp.admin.kind_words import DELIVERIES, delivery_words, fault_words, masked_target
from idp.admin.pages.health import HEALTH, when
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.core.outbox_state import State, Wanted

LIST = f"{HEALTH}/deliveries"
BACK = f"{LIST}?state=<state>&kind=<kind>"
ALL, ONE = {"": "Try all of these again now"}, {"": "Try now: <delivery_id>"}
ID = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class DeliveryPages:
    """The list, and two forms that try again: one delivery, or all that are listed."""

    console: Console
    deliveries: Deliveries

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses."""
        again = Right.RETRY_DELIVERIES
        return (
            StaffRoute(LIST, "console_deliveries", self.show, Right.SEE_HEALTH, keeps=True),
            StaffRoute(f"{LIST}/retry", "console_retry_all", self.retry_all, again, ("POST",), BACK, True, ALL),
            StaffRoute(f"{LIST}/<delivery_id>/retry", "console_retry", self.retry, again, ("POST",), BACK, True, ONE),
        )

    def show(self, agent: Agent) -> Response:
        """GET: a page of deliveries, the newest first."""
        given = request.args
        before = given.get("before", "")
        wanted = self._wanted(agent, Right.SEE_HEALTH, given.get("state", ""), given.get("kind", ""), before)
        return self.console.page(
            "admin/deliveries.html",
            agent,
            shown=self.deliveries.page(wanted),
            wanted=wanted,
            states=tuple(State),
            kinds=DELIVERIES,
            now=self.console.clock.now(),
            may_retry=agent.may(Right.RETRY_DELIVERIES),
            older=lambda last: _address(wanted, before=str(last)),
            when=when,
            ago=ago,
            delivery_words=delivery_words,
            fault_words=fault_words,
            masked_target=masked_target,
        )

    def retry(self, agent: Agent, delivery_id: str) -> Response:
        """POST: one is tried again now."""
        back = self._from_form(agent)
        if not ID.fullmatch(delivery_id):
            return self.console.missing()
        tried = self.deliveries.retry(int(delivery_id), lambda brand: agent.reaches(Right.RETRY_DELIVERIES, brand))
        if tried is None:
            return self.console.done(agent, "It has arrived, or is just being tried. Nothing was changed.", _address(back))
        return self.console.done(agent, f"{delivery_words(tried.kind)} {tried.id} is tried again now.", _address(back))

    def retry_all(self, agent: Agent) -> Response:
        """POST: all that the list would show are tried again now."""
        wanted = self._from_form(agent)
        many = self.deliveries.retry_all(wanted)
        said = "Nothing was left to try." if many == 0 else f"{many:,} {'is' if many == 1 else 'are'} tried again now."
        return self.console.done(agent, said, _address(wanted))

    def _from_form(self, agent: Agent) -> Wanted:
        return self._wanted(agent, Right.RETRY_DELIVERIES, request.form.get("state", ""), request.form.get("kind", ""))

    def _wanted(self, agent: Agent, right: Right, state: str, kind: str, before: str = "") -> Wanted:
        known = kind if kind in DELIVERIES else ""
        return Wanted(state_of(state), agent.brands(right), known, int(before) if ID.fullmatch(before) else None)


def _address(wanted: Wanted, **more: str) -> str:
    return f"{LIST}?{urlencode({'state': wanted.state.value, 'kind': wanted.kind, **more})}"
