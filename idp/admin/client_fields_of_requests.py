"""Fields of the form for clients: how its requests must come, what it signs, and what is signed for it."""

from idp.admin.client_field import SIGNED_BY, YES_OR_NO, Field, Widget

OF_REQUESTS: tuple[Field, ...] = (
    Field(
        "require_pushed_authorization_requests",
        "It pushes its requests",
        "Requests are taken only if the application left them here first, server to server (RFC 9126).",
        Widget.CHOICE,
        YES_OR_NO,
    ),
    Field(
        "require_signed_request_object",
        "It signs its requests",
        "Requests are taken only if the application signed them with its own key (RFC 9101).",
        Widget.CHOICE,
        YES_OR_NO,
    ),
    Field(
        "request_object_signing_alg",
        "Requests are signed with",
        "The one algorithm of its signed requests, if it always uses the same.",
        Widget.CHOICE,
        {"": "Any that is strong enough", **SIGNED_BY},
    ),
    Field(
        "request_uris",
        "Addresses of signed requests",
        "Where the application publishes signed requests, one on each line. We fetch nothing from anywhere else.",
        Widget.LINES,
        example="https://app.example.com/request.jwt",
    ),
    Field(
        "sector_identifier_uri",
        "Sector document",
        "A JSON list of every redirect address. Applications on its host know a customer by the same identifier.",
        example="https://example.com/sector.json",
    ),
    Field(
        "introspection_signed_response_alg",
        "Our answers about tokens are signed with",
        "Where the application asks for a signed answer (RFC 9701).",
        Widget.CHOICE,
        {"": "As the profile has it", **SIGNED_BY},
    ),
)
