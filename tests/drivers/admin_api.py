"""A program that uses the admin API, and a member of staff with one: each answer is held against the OpenAPI document."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import Client

from tests.drivers.household import Household
from tests.drivers.json_schema import misfits
from tests.drivers.relying_party import Answer, RelyingParty, read_json
from tests.drivers.staff import StaffMember

BASE = "/admin/v1"
EVERY_SCOPE = "admin:clients admin:subjects admin:audit"


@dataclass
class AdminApi:
    """Calls with one access token; with none where it is empty."""

    household: Household
    token: str

    @classmethod
    def of_client(cls, household: Household, scope: str, client_id: str = "robot", **metadata: Any) -> "AdminApi":
        """A program of its own, to which an administrator gave `scope`."""
        robot = household.add_client(
            client_id,
            scope=scope,
            grant_types=["client_credentials"],
            redirect_uris=[],
            resources=[household.issuer + BASE],
            **metadata,
        )
        return cls(household, robot.token(grant_type="client_credentials")["access_token"])

    @classmethod
    def of_staff(cls, household: Household, sam: StaffMember, scope: str = EVERY_SCOPE, acr: str = "mfa") -> "AdminApi":
        """Somebody of the staff, by an application of theirs."""
        tool = a_tool(household)
        sam.browser.open(tool.request(scope=f"openid {scope}", resource=household.issuer + BASE, acr_values=acr))
        page = sam.prove()
        while not page.left:
            page = sam.browser.submit(press=next(iter(page.forms[0].buttons)))
        return cls(household, tool.redeem(tool.code(page))["access_token"])

    def call(self, method: str, path: str, content: Any = None, **more: Any) -> Answer:
        """One call; its answer is what the document says of it."""
        body = content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Content-Type": "application/json"} if body else {}
        sent = {"data": body, "headers": headers | more.pop("headers", {}), **more}
        response = Client(self.household.app, use_cookies=False).open(
            BASE + path, base_url=self.household.issuer, method=method, **sent
        )
        answer = Answer(response.status_code, response.headers, read_json(response))
        self._must_be_described(method, path, answer)
        return answer

    def _must_be_described(self, method: str, path: str, answer: Answer) -> None:
        document = described(self.household)
        known = operation(document, method, urlsplit(path).path)
        if known is None or answer.status == 405:
            return
        said = known["responses"].get(str(answer.status))
        assert said is not None, f"{method} {path} answered {answer.status}, which is not in the document: {answer.body}"
        if "content" not in said:
            assert answer.body == {}
            return
        [(kind, content)] = said["content"].items()
        assert answer.headers["Content-Type"] == kind, (method, path, answer.headers)
        assert misfits(answer.body, content["schema"], document) == []


def a_tool(household: Household) -> RelyingParty:
    """An application of the staff's; the same for all of them."""
    wanted: dict[str, Any] = {
        "brand": "stellantis",
        "consent": "implied",
        "token_endpoint_auth_method": "none",
        "scope": f"openid {EVERY_SCOPE} {' '.join(f'{s}:read' for s in EVERY_SCOPE.split())}",
        "resources": [household.issuer + BASE],
    }
    return household.add_client("tool", **wanted)


def described(household: Household) -> dict[str, Any]:
    """The OpenAPI document."""
    return dict(Client(household.app).get(f"{BASE}/openapi.json", base_url=household.issuer).get_json())


def operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    """What the document says of a call; None for an address that it does not know."""
    for pattern, methods in document["paths"].items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", pattern), path):
            return methods.get(method.lower())  # type: ignore[no-any-return]
    return None
