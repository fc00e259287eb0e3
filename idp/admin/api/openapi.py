"""The OpenAPI 3.1 document of the admin API, made of its table of operations. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from idp.admin.api.operations import AREAS, BASE, Operation
from idp.admin.api.problem import PROBLEM, TITLES
from idp.admin.api.schemas import SCHEMAS, ref

ABOUT = (
    "Clients, subjects and the audit trail, for programs. Bring an access token for the resource of this server: of a client "
    "(client_credentials) to which an administrator gave one of the scopes, or of a member of staff, whose role then decides, "
    "as in the console. One that is bound to a key comes by the scheme DPoP, with a proof (RFC 9449 7.1). "
    "What changes something takes a sign-in of at most 15 minutes from the staff."
)
ALWAYS = (400, 401, 403)
NAMED = re.compile(r"{(\w+)}")


def document(issuer: str, operations: Iterable[Operation]) -> dict[str, Any]:
    """The document for the provider at `issuer`."""
    paths: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for operation in operations:
        paths[operation.path][operation.method.lower()] = _operation(operation)
    flow = {"tokenUrl": f"{issuer}/token", "scopes": {s: _scope(s) for area in AREAS for s in (area, f"{area}:read")}}
    by_code = {**flow, "authorizationUrl": f"{issuer}/authorize"}
    security = {"type": "oauth2", "flows": {"clientCredentials": flow, "authorizationCode": by_code}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Admin API", "version": "1", "description": ABOUT},
        "servers": [{"url": issuer + BASE}],
        "paths": dict(paths),
        "components": {"schemas": SCHEMAS, "securitySchemes": {"oauth": security}},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in NAMED.findall(operation.path)
    ]
    in_query = [{"name": one.name, "in": "query", "description": one.about, "schema": one.schema} for one in operation.query]
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.about,
        "tags": [operation.area],
        "security": [{"oauth": [scope]} for scope in operation.scopes],
        "parameters": in_path + in_query,
        "responses": {str(status): _answer(status, schema) for status, schema in operation.answers.items()}
        | {str(status): _refusal(status) for status in _refusals(operation)},
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": ref(operation.body)}}}
    return described


def _refusals(operation: Operation) -> list[int]:
    return sorted({*ALWAYS, *operation.refusals, *((413,) if operation.body is not None else ())})


def _answer(status: int, schema: str | None) -> dict[str, Any]:
    if schema is None:
        return {"description": "Done"}
    return {"description": schema, "content": {"application/json": {"schema": ref(schema)}}}


def _refusal(status: int) -> dict[str, Any]:
    return {"description": TITLES[status], "content": {PROBLEM: {"schema": ref("Problem")}}}


def _scope(scope: str) -> str:
    area = scope.split(":")[1]
    return f"Read {area}" if scope.endswith(":read") else f"Read and change {area}"
