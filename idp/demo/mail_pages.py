"""Previews of every mail and text, by brand and language, in demo mode only."""

from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from idp.brands.brand import Brand
from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.core.database import Database
from idp.demo.customers import CUSTOMERS
from idp.demo.pages import at_this_machine
from idp.demo.rehearsal import Preview, Rehearsal
from idp.subjects.subjects import Subjects
from idp.web.languages import NAMES
from idp.web.render import Pages
from idp.web.routes import Guard, Route

PATH = "/demo/mails"
# A mail brings its style in attributes and nothing else; it may not act as a page of ours.
MAIL_CSP = "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class MailPages:
    """`/demo/mails`, for this machine alone."""

    pages: Pages
    brands: Brands
    subjects: Subjects
    database: Database
    clock: Clock
    rehearsal: Rehearsal

    def routes(self) -> tuple[Route, ...]:
        """The list, and each mail as its reader sees it."""
        return (
            Route(PATH, "demo_mails", self.show, guard=Guard.PAGE),
            Route(f"{PATH}/<brand_id>/<language>/<int:number>", "demo_mail", self.one, guard=Guard.PAGE),
        )

    def show(self) -> Response:
        """GET: all of them, as text; `?brand=&language=` chooses in whose name and in which language."""
        at_this_machine()
        everybody = self.brands.all()
        brand = self.brands.get(request.args.get("brand")) or everybody[0]
        language = request.args.get("language", "")
        language = language if language in brand.languages else brand.languages[0]
        return self.pages.page(
            "demo/mails.html",
            brand=None,
            path=PATH,
            shown={"brand": brand.id, "language": language},
            all_brands=[(one.id, one.name) for one in everybody],
            all_languages=[(one, NAMES[one]) for one in brand.languages],
            previews=self._previews(brand, language),
        )

    def one(self, brand_id: str, language: str, number: int) -> Response:
        """GET: the HTML of one mail, and nothing around it."""
        at_this_machine()
        brand = self.brands.get(brand_id)
        if brand is None or language not in brand.languages:
            raise NotFound
        previews = self._previews(brand, language)
        if not 0 <= number < len(previews) or not previews[number].html:
            raise NotFound
        response = Response(previews[number].html, content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = MAIL_CSP
        return response

    def _previews(self, brand: Brand, language: str) -> tuple[Preview, ...]:
        with self.database.reading() as db:
            somebody = self.subjects.find(db, CUSTOMERS[0].username)
        return self.rehearsal.previews(brand, language, somebody, self.clock.now()) if somebody is not None else ()
