"""Can't sign in? One page to say who you are, and the code of the mail. What is asked for is never told to exist."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.core.clock import Clock
from idp.core.devices import in_words
from idp.core.handles import new_handle
from idp.core.language import current_language
from idp.core.origin import current_origin
from idp.core.throttle import Quota
from idp.recovery.asked import Asked
from idp.recovery.cases import WrongKey
from idp.recovery.recovering import Recovering
from idp.recovery.way import Way, Ways
from idp.recovery.words import BRAND_MISSING, CODE_MISSING, NAME_MISSING, wrong_key
from idp.signin.agreement_details import FIELDS, Details, read_details
from idp.signin.words import Problem
from idp.subjects.names import LONGEST_NAME
from idp.web.forms import Form, read_form
from idp.web.opened_links import OpenedLinks
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route

HOME = "/recovery"
TYPED = (*FIELDS, "brand")


@dataclass(frozen=True, slots=True)
class AskingPages:
    """The pages under /recovery before the mail. `asking` is how often one source may ask."""

    recovering: Recovering
    ways: Ways
    links: OpenedLinks
    pages: Pages
    asking: Quota
    clock: Clock

    def routes(self) -> tuple[Route, ...]:
        """The addresses."""
        return (
            Route(HOME, "recovery", self.start, guard=Guard.PAGE),
            Route(HOME, "recovery_ask", self.ask, methods=("POST",), guard=Guard.PAGE),
            Route(f"{HOME}/agreement", "recovery_agreement", self.agreement, guard=Guard.PAGE),
            Route(f"{HOME}/agreement", "recovery_ask_brand", self.ask_brand, methods=("POST",), guard=Guard.PAGE),
            Route(f"{HOME}/sent", "recovery_sent", self.sent, guard=Guard.PAGE),
            Route(f"{HOME}/sent", "recovery_code", self.code, methods=("POST",), guard=Guard.PAGE),
        )

    def start(self) -> Response:
        """GET: what can be wrong, and the one question that most of it takes."""
        return self._start(self.ways.begin(request.args.get("brand"), request.args.get("request")))

    def ask(self) -> Response:
        """POST: somebody says who they are. The answer is the same whoever they say to be."""
        form, way = read_form(request), self.ways.find()
        name = form["name"].strip()
        if not name:
            return self._start(way, NAME_MISSING)
        # What no name is as long as is cut, and stays too long to be one.
        return self._asked(Asked(name[: LONGEST_NAME + 1], device=_device(), language=current_language()), way.brand)

    def agreement(self) -> Response:
        """GET: what the holder of an agreement can say beside its number."""
        return self._agreement(self.ways.begin(request.args.get("brand"), None), dict.fromkeys(TYPED, ""))

    def ask_brand(self) -> Response:
        """POST: somebody says which agreement is theirs. The brand judges it, later: the answer here is always the same."""
        form, way = read_form(request), self.ways.find()
        brand = self._brand(form, way)
        details = read_details(form, self.clock.now().date()) if brand is not None else BRAND_MISSING
        if not isinstance(details, Details):
            return self._agreement(way, {name: form[name] for name in TYPED}, details)
        born, language = details.birth_date.isoformat(), current_language()
        return self._asked(Asked(details.agreement, born, details.postcode, _device(), language), brand)

    def sent(self) -> Response:
        """GET: where to look for the mail, and the field for its code."""
        return self._sent(request.args.get("case", ""))

    def code(self) -> Response:
        """POST: the code of the mail."""
        form = read_form(request)
        if not form["code"].strip():
            return self._sent(form["case"], CODE_MISSING)
        found = self.recovering.open_by_code(self._bound(form["case"]), form["code"])
        if isinstance(found, WrongKey):
            return self._sent(form["case"], wrong_key(found.left), 422 if found.left else 429)
        return see_other(f"{HOME}/open", at=self.links.keep(found))

    def _asked(self, asked: Asked, brand: str | None) -> Response:
        self.asking.use()
        case = new_handle()
        self.recovering.ask(self._bound(case), asked, brand)
        return see_other(f"{HOME}/sent", case=case)

    def _start(self, way: Way, problem: Problem | None = None) -> Response:
        return self.pages.page(
            "recovery/start.html",
            brand=way.brand,
            status=422 if problem else 200,
            problem=problem,
            onward=self.ways.onward(way),
            checks=bool(self._choices(way)),
        )

    def _agreement(self, way: Way, typed: dict[str, str], problem: Problem | None = None) -> Response:
        choices = self._choices(way)
        if not choices:
            return see_other(HOME)
        return self.pages.page(
            "recovery/agreement.html",
            brand=way.brand,
            status=422 if problem else 200,
            problem=problem,
            typed=typed,
            choices=choices if way.brand is None else (),
        )

    def _sent(self, case: str, problem: Problem | None = None, status: int = 422) -> Response:
        return self.pages.page(
            "recovery/sent.html", brand=self.ways.find().brand, status=status if problem else 200, problem=problem, case=case
        )

    def _choices(self, way: Way) -> list[tuple[str, str]]:
        """The brands that can check an agreement: that of the way, or, where it has none, any."""
        brand = self.ways.brands.get(way.brand)
        brands = (brand,) if brand is not None else self.ways.brands.all()
        return [(one.id, one.name) for one in brands if one.account_api is not None]

    def _brand(self, form: Form, way: Way) -> str | None:
        known = [brand_id for brand_id, _name in self._choices(way)]
        wanted = way.brand or form["brand"]
        return wanted if wanted in known else None

    def _bound(self, case: str) -> str:
        # The code counts where the case began and nowhere else.
        return f"{self.links.browser.digest()}:{case}"


def _device() -> str:
    return in_words(current_origin().device)
