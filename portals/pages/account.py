"""The account API as the pages see it: over HTTP, with the customer's access token."""

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests
from werkzeug.datastructures import WWWAuthenticate

from portals.language import current_language
from portals.problems import Problem, SessionOver, not_found
from portals.relying_party.refresh import Ended, Fresh, Refresher, Unreachable
from portals.relying_party.sessions import Session

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Paid:
    """The payment is booked; `paid_on` is an ISO day."""

    reference: str
    paid_on: str


@dataclass(frozen=True, slots=True)
class StepUp:
    """The API wants more proof of who is there: what to ask the provider for (RFC 9470 section 3)."""

    acr_values: str
    max_age: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The API does not take this payment; `payable` is the most it would take, where it says so."""

    error: str
    payable: str


@dataclass(frozen=True, slots=True)
class Unheard:
    """No answer came: the payment may be booked or not, and a repeat with the same key settles it."""


@dataclass(frozen=True, slots=True)
class Account:
    """Speaks to one brand's account API at `api_url`; `timeout` is in seconds."""

    api_url: str
    timeout: float
    refresher: Refresher

    def agreements(self, session: Session) -> list[dict[str, Any]]:
        """Return the summaries of all agreements of the customer."""
        rows: list[dict[str, Any]] = self._get(session, "agreements")["agreements"]
        return rows

    def agreement(self, session: Session, agreement_id: str, part: str = "") -> Any:
        """Return one agreement, or one `part` of it: schedule, payments or documents."""
        path = f"agreements/{quote(agreement_id, safe='')}"
        return self._get(session, f"{path}/{part}")[part] if part else self._get(session, path)

    def customer(self, session: Session) -> dict[str, Any] | None:
        """Return the brand's customer record; None where there is no agreement."""
        found: dict[str, Any] | None = self._get(session, "customer")["customer"]
        return found

    def pay(self, session: Session, agreement_id: str, amount: str, key: str) -> Paid | StepUp | Refused | Unheard:
        """Ask for a payment of `amount` (pounds, two places), booked once per `key`."""
        path = f"agreements/{quote(agreement_id, safe='')}/payments"
        order: dict[str, Any] = {"json": {"amount": amount}, "headers": {"Idempotency-Key": key}}
        token = self.access_token(session)
        try:
            answer = self._send("POST", path, token, **order)
            if answer.status_code == requests.codes.unauthorized and _wanted(answer) is None:
                answer = self._send("POST", path, self.access_token(session, rejected=token), **order)
            return _outcome(answer)
        except requests.RequestException:
            return Unheard()

    def access_token(self, session: Session, rejected: str | None = None) -> str:
        """Return a live access token. Raises SessionOver, and Problem where the provider cannot be asked."""
        match self.refresher.access_token(session, rejected):
            case Fresh(access_token):
                return access_token
            case Ended():
                raise SessionOver
            case Unreachable():
                raise Problem("provider_unreachable")

    def _get(self, session: Session, path: str) -> dict[str, Any]:
        token = self.access_token(session)
        answer = self._call(path, token)
        if answer.status_code == requests.codes.unauthorized:
            # Revoked or ended at the provider: a refresh settles whether the session still stands.
            answer = self._call(path, self.access_token(session, rejected=token))
        if answer.status_code == requests.codes.not_found:
            not_found()
        if answer.status_code != requests.codes.ok:
            log.error("account API answered %s for %s", answer.status_code, path)
            raise Problem("account_unavailable")
        document: dict[str, Any] = answer.json()
        return document

    def _call(self, path: str, token: str) -> requests.Response:
        try:
            return self._send("GET", path, token)
        except requests.RequestException as failure:
            raise Problem("account_unavailable") from failure

    def _send(
        self, method: str, path: str, token: str, *, json: Any = None, headers: dict[str, str] | None = None
    ) -> requests.Response:
        return requests.request(
            method,
            f"{self.api_url}/{path}",
            json=json,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/json",
                # The API names kinds of agreements, documents and payments in words.
                "Accept-Language": current_language(),
                **(headers or {}),
            },
            timeout=self.timeout,
            allow_redirects=False,
        )


def _outcome(answer: requests.Response) -> Paid | StepUp | Refused | Unheard:
    wanted = _wanted(answer)
    if wanted is not None:
        return wanted
    if answer.status_code >= requests.codes.server_error:
        return Unheard()
    document = answer.json()
    if answer.status_code == requests.codes.created:
        return Paid(document["payment"]["reference"], document["payment"]["collected"])
    log.error("account API answered %s to a payment", answer.status_code)
    return Refused(document["error"], document.get("payable", ""))


def _wanted(answer: requests.Response) -> StepUp | None:
    challenge = WWWAuthenticate.from_header(answer.headers.get("WWW-Authenticate"))
    if challenge is None or challenge.get("error") != "insufficient_user_authentication":
        return None
    return StepUp(challenge.get("acr_values") or "", challenge.get("max_age") or "")
