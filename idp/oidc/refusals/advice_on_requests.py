"""Refused authorization requests: their parameters, and what became of the question."""

from collections.abc import Mapping

from idp.oidc.refusals.advice import Advice

ON_REQUESTS: Mapping[str, Advice] = {
    "A parameter was sent more than once": Advice(
        "RFC 6749 3.1, 3.2",
        "Every parameter but resource may be sent once only.",
        "Send each parameter once.",
    ),
    "* is longer than * characters": Advice(
        "RFC 6749 10.14",
        "The value is longer than is kept or sent back.",
        "Shorten it. Keep what is long on your side, and send a reference in state.",
    ),
    "dpop_jkt must be 43 characters of base64url": Advice(
        "RFC 9449 10",
        "dpop_jkt is the SHA-256 thumbprint of a public key.",
        "Send the thumbprint (RFC 7638) in base64url without padding, or leave it out.",
    ),
    "This client must push its authorization requests": Advice(
        "FAPI 2.0 Security Profile 5.3.2.2",
        "The client's profile takes requests through the pushed authorization request endpoint alone.",
        "Post the parameters to /par, and send the browser with client_id and the request_uri of the answer.",
    ),
    "This client must name its redirect_uri": Advice(
        "FAPI 2.0 Security Profile 5.3.2.2",
        "The client's profile takes no request that leaves out redirect_uri, not even where a single one is registered.",
        "Push redirect_uri with the other parameters, and send it to the token endpoint with the code.",
    ),
    "request_uri must not be pushed": Advice(
        "RFC 9126 2.1",
        "A pushed request cannot stand for another one.",
        "Push the parameters themselves.",
    ),
    "redirect_uri is not one of the client's": Advice(
        "RFC 9126 2.1, RFC 6749 3.1.2.3",
        "The address of the pushed request is missing, or is not registered to the letter.",
        "Send a redirect_uri exactly as it is registered, or register this one.",
    ),
    "request_uri *": Advice(
        "RFC 9126 4",
        "The pushed request is unknown, has expired, was answered already, or is another client's.",
        "Push each request anew, and send the browser at once.",
    ),
    "registration is not supported": Advice(
        "OpenID Connect Core 7.2.1",
        "Clients do not register in the request.",
        "Register the client first; then leave registration out.",
    ),
    "* is not supported": Advice(
        "OpenID Connect Core 6, 7.2.1",
        "The parameter is not offered, as discovery says.",
        "Leave it out.",
    ),
    "The client is not registered for the grant of this response_type": Advice(
        "RFC 6749 4.1.2.1",
        "The client's grant_types lack authorization_code, or implicit where tokens are to come with the answer.",
        "Add it to grant_types, with a redirect_uri, or use the grant that the client is registered for.",
    ),
    "The client is not registered for this response_type": Advice(
        "RFC 6749 4.1.2.1, RFC 7591 2",
        "The client's response_types lack the one that was asked for.",
        "Send response_type=code, or register the other.",
    ),
    "This response_type needs the scope openid": Advice(
        "Core 3.2.2.1",
        "An ID token was asked for without the scope that stands for it.",
        "Add openid to scope.",
    ),
    "nonce is missing, which this response_type needs": Advice(
        "Core 3.2.2.1",
        "An ID token that comes through the browser is told from an injected one by its nonce alone.",
        "Send a nonce that is bound to the browser's session, and compare it with the one in the ID token.",
    ),
    "Tokens are never sent in a query": Advice(
        "OAuth 2.0 Multiple Response Types 5",
        "Queries stand in logs and histories.",
        "Leave response_mode out, or send fragment or form_post.",
    ),
    "A token that comes through the browser is bound to no key": Advice(
        "RFC 9449 5",
        "The client's tokens are to be bound to a key, which is proven at the token endpoint.",
        "Send response_type=code.",
    ),
    "response_type is missing": Advice(
        "RFC 6749 3.1.1",
        "The request must say which response it wants.",
        "Send response_type=code.",
    ),
    "response_type is not offered": Advice(
        "RFC 6749 3.1.1, RFC 9700 2.1.2",
        "Tokens do not travel through the browser, unless the operator lets them and the client is registered for it.",
        "Send response_type=code, and exchange the code at the token endpoint.",
    ),
    "response_mode is not supported": Advice(
        "OAuth 2.0 Multiple Response Types 2.1",
        "The way of answering that was asked for is not offered.",
        "Use query, fragment or form_post, or leave response_mode out.",
    ),
    "code_challenge is missing: this client must use PKCE": Advice(
        "RFC 7636 4.4.1, RFC 9700 2.1.1",
        "The request has no PKCE challenge, which this client must send.",
        "Make a code_verifier for each request, send BASE64URL(SHA256(verifier)) as code_challenge and "
        "code_challenge_method=S256.",
    ),
    "code_challenge_method must be S256": Advice(
        "RFC 7636 4.3, RFC 9700 2.1.1",
        "Without a method, plain is meant, which shows the verifier to whoever sees the request.",
        "Send code_challenge_method=S256.",
    ),
    "code_challenge must be 43 characters of base64url": Advice(
        "RFC 7636 4.2",
        "The challenge is not the BASE64URL of a SHA-256 hash without padding.",
        "Hash the verifier's ASCII bytes with SHA-256 and encode the 32 bytes in base64url, without '='.",
    ),
    "scope is missing or malformed": Advice(
        "RFC 6749 3.3",
        "scope is missing, or holds characters that it may not.",
        "Send words separated by single spaces, openid among them for an ID token.",
    ),
    "The client is not registered for the scope *": Advice(
        "RFC 6749 3.3",
        "The request asks for a scope that the client's registration lacks.",
        "Leave the scope out, or add it to the registration.",
    ),
    "None of the scopes is known": Advice(
        "RFC 6749 3.3",
        "Of the scopes that were asked for, none is known here.",
        "Ask for scopes that discovery lists and the client is registered for.",
    ),
    "prompt has a value that is not supported": Advice(
        "OpenID Connect Core 3.1.2.1",
        "prompt knows none, login, consent, select_account and create.",
        "Use one of these.",
    ),
    "prompt=none goes with no other value": Advice(
        "OpenID Connect Core 3.1.2.1",
        "none forbids every page, so it goes with no other value.",
        "Send prompt=none alone.",
    ),
    "max_age must be a number of seconds": Advice(
        "OpenID Connect Core 3.1.2.1",
        "max_age is a number of seconds, in ASCII digits.",
        "Send digits alone: max_age=300.",
    ),
    "claims is not JSON": Advice(
        "OpenID Connect Core 5.5",
        "The claims parameter cannot be read.",
        "Send one JSON object, percent-encoded once.",
    ),
    "claims must be a JSON object": Advice(
        "OpenID Connect Core 5.5",
        "The claims parameter is no JSON object, or holds what cannot be kept.",
        "Send an object with the members userinfo and id_token.",
    ),
    "userinfo and id_token must be JSON objects": Advice(
        "OpenID Connect Core 5.5",
        "The members userinfo and id_token hold claims by name.",
        'Send, say, {"userinfo": {"email": null}}.',
    ),
    "a claim must be null or a JSON object": Advice(
        "OpenID Connect Core 5.5.1",
        "What is asked of a claim is null or an object.",
        'Send null, or {"essential": true}.',
    ),
    "essential must be true or false, values a list": Advice(
        "OpenID Connect Core 5.5.1",
        "A member of a claim request has the wrong type.",
        "Make essential true or false, and values a list.",
    ),
    "resource must be one of those registered for the client": Advice(
        "RFC 8707 2.1",
        "The audience is not among the client's resources, or there are several.",
        "Ask for one of the registered resources, or register this one.",
    ),
    "id_token_hint is not an ID token issued to this client": Advice(
        "OpenID Connect Core 3.1.2.1",
        "The hint was not signed here, or was issued to another client.",
        "Send back an ID token that this client got here, or leave the hint out.",
    ),
    "The level of authentication asked for is not offered": Advice(
        "OpenID Connect Core 5.5.1.1",
        "An essential acr was asked for that is not offered here.",
        "Ask for a value that discovery lists in acr_values_supported, or make it voluntary.",
    ),
    "The subject did not give the proof that was asked for": Advice(
        "OpenID Connect Core 3.1.2.6, Unmet Authentication Requirements 1.0",
        "The customer was asked for a stronger or newer proof, said no, and had proven nothing that would do.",
        "Offer to go on without it, or ask again when it is needed.",
    ),
    "Another subject is signed in than the one asked for": Advice(
        "OpenID Connect Core 3.1.2.2",
        "id_token_hint or the claim sub names somebody else than who is signed in.",
        "Send prompt=select_account, or leave the hint out.",
    ),
    "The request was denied": Advice(
        "RFC 6749 4.1.2.1",
        "The customer said no.",
        "Nothing is wrong. Say what the access is for before you ask again.",
    ),
    "Consent is needed": Advice(
        "OpenID Connect Core 3.1.2.6",
        "prompt=none forbids the page on which the customer would allow it.",
        "Send the request again without prompt=none.",
    ),
    "The subject must set up another proof first": Advice(
        "OpenID Connect Core 3.1.2.6",
        "prompt=none forbids every page, and what the customer has set up does not reach what is asked.",
        "Send the request again without prompt=none.",
    ),
    "The subject must sign in": Advice(
        "OpenID Connect Core 3.1.2.6",
        "prompt=none forbids every page, and nobody is signed in as the request wants.",
        "This is the answer to a silent check. Send the request again without prompt=none.",
    ),
}
