"""The shapes of what the admin API takes and tells, as JSON Schema 2020-12 (OpenAPI 3.1)."""

from typing import Any

from idp.clients.metadata import ClientMetadata

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
TRUTH: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "integer"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MAYBE_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}
TEXTS: Schema = {"type": "array", "items": TEXT}


def ref(name: str) -> Schema:
    """A reference to the schema of this name."""
    return {"$ref": f"#/components/schemas/{name}"}


def thing(properties: dict[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    """An object of these properties and no others, all of them there but the `optional` ones."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def listing(items: str) -> Schema:
    """A page of a list; `next` is the `after` of the next page, null at the end."""
    return thing({"items": {"type": "array", "items": ref(items)}, "next": MAYBE})


def _metadata() -> Schema:
    found = ClientMetadata.model_json_schema(ref_template="#/components/schemas/{model}")
    properties = {name: one for name, one in found["properties"].items() if name != "secret_digests"}
    # Without an id of the caller's choice the provider makes one.
    required = [name for name in found["required"] if name != "client_id"]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


SCHEMAS: dict[str, Schema] = {
    "ClientMetadata": _metadata(),
    "Secret": thing({"id": TEXT, "created_at": MOMENT, "expires_at": MAYBE_MOMENT, "last_used_at": MAYBE_MOMENT}),
    "Client": thing(
        {
            "client_id": TEXT,
            "metadata": ref("ClientMetadata"),
            "source": {"type": "string", "enum": ["file", "left", "registered", "dynamic"]},
            "disabled": TRUTH,
            "version": NUMBER,
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "secrets": {"type": "array", "items": ref("Secret")},
            "client_secret": TEXT,
        },
        optional=("client_secret",),
    ),
    "Clients": listing("Client"),
    "Rotation": thing({"overlap_hours": {"type": "integer", "minimum": 0, "maximum": 2160}}, optional=("overlap_hours",)),
    "NewSecret": thing({"client_id": TEXT, "client_secret": TEXT}),
    "Subject": thing(
        {"id": TEXT, "username": TEXT, "email": TEXT, "email_verified": TRUTH, "brands": TEXTS, "disabled": TRUTH}
    ),
    "Subjects": thing({"items": {"type": "array", "items": ref("Subject")}}),
    "Ended": thing({"sessions": NUMBER}),
    "AuditEntry": thing(
        {
            "position": NUMBER,
            "occurred_at": MOMENT,
            "event": TEXT,
            "outcome": TEXT,
            "reason": TEXT,
            "actor": TEXT,
            "subject_id": MAYBE,
            "client_id": MAYBE,
            "brand": MAYBE,
            "session_digest": MAYBE,
            "acr": MAYBE,
            "amr": TEXTS,
            "details": {"type": "object"},
            "address": TEXT,
            "device": TEXT,
            "request_id": TEXT,
        }
    ),
    "AuditPage": thing({"items": {"type": "array", "items": ref("AuditEntry")}, "next": TEXT, "more": TRUTH}),
    "Problem": thing(
        {
            "type": TEXT,
            "title": TEXT,
            "status": NUMBER,
            "code": TEXT,
            "detail": TEXT,
            "reference": TEXT,
            "errors": {"type": "array", "items": thing({"field": TEXT, "reason": TEXT})},
        },
        optional=("errors",),
    ),
}
