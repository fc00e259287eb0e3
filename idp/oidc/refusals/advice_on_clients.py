"""Refused proofs of clients, and forms that cannot be read."""

from collections.abc import Mapping

from idp.oidc.refusals.advice import Advice

ON_CLIENTS: Mapping[str, Advice] = {
    "unknown": Advice(
        "RFC 6749 5.2",
        "No client with this client_id is registered here, or it was switched off.",
        "Compare client_id letter by letter with the registration.",
    ),
    "wrong_method": Advice(
        "RFC 6749 2.3, RFC 7591 2",
        "The client authenticated in another way than the one it is registered for.",
        "Use the registered token_endpoint_auth_method, or change the registration.",
    ),
    "bad_secret": Advice(
        "RFC 6749 2.3.1",
        "The client secret is not one of those that are good now.",
        "Send the newest secret; in the Authorization header both halves are form-encoded first. Make a new one where it "
        "is lost or has run out.",
    ),
    "public_client": Advice(
        "RFC 7662 2.1",
        "This endpoint answers only clients that can keep a secret.",
        "Call it from a server with a confidential client.",
    ),
    "bad_signature": Advice(
        "RFC 7523 3",
        "The assertion is not signed by a key that is registered for the client, or with an algorithm that it may not use.",
        "Sign with the key whose public part is in jwks or at jwks_uri, and name it by kid. See that jwks_uri answers "
        "the provider.",
    ),
    "wrong_type": Advice(
        "RFC 8725 3.11",
        "typ in the header of the assertion names another kind of token, such as a request object.",
        "Send typ JWT or client-authentication+jwt, or none.",
    ),
    "wrong_issuer": Advice(
        "RFC 7523 3",
        "iss and sub of the assertion must both be the client_id.",
        "Set both to the client_id.",
    ),
    "wrong_audience": Advice(
        "RFC 7523 3",
        "aud names something else than this provider, or more than that.",
        "Set aud to the issuer that discovery names.",
    ),
    "expired": Advice(
        "RFC 7523 3",
        "The assertion's exp has passed or is missing.",
        "Make a new assertion for each request; set the clock.",
    ),
    "lives_too_long": Advice(
        "RFC 7523 3",
        "The assertion's exp is further ahead than is accepted.",
        "Let it live for a minute.",
    ),
    "from_the_future": Advice(
        "RFC 7523 3",
        "The assertion's iat or nbf is in the future.",
        "Set the client's clock.",
    ),
    "no_jti": Advice(
        "OpenID Connect Core 9",
        "The assertion has no jti, or one that is too long.",
        "Give each assertion a random jti.",
    ),
    "replayed": Advice(
        "RFC 7523 3",
        "An assertion with this jti was used before.",
        "Make a new assertion for each request, repeated ones too.",
    ),
    "older_than_our_memory": Advice(
        "RFC 7523 3",
        "The assertion is older than what the provider remembers of used ones.",
        "Make a new assertion and try again.",
    ),
    "malformed Authorization header": Advice(
        "RFC 7617 2",
        "The Authorization header is not Basic with base64 of id:secret.",
        "Send Authorization: Basic base64(urlencode(client_id):urlencode(secret)).",
    ),
    "the assertion is no JWT": Advice(
        "RFC 7523 3",
        "The client assertion cannot be read as a JWT with a subject.",
        "Send one compact JWT whose sub is the client_id.",
    ),
    "no client authentication": Advice(
        "RFC 6749 3.2.1",
        "The request says nothing of which client it comes from.",
        "Authenticate as registered; a public client sends client_id.",
    ),
    "Only one way of client authentication may be used at once": Advice(
        "RFC 6749 2.3",
        "The request authenticates in two ways.",
        "Keep the registered one: libraries that try both must be told which.",
    ),
    "client_id is not that of the client authentication": Advice(
        "RFC 6749 3.2.1",
        "client_id in the body is another than the one that authenticated.",
        "Send the same client_id, or leave it out of the body.",
    ),
    "client_assertion_type is not supported": Advice(
        "RFC 7523 2.2",
        "Of assertions only the JWT bearer kind is taken.",
        "Send client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer.",
    ),
    "* is missing": Advice(
        "RFC 6749 3.2, 5.2",
        "A parameter that this request needs was not sent, or was empty.",
        "Send it in the body.",
    ),
    "Parameters must be sent in the body, not in the address": Advice(
        "RFC 6749 2.3.1, 3.2",
        "Addresses end up in logs, so parameters stand in the body.",
        "Send everything as a form in the body.",
    ),
    "The body must be *": Advice(
        "RFC 6749 3.2, Appendix B",
        "The body is not declared as a form.",
        "Send Content-Type: application/x-www-form-urlencoded, not JSON.",
    ),
    "The body is not a form that can be read": Advice(
        "RFC 6749 Appendix B",
        "The body is not UTF-8, holds a NUL, or has more than 100 fields.",
        "Encode names and values as UTF-8 in application/x-www-form-urlencoded.",
    ),
    "The body must be application/json": Advice(
        "RFC 7591 3.1",
        "The body is not declared as JSON.",
        "Send Content-Type: application/json.",
    ),
    "The body must be a JSON object": Advice(
        "RFC 7591 3.1",
        "The body is JSON, but no object.",
        "Send one object, whose members are the metadata.",
    ),
    "The body is nested deeper than *": Advice(
        "RFC 8259 9",
        "Objects and lists stand in each other deeper than is read.",
        "Send metadata alone: nothing in it is nested deeper than a key set.",
    ),
    "The body is not *": Advice(
        "RFC 7591 3.1, RFC 8259 2, 8.1",
        "The body cannot be read as JSON in UTF-8.",
        "Have a JSON library write it, in UTF-8, without NaN or Infinity.",
    ),
    "The body holds characters that are not text": Advice(
        "RFC 8259 8.2",
        "A text holds a NUL, or half of a pair of surrogates, which no store can keep.",
        "Send text alone; encode other bytes first.",
    ),
    "A name stands in an object twice": Advice(
        "RFC 8259 4",
        "Readers differ in which of two members of one name they take.",
        "Send each name once.",
    ),
    "A number is too large": Advice(
        "RFC 8259 6",
        "Readers that keep numbers as doubles would read another one.",
        "Send numbers between -(2**53 - 1) and 2**53 - 1.",
    ),
    "no registration token": Advice(
        "RFC 7591 3, RFC 7592 2",
        "The request carries no access token, and registration is not open to everybody.",
        "Send the initial access token, or the client's registration_access_token, as Bearer.",
    ),
    "the registration token is not good": Advice(
        "RFC 7591 3.2.2, RFC 7592 2",
        "The token is unknown, over, used up, or another client's; staff who change a client end its token.",
        "Ask an administrator for an initial access token, or have the client changed in the console.",
    ),
    "too many clients registered themselves": Advice(
        "RFC 7591 5",
        "As many clients as may live at once have registered themselves.",
        "Delete those that are not used, or register it in the console.",
    ),
    "metadata: *": Advice(
        "RFC 7591 2, 3.2.2",
        "Something in the metadata cannot be registered; each field is named with its reason.",
        "Change the fields named. What only an administrator may set is set in the console.",
    ),
}
