"""The pages of what happened in one's account, and of saying that it was somebody else."""

import re
from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.clients.registry import Clients
from idp.core.devices import in_words
from idp.core.language import _
from idp.core.places import Places
from idp.core.sealing import Keyring
from idp.selfservice.activity import Happening, gathered, happenings
from idp.selfservice.leaving import Leaving
from idp.selfservice.moments import moment
from idp.selfservice.not_me import Alarm
from idp.selfservice.own import ACCOUNT, Own, Owner
from idp.web.routes import Guard, Route

LIST, NOT_ME = f"{ACCOUNT}/activity", f"{ACCOUNT}/not-me"
ON_A_PAGE, MOST_PAGES = 20, 50
NUMBER = re.compile(r"[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class ActivityPages:
    """/account/activity and /account/not-me."""

    own: Own
    clients: Clients
    places: Places
    keyring: Keyring
    alarm: Alarm
    leaving: Leaving

    def routes(self) -> tuple[Route, ...]:
        """Their addresses."""
        return (
            Route(LIST, "own_activity", self.show, guard=Guard.PAGE),
            Route(NOT_ME, "own_not_me", self.ask, guard=Guard.PAGE),
            Route(NOT_ME, "own_not_me_answer", self.answer, methods=("POST",), guard=Guard.PAGE),
        )

    def show(self) -> Response:
        """GET: what happened, the newest first; `page` counts from 1."""
        owner, number = self.own.enter(LIST), _number(request.args.get("page", ""))
        if not isinstance(owner, Owner):
            return owner
        with self.own.database.reading() as db:
            found = happenings(db, self.keyring, owner.subject.id, ON_A_PAGE + 1, (number - 1) * ON_A_PAGE)
        more = len(found) > ON_A_PAGE and number < MOST_PAGES
        return self.own.page(
            "selfservice/activity.html",
            owner,
            entries=[self._shown(owner, one) for one in gathered(found[:ON_A_PAGE])],
            newer=f"{LIST}?page={number - 1}" if number > 1 else "",
            older=f"{LIST}?page={number + 1}" if more else "",
            not_me=NOT_ME,
            back=ACCOUNT,
        )

    def ask(self) -> Response:
        """GET: what saying it brings about."""
        owner = self.own.present(NOT_ME)
        if not isinstance(owner, Owner):
            return owner
        return self.own.page("selfservice/not_me.html", owner, action=NOT_ME, back=LIST)

    def answer(self) -> Response:
        """POST: it was somebody else."""
        owner = self.own.present(NOT_ME)
        if not isinstance(owner, Owner):
            return owner
        self.alarm.sound(owner)
        recovery = f"/recovery?brand={owner.brand}" if owner.brand else "/recovery"
        return self.leaving.page("selfservice/not_me_done.html", owner, recovery=recovery)

    def _shown(self, owner: Owner, one: Happening) -> dict[str, object]:
        brand = self.own.gate.brands.get(one.brand)
        client = self.clients.find(one.client_id) if one.client_id else None
        return {
            "title": _(one.words),
            "at": moment(one.at, self.own.clock.now(), self.own.zone(owner)),
            "device": in_words(one.device) if one.address else "",
            "address": one.address,
            "place": self.places.of(one.address),
            "where": client.name if client is not None else brand.name if brand is not None else "",
            "times": one.times,
            "refused": one.refused,
            "by_us": one.by_us,
        }


def _number(typed: str) -> int:
    return min(int(typed), MOST_PAGES) if NUMBER.fullmatch(typed) else 1
