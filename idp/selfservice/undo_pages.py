"""The page behind the mail about a changed contact. Looking at it uses nothing up; its button does."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.core.language import N_
from idp.selfservice.contact_undos import EMAIL, PHONE
from idp.selfservice.undoing import LinkOver, Undoing
from idp.subjects.phone_numbers import masked_number
from idp.web.forms import read_form
from idp.web.opened_links import OpenedLinks
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route

PAGE = "/undo"
RECOVERY = "/recovery"


@dataclass(frozen=True, slots=True)
class UndoWords:
    """One kind of contact: what became of it, where there was an `old` one and where there was none."""

    was: str
    none: str


WORDS = {
    EMAIL: UndoWords(N_("Your e-mail address was changed. It was %(old)s before."), N_("You had no e-mail address before.")),
    PHONE: UndoWords(
        N_("Your phone number was changed or removed. It was %(old)s before."),
        N_("A phone number was added. There was none before."),
    ),
}


@dataclass(frozen=True, slots=True)
class UndoPages:
    """Everything under /undo."""

    undoing: Undoing
    links: OpenedLinks
    pages: Pages

    def routes(self) -> tuple[Route, ...]:
        """The mailed address, and the page it leads to."""
        return (
            Route(f"{PAGE}/<handle>", "undo_link", self.arrive, guard=Guard.PAGE),
            Route(PAGE, "undo", self.show, guard=Guard.PAGE),
            Route(PAGE, "undo_answer", self.answer, methods=("POST",), guard=Guard.PAGE),
        )

    def arrive(self, handle: str) -> Response:
        """GET: takes the secret out of the address before anything is shown, so that no history or Referer keeps it."""
        return see_other(PAGE, at=self.links.open(handle))

    def show(self) -> Response:
        """GET: what the button will do; a calm page where the link is over."""
        opened = request.args.get("at", "")
        asked = self.undoing.asked(self.links.kept(opened))
        if isinstance(asked, LinkOver):
            return self._over()
        old = masked_number(asked.old) if asked.kind == PHONE and asked.old else asked.old
        words = WORDS[asked.kind]
        return self.pages.page("selfservice/undo.html", brand=asked.brand, at=opened, words=words, old=old)

    def answer(self) -> Response:
        """POST: takes the change back."""
        done = self.undoing.undo(self.links.kept(read_form(request)["at"]))
        if isinstance(done, LinkOver):
            return self._over()
        onward = f"{RECOVERY}?brand={done.brand}" if done.brand else RECOVERY
        return self.pages.page("selfservice/undone.html", brand=done.brand, restored=done.restored, onward=onward)

    def _over(self) -> Response:
        return self.pages.problem("undo_over", status=200)
