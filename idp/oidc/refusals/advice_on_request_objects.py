"""Refused authorization requests: those that their clients signed (RFC 9101)."""

from collections.abc import Mapping

from idp.oidc.refusals.advice import Advice

ON_REQUEST_OBJECTS: Mapping[str, Advice] = {
    "This client must sign its authorization requests": Advice(
        "RFC 9101 10.5",
        "The client is registered with require_signed_request_object.",
        "Send the parameters as a signed request object, in request or by request_uri.",
    ),
    "request and request_uri must not be sent together": Advice(
        "RFC 9101 5, OpenID Connect Core 6.1",
        "A request has one object.",
        "Send request, or request_uri, and not the other.",
    ),
    "request_uri is not one of the client's": Advice(
        "RFC 9101 5.2, OpenID Connect Core 6.2",
        "Only addresses that stand in the client's request_uris are fetched; what follows a # may differ.",
        "Register the address, to the letter.",
    ),
    "Too many request objects are being fetched": Advice(
        "RFC 6749 4.1.2.1",
        "Other request objects are being fetched, and their servers are slow.",
        "Send the browser again. Sending the object by value, or pushing it, needs no fetch.",
    ),
    "The request object could not be fetched": Advice(
        "RFC 9101 5.2.3",
        "The address is no public https one, or did not answer in three seconds with status 200 and at most 16 KiB of ASCII.",
        "Look into the log for the line request_object_not_fetched, which says what happened.",
    ),
    "The request object is not a signed JWT that can be read": Advice(
        "RFC 9101 4",
        "A request object is a JWS in compact form, of at most 16 KiB; encrypted ones are not offered.",
        "Send header.claims.signature, each in base64url without padding.",
    ),
    "Request objects must be signed": Advice(
        "OpenID Connect Core 6.1, RFC 9101 4",
        "The object has the algorithm none, which is not offered, as discovery says.",
        "Sign it with a key of the client, or send the parameters themselves.",
    ),
    "The header of the request object names another kind of token": Advice(
        "RFC 9101 10.8",
        "typ names another kind of JWT, or crit asks for what is not known here.",
        "Send typ oauth-authz-req+jwt, and no crit.",
    ),
    "The request object is signed by another algorithm than it may be": Advice(
        "OpenID Connect Registration 2, RFC 9101 10.5",
        "alg is not request_object_signing_alg, or not one of the client's profile.",
        "Sign with the algorithm that is registered, or register the one that is used.",
    ),
    "The request object is not signed with a key of the client": Advice(
        "RFC 9101 6.2",
        "No key of the client fits kid and alg and opens the signature.",
        "Publish the key at jwks_uri or in jwks, and name it in kid.",
    ),
    "The request object holds JSON that cannot be kept": Advice(
        "RFC 8259 4, RFC 9101 4",
        "A name stands twice, the object is nested too deep, or it holds text or numbers that cannot be kept.",
        "Send a plain JSON object with each name once.",
    ),
    "client_id is missing in the request object": Advice(
        "RFC 9101 4",
        "The object alone counts, and it does not say whose it is.",
        "Put every parameter into the object, client_id among them.",
    ),
    "client_id in the request object is another one": Advice(
        "RFC 9101 5",
        "client_id inside of the object and outside must be the same.",
        "Send the client's own id in both places.",
    ),
    "iss of the request object must be the client_id": Advice(
        "RFC 9101 4",
        "The object says that somebody else made it.",
        "Send the client's own id in iss.",
    ),
    "aud of the request object must be the issuer": Advice(
        "RFC 9101 4",
        "The object was made for another provider.",
        "Send the issuer, as discovery spells it, in aud.",
    ),
    "sub of the request object must not be the client_id": Advice(
        "RFC 9101 10.8",
        "A JWT whose sub is the client could be used to authenticate as it.",
        "Leave sub out.",
    ),
    "exp, nbf and iat of the request object must be numbers": Advice(
        "RFC 7519 2",
        "A time is no NumericDate.",
        "Send seconds since 1970 as a number.",
    ),
    "The request object has expired": Advice(
        "RFC 7519 4.1.4",
        "exp lies in the past.",
        "Make an object for each request, and look after the clock.",
    ),
    "The request object is from the future": Advice(
        "RFC 7519 4.1.5",
        "nbf or iat lies ahead of our clock.",
        "Look after the clock.",
    ),
    "The request object must say nbf and exp": Advice(
        "FAPI 2.0 Message Signing 5.3.1",
        "The client's profile takes objects that say from when and until when they are good.",
        "Send nbf and exp.",
    ),
    "The request object is good for too long": Advice(
        "FAPI 2.0 Message Signing 5.3.1",
        "exp lies more than an hour after nbf, or nbf more than an hour ago.",
        "Make an object for each request, good for some minutes.",
    ),
    "A request object must not hold another one": Advice(
        "RFC 9101 4",
        "request and request_uri must not stand inside of a request object.",
        "Leave them out.",
    ),
    "A parameter in the request object is of the wrong type": Advice(
        "RFC 9101 4, OpenID Connect Core 6.1",
        "Parameters are text; max_age may be a number, claims an object, resource a list of texts.",
        "Send the parameter as it would stand in a query.",
    ),
}
