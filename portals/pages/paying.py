"""Making a payment: the form, the provider's extra check where the account API asks for one, the receipt."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never
from urllib.parse import quote

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from werkzeug import Response as Redirect

from portals import browser
from portals.clock import Clock
from portals.language import _, current_language
from portals.pages.account import Account, Paid, Refused, StepUp, Unheard
from portals.pages.drafts import Draft, Drafts, new_draft_id
from portals.pages.formats import pounds
from portals.pages.views import signed_in
from portals.problems import Problem, SessionOver
from portals.relying_party.client import Provider
from portals.relying_party.parked import Parked
from portals.settings import PortalSettings

# The sign between thousands, then the one before the pence. Whoever leaves English may type either before the pence: it is
# never taken for the other, for behind one stand three digits and behind the other one or two.
SIGNS = {"en": (",", r"\.")}
OTHER_SIGNS = ("[. \u00a0\u202f]", "[.,]")
MOST = 10_000_000
DRAFT_ID = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Payments:
    """What making a payment needs of the portal."""

    settings: PortalSettings
    account: Account
    provider: Provider
    parked: Parked
    drafts: Drafts
    clock: Clock

    def form(
        self, agreement_id: str, draft_id: str, amount: str = "", *, error: str | None = None, state: str | None = None
    ) -> Response:
        """Return the form page; with an `error` it answers 422."""
        found = self.account.agreement(g.session, agreement_id)
        recovered = g.session.recovered_at if g.session.is_fresh_from_recovery(self.clock()) else None
        page = render_template(
            "pay.html", agreement=found, draft_id=draft_id, amount=amount, error=error, state=state, recovered=recovered
        )
        response = make_response(page)
        response.status_code = 200 if error is None else 422
        return response

    def submit(self, agreement_id: str) -> Response | Redirect:
        """Take the form in and try to pay."""
        if not browser.is_own_form(g.session.csrf, self.settings.base_url):
            raise Problem("payment_not_from_here")
        draft_id, typed = request.form.get("draft", ""), request.form.get("amount", "")
        if not DRAFT_ID.fullmatch(draft_id):
            raise Problem("refused")
        amount, found = read_amount(typed), self.account.agreement(g.session, agreement_id)
        if amount is None:
            error = _("Enter an amount in pounds and pence, such as 150.00.")
            return self.form(agreement_id, draft_id, typed[:20], error=error)
        if amount > Decimal(found["payable"]):
            return self.form(agreement_id, draft_id, typed, error=too_much(found["payable"]))
        draft = self.drafts.put(draft_id, g.session.sub, agreement_id, amount, self.clock())
        if draft is None:
            raise Problem("payment_gone")
        return redirect(_page(draft), 303) if draft.state == "paid" else self.send(draft, may_ask=True)

    def send(self, draft: Draft, *, may_ask: bool) -> Response | Redirect:
        """Ask the account API to book `draft`. The proof it may want is asked for only where `may_ask`."""
        try:
            outcome = self.account.pay(g.session, draft.agreement, f"{draft.amount:.2f}", draft.id)
        except SessionOver:
            return redirect(f"/login?next={quote(_page(draft), safe='/')}", 303)
        match outcome:
            case Paid(reference, paid_on):
                self.drafts.paid(draft.id, reference, paid_on)
            case StepUp() if may_ask:
                return self._ask(draft, outcome)
            case StepUp():
                self.drafts.mark(draft.id, "open")
            case Refused("amount_too_large", payable):
                self.drafts.mark(draft.id, "open")
                return self.form(draft.agreement, draft.id, f"{draft.amount:.2f}", error=too_much(payable))
            case Refused("idempotency_key_reused"):
                raise Problem("payment_made_before")
            case Refused():
                self.drafts.mark(draft.id, "open")
                raise Problem("account_unavailable")
            case Unheard():
                pass
            case other:
                assert_never(other)
        return redirect(_page(draft), 303)

    def show(self, draft_id: str) -> Response:
        """Return the receipt of a draft that was paid, else its form as it was left."""
        self.drafts.give_up(draft_id, g.session.sub)
        draft = self.drafts.find(draft_id, g.session.sub, self.clock())
        if draft is None:
            raise Problem("payment_gone")
        if draft.state != "paid":
            return self.form(draft.agreement, draft.id, f"{draft.amount:.2f}", state=draft.state)
        found = self.account.agreement(g.session, draft.agreement)
        return make_response(render_template("receipt.html", agreement=found, draft=draft))

    def _ask(self, draft: Draft, wanted: StepUp) -> Redirect:
        made = self.provider.authorization_request(acr_values=wanted.acr_values, max_age=wanted.max_age)
        handle = browser.handle(self.settings) or browser.new_handle()
        ways = {"next": f"{_page(draft)}/confirm", "declined": _page(draft)}
        self.drafts.mark(draft.id, "asked")
        self.parked.put(handle, made["state"], {**made, **ways}, self.clock())
        return browser.send_handle(redirect(made["url"], 303), self.settings, handle)


def paying_routes(payments: Payments) -> Blueprint:
    """Return the form of a payment, its way back from the provider, and its receipt."""
    routes = Blueprint("paying", __name__)

    @routes.get("/agreements/<agreement_id>/pay")
    @signed_in
    def form(agreement_id: str) -> Response:
        return payments.form(agreement_id, new_draft_id())

    @routes.post("/agreements/<agreement_id>/pay")
    @signed_in
    def submit(agreement_id: str) -> Response | Redirect:
        return payments.submit(agreement_id)

    @routes.get("/payments/<draft_id>")
    @signed_in
    def show(draft_id: str) -> Response:
        return payments.show(draft_id)

    @routes.get("/payments/<draft_id>/confirm")
    @signed_in
    def confirm(draft_id: str) -> Response | Redirect:
        draft = payments.drafts.come_back(draft_id, g.session.sub, payments.clock())
        if draft is None:
            return redirect(f"/payments/{quote(draft_id, safe='')}", 303)
        return payments.send(draft, may_ask=False)

    return routes


def read_amount(typed: str) -> Decimal | None:
    """Return the pounds a customer typed as their language writes them: "£1,250.5"; None where it is no amount above zero."""
    thousands, pence = SIGNS.get(current_language(), OTHER_SIGNS)
    text = typed.strip().removeprefix("£").removesuffix("£").strip()
    found = re.fullmatch(rf"([0-9]{{1,7}}|[0-9]{{1,3}}(?:{thousands}[0-9]{{3}}){{1,2}})(?:{pence}([0-9]{{1,2}}))?", text)
    if found is None:
        return None
    amount = Decimal(f"{re.sub(thousands, '', found[1])}.{found[2] or '0'}")
    return amount if amount and amount < MOST else None


def too_much(payable: str) -> str:
    """Return the words for an amount above `payable`."""
    return _(
        "You can pay at most %(amount)s here. To settle the agreement in full, call us for a settlement figure.",
        amount=pounds(payable),
    )


def _page(draft: Draft) -> str:
    return f"/payments/{draft.id}"
