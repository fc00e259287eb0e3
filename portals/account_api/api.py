"""The account API's resources: agreements, schedules, payments and documents of the token's customer, and of no other."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify

from portals.account_api.agreement_check import AgreementChecks, check_routes
from portals.account_api.bearer import SCOPE, AccessTokenValidator, BoundTokenValidator, Guard
from portals.account_api.holdings import Holdings
from portals.account_api.introspection import IntrospectionUnavailable, Introspector
from portals.account_api.ledger import Ledger
from portals.account_api.nonces import HEADER, Nonces
from portals.account_api.orders import Orders, order_routes
from portals.account_api.proof import Proofs
from portals.account_api.shapes import agreement_json, document_json, line_json, refusal
from portals.account_api.spent import Spent
from portals.clock import Clock
from portals.data.agreements import documents
from portals.data.customers import Books
from portals.issuer_keys import IssuerKeys, KeysUnavailable, json_fetcher
from portals.keys import load_or_create_key, public_jwks
from portals.settings import PortalSettings


def create_account_api(settings: PortalSettings, books: Books, ledger: Ledger, clock: Clock) -> Blueprint:
    """Return the blueprint of one brand's account API, mounted at `/api`."""
    api = Blueprint("account_api", __name__, url_prefix="/api")
    fetch = json_fetcher(settings.timeout)
    keys = IssuerKeys(settings.issuer, fetch, clock)
    key = load_or_create_key(settings.data_dir / f"{settings.api_client_id}.jwk")
    proofs = Proofs(Spent(ledger.store), clock, Nonces(key, clock) if settings.dpop_nonces else None)
    guard = _guard(settings, keys, proofs, clock)
    introspector = Introspector(settings, key, fetch)
    holdings = Holdings(books, ledger)

    def today() -> date:
        return clock().date()

    @api.get("/jwks.json")
    def key_set() -> Response:
        return jsonify(public_jwks(key))

    # Who the customer is stays worth something after a sign-out; a balance of ten minutes ago does not.
    @api.get("/customer")
    @guard.requires_live(SCOPE, introspector.is_active)
    def show_customer() -> Response:
        owner = holdings.customer()
        if owner is None:
            return jsonify({"customer": None})
        return jsonify({"customer": {"number": owner.number, "name": owner.name, "since": owner.since}})

    @api.get("/agreements")
    @guard.requires(SCOPE)
    def list_agreements() -> Response:
        return jsonify({"agreements": [agreement_json(row, today()) for row in holdings.agreements()]})

    def of_one(agreement_id: str, shape: Any) -> Response:
        found = holdings.agreement(agreement_id)
        if found is None:
            return refusal(404, "not_found")
        return jsonify(shape(found))

    @api.get("/agreements/<agreement_id>")
    @guard.requires(SCOPE)
    def show_agreement(agreement_id: str) -> Response:
        return of_one(agreement_id, lambda one: agreement_json(one, today()))

    @api.get("/agreements/<agreement_id>/schedule")
    @guard.requires(SCOPE)
    def show_schedule(agreement_id: str) -> Response:
        return of_one(
            agreement_id,
            lambda one: {"schedule": [line_json(line, paid=line.number <= one.paid) for line in one.lines(today())]},
        )

    @api.get("/agreements/<agreement_id>/payments")
    @guard.requires(SCOPE)
    def show_payments(agreement_id: str) -> Response:
        return of_one(agreement_id, lambda one: {"payments": holdings.history(one, today())})

    @api.get("/agreements/<agreement_id>/documents")
    @guard.requires(SCOPE)
    def show_documents(agreement_id: str) -> Response:
        return of_one(agreement_id, lambda one: {"documents": [document_json(row) for row in documents(one, today())]})

    check_routes(api, AgreementChecks(settings, books, keys, key, Spent(ledger.store), clock))
    order_routes(api, guard, introspector.is_active, Orders(holdings.agreement, ledger, clock))

    _in_every_answer(api, proofs.nonces)
    return api


def _in_every_answer(api: Blueprint, nonces: Nonces | None) -> None:
    @api.errorhandler(KeysUnavailable)
    @api.errorhandler(IntrospectionUnavailable)
    def unavailable(_: Exception) -> Response:
        answer = jsonify({"error": "temporarily_unavailable"})
        answer.status_code = 503
        answer.headers["Retry-After"] = "5"
        return answer

    @api.after_request
    def add_header(answer: Response) -> Response:
        if nonces is not None:
            answer.headers[HEADER] = nonces.current()
        return answer


def _guard(settings: PortalSettings, keys: IssuerKeys, proofs: Proofs, clock: Clock) -> Guard:
    tokens = (settings.issuer, settings.api_url, keys, clock)
    return Guard(AccessTokenValidator(*tokens), BoundTokenValidator(*tokens, proofs, settings.base_url))
