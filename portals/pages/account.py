"""The account API as the pages see it: over HTTP, with the customer's access token."""

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from portals.problems import Problem, SessionOver, not_found
from portals.relying_party.refresh import Ended, Fresh, Refresher, Unreachable
from portals.relying_party.sessions import Session

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """Reads one brand's account API at `api_url`; `timeout` is in seconds."""

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
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        try:
            return requests.get(f"{self.api_url}/{path}", headers=headers, timeout=self.timeout, allow_redirects=False)
        except requests.RequestException as failure:
            raise Problem("account_unavailable") from failure
