"""One factory for every brand's portal. This is the one place where its parts meet."""

import hashlib
import threading
import time
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, g, jsonify, request

from portals import browser
from portals.account_api.api import create_account_api
from portals.account_api.ledger import SCHEMA as LEDGER_SCHEMA
from portals.account_api.ledger import Ledger
from portals.account_api.spent import SCHEMA as SPENT_SCHEMA
from portals.account_api.strength import PAYMENT
from portals.clock import Clock, system_clock
from portals.data.customers import load_books
from portals.headers import install_headers
from portals.issuer_keys import IssuerKeys, json_fetcher
from portals.keys import load_or_create_key, public_jwks
from portals.language import look_up, look_up_plural
from portals.pages import formats
from portals.pages.account import Account
from portals.pages.drafts import Drafts
from portals.pages.languages import install_language, language_routes
from portals.pages.paying import Payments, paying_routes
from portals.pages.views import page_routes
from portals.problems import Problem, install_problem_pages
from portals.relying_party.backchannel import backchannel_routes
from portals.relying_party.client import Provider
from portals.relying_party.parked import Parked
from portals.relying_party.refresh import Refresher
from portals.relying_party.sessions import Sessions
from portals.relying_party.sign_in import sign_in_routes
from portals.relying_party.sign_out import sign_out_routes
from portals.relying_party.started import started_routes
from portals.settings import LOOPBACK_HOSTS, PortalSettings
from portals.store import Store

PACKAGE = Path(__file__).parent
INSIDE = PACKAGE / "templates"
# A wheel carries the templates inside the package, a checkout beside it.
TEMPLATES = INSIDE if INSIDE.is_dir() else PACKAGE.parent / "templates" / "portal"
LARGEST_BODY = 32_768
# Their pages wait for the account API or the provider.
WAITING = ("pages", "paying", "sign_in")


def create_portal(settings: PortalSettings, clock: Clock = system_clock) -> Flask:
    """Return the WSGI application of one brand: its pages, its relying party and its account API."""
    app = Flask("portals", template_folder=str(TEMPLATES), static_folder=str(PACKAGE / "static"))
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_PARTS=20)
    app.config["TRUSTED_HOSTS"] = [str(urlsplit(settings.base_url).hostname), *LOOPBACK_HOSTS]
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "autoescape": True, "extensions": ["jinja2.ext.i18n"]}

    store = Store(settings.data_dir / f"{settings.client_id}.sqlite")
    ledger = Ledger(Store(settings.data_dir / f"{settings.api_client_id}.sqlite", LEDGER_SCHEMA + SPENT_SCHEMA))
    app.extensions.update(store=store, ledger=ledger)
    sessions = Sessions(store, settings.idle, settings.longest)
    parked = Parked(store)
    key = load_or_create_key(settings.data_dir / f"{settings.client_id}.jwk")
    provider = Provider(app, settings, key, clock)
    refresher = Refresher(sessions, provider.refresh, clock, time.sleep)
    account = Account(settings.api_url, settings.timeout, refresher)
    issuer_keys = IssuerKeys(settings.issuer, json_fetcher(settings.timeout), clock)

    _load_sessions(app, settings, sessions, clock)
    install_language(app, settings)
    _leave_room_for_the_api(app, settings.threads)
    install_headers(app, settings)
    install_problem_pages(app)
    app.register_blueprint(sign_in_routes(settings, provider, parked, sessions, clock))
    app.register_blueprint(started_routes(settings))
    app.register_blueprint(sign_out_routes(settings, provider, parked, sessions, clock))
    app.register_blueprint(backchannel_routes(settings, issuer_keys, sessions, clock))
    app.register_blueprint(page_routes(account, provider))
    app.register_blueprint(language_routes(settings))
    app.register_blueprint(paying_routes(Payments(settings, account, provider, parked, Drafts(store), clock)))
    app.register_blueprint(create_account_api(settings, load_books(settings.brand.id), ledger, clock))
    _machine_routes(app, public_jwks(key))
    _dress(app, settings, clock)
    # A button that leads to a check nobody can pass would be a promise broken at the counter.
    app.jinja_env.globals["payments_open"] = lambda: provider.can_prove(PAYMENT.acr)
    return app


def _load_sessions(app: Flask, settings: PortalSettings, sessions: Sessions, clock: Clock) -> None:
    @app.before_request
    def load_session() -> None:
        # An unknown address has no endpoint, and its page greets the customer like any other.
        is_page = request.endpoint is None or request.blueprint in (*WAITING, "sign_out")
        handle = browser.handle(settings) if is_page else None
        g.session = None if handle is None else sessions.find(handle, clock())


def _leave_room_for_the_api(app: Flask, threads: int) -> None:
    # A page waits for this same server: for its account API, or for the provider that fetches the key set. If pages
    # held every thread, none would be left to answer them.
    room = threading.BoundedSemaphore(max(1, threads * 3 // 4))

    @app.before_request
    def enter() -> None:
        if request.blueprint in WAITING:
            if not room.acquire(blocking=False):
                raise Problem("busy")
            g.inside = True

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if g.pop("inside", False):
            room.release()


def _machine_routes(app: Flask, jwks: dict[str, object]) -> None:
    @app.get("/.well-known/jwks.json")
    def key_set() -> Response:
        return jsonify(jwks)

    @app.get("/health")
    def health() -> Response:
        return jsonify({"status": "ok"})


def _dress(app: Flask, settings: PortalSettings, clock: Clock) -> None:
    brand = settings.brand
    for name in ("pounds", "whole_pounds", "long_date", "short_date", "month", "number", "percent"):
        app.add_template_filter(getattr(formats, name), name)
    app.add_template_filter(look_up, "said")
    # Jinja fills in the values itself, escaped.
    app.jinja_env.install_gettext_callables(look_up, look_up_plural, newstyle=True)  # type: ignore[attr-defined]
    issuer_host = urlsplit(settings.issuer).netloc
    account, recovery = f"{settings.issuer}/account", f"{settings.issuer}/recovery?brand={brand.id}"
    app.jinja_env.globals.update(
        brand=brand, issuer_host=issuer_host, account=account, recovery=recovery, asset=partial(_asset, {})
    )

    @app.context_processor
    def support() -> dict[str, object]:
        return {"phone_state": brand.support.state(clock()), "session": g.get("session")}


def _asset(known: dict[str, str], name: str) -> str:
    if name not in known:
        known[name] = hashlib.sha256((PACKAGE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={known[name]}"
