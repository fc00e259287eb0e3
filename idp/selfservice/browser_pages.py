"""The pages of browsers one has signed in with: which there are, trusting one no longer, forgetting them."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.core.events import BrowserForgotten, Bus, TrustWithdrawn
from idp.core.language import _
from idp.selfservice.moments import day
from idp.selfservice.own import HOME, Own, Owner, is_thing
from idp.sessions import known_browsers
from idp.sessions.device_cookie import DeviceCookie
from idp.sessions.known_browsers import KnownBrowser
from idp.web import formats
from idp.web.forms import read_form
from idp.web.routes import Guard, Route

LIST = f"{HOME}/browsers"
OTHERS = f"{LIST}/others"


@dataclass(frozen=True, slots=True)
class BrowserPages:
    """Everything under /account/security/browsers."""

    own: Own
    bus: Bus
    device: DeviceCookie

    def routes(self) -> tuple[Route, ...]:
        """Their addresses."""
        page, post = Guard.PAGE, ("POST",)
        return (
            Route(LIST, "own_browsers", self.show, guard=page),
            Route(OTHERS, "own_browsers_others", self.others, guard=page),
            Route(OTHERS, "own_browsers_forget_others", self.forget_others, methods=post, guard=page),
            Route(f"{LIST}/<browser_id>", "own_browser", self.one, guard=page),
            Route(f"{LIST}/<browser_id>", "own_browser_change", self.change, methods=post, guard=page),
        )

    def show(self) -> Response:
        """GET: the browsers there are, the one used last first."""
        owner = self.own.enter(LIST)
        if not isinstance(owner, Owner):
            return owner
        here = self._here(owner)
        shown = [self._shown(owner, browser, here) for browser in self._all(owner)]
        others = OTHERS if any(not browser["here"] for browser in shown) else ""
        return self.own.page("selfservice/browsers.html", owner, browsers=shown, others=others)

    def one(self, browser_id: str) -> Response:
        """GET: what can be done about one browser."""
        found = self._found(browser_id)
        if isinstance(found, Response):
            return found
        owner, browser = found
        return self.own.page(
            "selfservice/browser.html", owner, browser=self._shown(owner, browser, self._here(owner)), back=LIST
        )

    def change(self, browser_id: str) -> Response:
        """POST: forgets it, or trusts it no longer. Without a word of which, nothing is done."""
        found, form = self._found(browser_id), read_form(request)
        if isinstance(found, Response):
            return found
        owner, browser = found
        if "forget" in form and self._forget(owner, browser):
            return self.own.done(owner, _("%(browser)s is forgotten.", browser=browser.label), LIST)
        if "distrust" in form and self._distrust(owner, browser):
            return self.own.done(owner, _("%(browser)s is no longer trusted.", browser=browser.label), LIST)
        return self.one(browser_id)

    def others(self) -> Response:
        """GET: what forgetting all others means."""
        owner = self.own.enter(OTHERS, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        here = self._here(owner)
        labels = [browser.label for browser in self._all(owner) if browser.id != here]
        return self.own.page("selfservice/browsers_others.html", owner, labels=labels, back=LIST)

    def forget_others(self) -> Response:
        """POST: forgets all browsers but this one."""
        owner = self.own.enter(OTHERS, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        here = self._here(owner)
        with self.own.changing(owner) as db:
            gone = known_browsers.forget_all(db, owner.subject.id, keep=here)
            if gone:
                self.own.sessions.distrust(db, owner.subject.id)
                self.bus.record(db, BrowserForgotten(**owner.by, browsers=gone))
        said = _("All other browsers are forgotten.") if gone else _("There was no other browser.")
        return self.own.done(owner, said, LIST)

    def _forget(self, owner: Owner, browser: KnownBrowser) -> bool:
        with self.own.changing(owner) as db:
            forgotten = known_browsers.forget(db, owner.subject.id, browser.id)
            if forgotten:
                self.own.sessions.distrust(db, owner.subject.id)
                self.bus.record(db, BrowserForgotten(**owner.by))
        return forgotten

    def _distrust(self, owner: Owner, browser: KnownBrowser) -> bool:
        with self.own.changing(owner) as db:
            withdrawn = known_browsers.distrust(db, owner.subject.id, browser.id, self.own.clock.now())
            if withdrawn:
                self.own.sessions.distrust(db, owner.subject.id)
                self.bus.record(db, TrustWithdrawn(**owner.by))
        return withdrawn

    def _all(self, owner: Owner) -> tuple[KnownBrowser, ...]:
        with self.own.database.reading() as db:
            return known_browsers.of(db, owner.subject.id, self.own.clock.now())

    def _here(self, owner: Owner) -> str:
        with self.own.database.reading() as db:
            here = known_browsers.find(db, owner.subject.id, self.device.read(request), self.own.clock.now())
        return here.id if here is not None else ""

    def _found(self, browser_id: str) -> tuple[Owner, KnownBrowser] | Response:
        if not is_thing(browser_id):
            return self.own.missing()
        owner = self.own.enter(f"{LIST}/{browser_id}", to_change=True)
        if not isinstance(owner, Owner):
            return owner
        browser = next((one for one in self._all(owner) if one.id == browser_id), None)
        return (owner, browser) if browser is not None else self.own.missing(owner.brand)

    def _shown(self, owner: Owner, browser: KnownBrowser, here: str) -> dict[str, object]:
        now, zone = self.own.clock.now(), self.own.zone(owner)
        until = browser.trusted_until
        first, last = day(browser.first_seen_at, now, zone), day(browser.last_seen_at, now, zone)
        return {
            "label": browser.label,
            "address": f"{LIST}/{browser.id}",
            "state": _("First seen %(first)s, last %(last)s", first=first, last=last),
            "trusted": formats.day(until.astimezone(zone)) if until is not None and browser.is_trusted(now) else "",
            "here": browser.id == here,
        }
