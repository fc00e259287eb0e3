"""The routes of the pages."""

from collections.abc import Callable
from functools import wraps
from itertools import groupby
from typing import Any

from flask import Blueprint, g, render_template
from werkzeug import Response

from portals.pages.account import Account
from portals.pages.chart import balance_chart, share
from portals.pages.fleet import fleet_totals
from portals.problems import Problem, to_sign_in
from portals.relying_party.client import Provider, ProviderRefused

FLEET_FROM = 4

View = Callable[..., str | Response]


def signed_in(view: View) -> View:
    """Guard a page: without a session, sign in first and come back to it."""

    @wraps(view)
    def guarded(**values: str) -> str | Response:
        return to_sign_in() if g.session is None else view(**values)

    return guarded


def page_routes(account: Account, provider: Provider) -> Blueprint:
    """Return every page that is not part of signing in or out."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def landing() -> str:
        return render_template("landing.html")

    @routes.get("/support")
    def support() -> str:
        return render_template("support.html")

    @routes.get("/overview")
    @signed_in
    def overview() -> str:
        rows = account.agreements(g.session)
        if not rows:
            return render_template("no_agreement.html")
        template = "fleet.html" if len(rows) >= FLEET_FROM else "overview.html"
        return render_template(template, agreements=rows, totals=fleet_totals(rows), share=share)

    @routes.get("/agreements/<agreement_id>")
    @signed_in
    def agreement(agreement_id: str) -> str:
        found = account.agreement(g.session, agreement_id)
        lines = account.agreement(g.session, agreement_id, "schedule")
        return render_template(
            "agreement.html",
            agreement=found,
            chart=balance_chart(found, lines),
            years=by_year(lines),
            share=share(found),
            tab="schedule",
        )

    @routes.get("/agreements/<agreement_id>/payments")
    @signed_in
    def payments(agreement_id: str) -> str:
        found = account.agreement(g.session, agreement_id)
        rows = account.agreement(g.session, agreement_id, "payments")
        return render_template("payments.html", agreement=found, payments=rows, tab="payments")

    @routes.get("/agreements/<agreement_id>/documents")
    @signed_in
    def documents(agreement_id: str) -> str:
        found = account.agreement(g.session, agreement_id)
        rows = account.agreement(g.session, agreement_id, "documents")
        return render_template("documents.html", agreement=found, documents=rows, tab="documents")

    @routes.get("/details")
    @signed_in
    def details() -> str:
        customer = account.customer(g.session)
        try:
            claims = provider.userinfo(account.access_token(g.session), g.session.sub)
        except ProviderRefused as refusal:
            raise Problem("account_unavailable") from refusal
        return render_template("details.html", claims=claims, address=address_lines(claims), customer=customer)

    return routes


def by_year(lines: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Group the lines of a schedule by the year they fall due."""
    return [(year, list(group)) for year, group in groupby(lines, key=lambda line: line["due"][:4])]


def address_lines(claims: dict[str, Any]) -> list[str]:
    """Return the lines of the OIDC address claim; empty where there is none (OIDC Core 5.1.1)."""
    address = claims.get("address")
    if not isinstance(address, dict):
        return []
    if isinstance(address.get("formatted"), str):
        return [line for line in address["formatted"].splitlines() if line]
    parts = (address.get(part) for part in ("street_address", "locality", "region", "postal_code", "country"))
    return [line for part in parts if isinstance(part, str) for line in part.splitlines() if line]
