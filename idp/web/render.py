"""A page in the brand's dress: what every template is given, and the policy it leaves with."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, make_response, render_template
from jinja2 import StrictUndefined
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from idp.brands.brand import Brand
from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.core.language import _, current_language, look_up, look_up_plural
from idp.core.origin import current_origin
from idp.core.wishes import wish
from idp.settings import Settings
from idp.web.beneath import placed
from idp.web.browser import BrowserCookie
from idp.web.formats import closed_until, opening_hours
from idp.web.headers import page_csp
from idp.web.inert import inert
from idp.web.languages import Languages, choice
from idp.web.words import ABOUT_SIGN_IN, PROBLEMS

STATIC = Path(__file__).parent.parent / "static"


@dataclass(frozen=True, slots=True)
class SupportView:
    """How to reach people, at this moment."""

    phone: str
    hours: str
    open_now: bool
    closed: str
    email: str
    contact_url: str | None


@dataclass(frozen=True, slots=True)
class BrandView:
    """What templates may know of a brand."""

    id: str
    name: str
    legal: str
    theme: str
    colour: str
    status: str | None
    hosts: tuple[str, ...]
    support: SupportView


class Pages:
    """Renders templates and problem pages."""

    def __init__(self, settings: Settings, brands: Brands, browser: BrowserCookie, clock: Clock, languages: Languages) -> None:
        self._host, self._path = settings.host, settings.path
        self._brands = brands
        self._browser = browser
        self._clock = clock
        self._languages = languages
        self._versions: dict[str, str] = {}

    def page(
        self,
        template: str,
        *,
        brand: str | None,
        application: str | None = None,
        status: int = 200,
        form_action: tuple[str, ...] = (),
        frames: tuple[str, ...] = (),
        **context: Any,
    ) -> Response:
        """`template` as a full answer. `form_action` names the redirect URIs its forms may end at, `frames` what it frames."""
        nonce = secrets.token_urlsafe(16)
        wish(brand=brand)
        html = render_template(
            template,
            brand=self._dress(brand),
            application=application,
            host=self._host,
            lang=current_language(),
            languages=choice(self._languages.offered(brand)),
            nonce=nonce,
            reference=current_origin().request_id,
            asset=self._asset,
            csrf_field=self._csrf_field,
            frames=frames,
            **context,
        )
        response = make_response(placed(html, self._path), status)
        response.headers["Content-Security-Policy"] = page_csp(nonce, form_action, frames)
        response.headers["Content-Language"] = current_language()
        response.headers["Vary"] = "Accept-Language, Cookie"
        return response

    def problem(
        self,
        code: str,
        *,
        brand: str | None = None,
        application: str | None = None,
        status: int = 400,
        action_url: str | None = None,
        action_label: str | None = None,
        happened: str | None = None,
    ) -> Response:
        """A calm page about what went wrong, in the words that `code` has in `web/words.py`; `happened` may say it closer."""
        words = PROBLEMS.get(code, PROBLEMS["bad_request"])
        return self.page(
            "problem.html",
            brand=brand,
            application=application,
            status=status,
            title=_(words.title),
            happened=happened or _(words.happened),
            meaning=_(words.meaning),
            action_url=action_url,
            action_label=action_label or _(words.action),
            about_sign_in=code in ABOUT_SIGN_IN,
        )

    def forget_language(self, response: Response) -> None:
        """Takes back what was chosen at the foot of a page in this browser."""
        self._languages.forget(response)

    def _dress(self, brand_id: str | None) -> BrandView | None:
        brand = self._brands.get(brand_id)
        return dress(brand, self._clock.now()) if brand else None

    def _csrf_field(self) -> Markup:
        return Markup('<input type="hidden" name="csrf_token" value="%s">') % escape(self._browser.csrf_token())

    def _asset(self, path: str) -> str:
        if path not in self._versions:
            self._versions[path] = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]
        return f"/static/{path}?v={self._versions[path]}"


def dress(brand: Brand, now: datetime) -> BrandView:
    """What templates may know of `brand` at this moment."""
    support = brand.support
    seen = SupportView(
        phone=support.phone,
        hours=opening_hours(support),
        open_now=support.is_open(now),
        closed=closed_until(support.opens_next(now)),
        email=support.email,
        contact_url=support.contact_url,
    )
    return BrandView(brand.id, brand.name, brand.legal, brand.theme, brand.colour, brand.status, brand.hosts, seen)


def template_folder() -> Path:
    """Where the templates are: beside the package in a checkout, inside it in a wheel."""
    inside = Path(__file__).parent.parent / "templates"
    return inside if inside.is_dir() else Path(__file__).parent.parent.parent / "templates"


def prepare_templates(app: Flask) -> None:
    """Undefined names are errors, blocks leave no blank lines, words are translated, whatever is printed is inert."""
    app.jinja_env.finalize = inert
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # Jinja fills in the values itself, escaped where the page is HTML.
    app.jinja_env.install_gettext_callables(look_up, look_up_plural, newstyle=True)  # type: ignore[attr-defined]
    # For what a table holds or a function has put into words already: never formatted, never taken for HTML.
    app.jinja_env.filters["said"] = look_up
