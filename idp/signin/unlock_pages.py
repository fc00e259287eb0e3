"""The page behind the owner's link out of a lock. Looking at it uses nothing up; its button does (product.md, customer 4)."""

from dataclasses import dataclass
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.handles import digest, new_handle
from idp.core.kv import KV
from idp.core.throttle import Quota
from idp.signin import unlock_links
from idp.signin.locking import Locking
from idp.web.browser import BrowserCookie
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route

OPEN_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class UnlockPages:
    """Everything under /unlock."""

    database: Database
    kv: KV
    clock: Clock
    locking: Locking
    browser: BrowserCookie
    pages: Pages
    parking: Quota

    def routes(self) -> tuple[Route, ...]:
        """The mailed address, and the page it leads to."""
        return (
            Route("/unlock/<handle>", "unlock_link", self.arrive, guard=Guard.PAGE),
            Route("/unlock", "unlock", self.show, guard=Guard.PAGE),
            Route("/unlock", "unlock_answer", self.answer, methods=("POST",), guard=Guard.PAGE),
        )

    def arrive(self, handle: str) -> Response:
        """GET: takes the secret out of the address before anything is shown, so that no history or Referer keeps it."""
        self.parking.use()  # whoever makes up links must not fill the store with them
        opened = new_handle()
        self.kv.set(self._key(opened), digest(handle).encode(), OPEN_FOR)
        return see_other("/unlock", at=opened)

    def show(self) -> Response:
        """GET: what the button will do; a calm page where the link is over."""
        opened = request.args.get("at", "")
        with self.database.reading() as db:
            link = unlock_links.find(db, self._kept(opened), self.clock.now())
        if link is None:
            return self.pages.problem("link_over", status=200)
        return self.pages.page("signin/unlock.html", brand=link.brand, at=opened)

    def answer(self) -> Response:
        """POST: uses the link up and ends the lock, both or neither."""
        handle_digest, now = self._kept(request.form.get("at", "")), self.clock.now()
        with self.database.transaction() as db:
            link = unlock_links.use(db, handle_digest, now)
            if link is not None:
                self.locking.release(db, link.subject_id, "owner", now)
        if link is None:
            return self.pages.problem("link_over", status=200)
        return self.pages.page("signin/unlocked.html", brand=link.brand)

    def _kept(self, opened: str) -> str:
        kept = self.kv.get(self._key(opened))
        return kept.decode() if kept is not None else ""

    def _key(self, opened: str) -> str:
        # For this browser alone: an address that is passed on leads nowhere.
        return f"unlock:{self.browser.digest()}:{digest(opened)}"
