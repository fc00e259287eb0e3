"""Whoever registers clients by themselves (RFC 7591) and manages them (RFC 7592)."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from werkzeug.test import Client

from idp.app.registration import initial_access_of
from idp.clients.initial_access import Terms
from idp.clients.metadata import ClientMetadata
from tests.drivers.household import Household
from tests.drivers.relying_party import Answer, RelyingParty, read_json

APPLICATION: dict[str, Any] = {"client_name": "Ledger", "redirect_uris": ["https://ledger.example/callback"]}


@dataclass
class Registrant:
    """`token` is an initial access token, or None for somebody who has none."""

    household: Household
    token: str | None = None
    registered: list[Answer] = field(default_factory=list)

    @staticmethod
    def a_token(
        household: Household, brand: str | None = None, uses: int = 1, days: int = 7, pkce_optional: bool = False
    ) -> str:
        """An initial access token, made by an administrator."""
        ground = household.house.ground
        with ground.database.transaction() as db:
            terms = Terms(brand, uses, timedelta(days=days), pkce_optional)
            return initial_access_of(household.house).make(db, terms, ground.clock.now())[1]

    def registers(self, **metadata: Any) -> Answer:
        """POST /register; a name set to None is left out."""
        wanted = {name: value for name, value in {**APPLICATION, **metadata}.items() if value is not None}
        self.registered.append(self.send("POST", "/register", wanted, self.token))
        return self.registered[-1]

    def send(self, method: str, path: str, content: Any = None, token: str | None = None, **more: Any) -> Answer:
        """Whatever one likes; `content` that is bytes goes as it is."""
        body = content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        headers |= {"Content-Type": "application/json"} if body else {}
        sent = {"data": body, "headers": headers | more.pop("headers", {}), **more}
        response = Client(self.household.app, use_cookies=False).open(
            path.removeprefix(self.household.issuer), base_url=self.household.issuer, method=method, **sent
        )
        return Answer(response.status_code, response.headers, read_json(response))

    def manages(self, method: str, of: Answer, content: Any = None, token: str | None = None) -> Answer:
        """One of the calls of RFC 7592, with the client's own registration access token if no other is given."""
        return self.send(method, of["registration_client_uri"], content, token or of["registration_access_token"])

    def relying_party(self, of: Answer) -> RelyingParty:
        """The application that runs as the client that was registered."""
        told = {name: value for name, value in of.body.items() if name in ClientMetadata.model_fields}
        house = self.household
        return RelyingParty(
            house.app, house.issuer, ClientMetadata.model_validate(told), of.body.get("client_secret"), house.clock
        )
