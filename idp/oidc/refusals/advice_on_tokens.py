"""Refused grants and access tokens."""

from collections.abc import Mapping

from idp.oidc.refusals.advice import Advice

ON_TOKENS: Mapping[str, Advice] = {
    "This grant type is not supported": Advice(
        "RFC 6749 5.2",
        "grant_type is none that discovery lists.",
        "Use authorization_code, refresh_token or client_credentials.",
    ),
    "The client is not registered for this grant type": Advice(
        "RFC 6749 5.2",
        "The client's grant_types lack this one.",
        "Add it to grant_types, or use another.",
    ),
    "The client is not registered for this scope": Advice(
        "RFC 6749 3.3, 4.4.2",
        "The client asks for itself for a scope that is not its own: scopes about people come with a code alone.",
        "Ask for scopes of its registration that are about no person, or register them.",
    ),
    "The scope goes beyond what was granted": Advice(
        "RFC 6749 6",
        "A refresh may narrow the scope, never widen it.",
        "Leave scope out, or ask for a part of what was granted. Send people to /authorize for more.",
    ),
    "resource must be one that was granted to the client": Advice(
        "RFC 8707 2.2",
        "The audience is another than the one that was granted, or there are several.",
        "Ask for the resource that stood in the authorization request.",
    ),
    "the code is unknown": Advice(
        "RFC 6749 4.1.3, 5.2",
        "No such code was issued to this client, or it has run out: a code is good for about a minute.",
        "Exchange the code at once, with the client that asked for it, and decode it exactly once.",
    ),
    "the code is replayed": Advice(
        "RFC 6749 4.1.2, 10.5",
        "The code was used before. Everything that came of it has been revoked, as it may have been stolen.",
        "Exchange each code once: look for retries, double callbacks and reloaded pages. Send the person to /authorize again.",
    ),
    "wrong_redirect_uri": Advice(
        "RFC 6749 4.1.3",
        "redirect_uri is not the one of the authorization request.",
        "Send the same redirect_uri, character by character.",
    ),
    "verifier_without_challenge": Advice(
        "RFC 9700 4.8.2",
        "A code_verifier came for a code that was asked for without a code_challenge.",
        "Send code_challenge and code_challenge_method=S256 in the authorization request; see that nothing on the way "
        "strips them.",
    ),
    "no_verifier": Advice(
        "RFC 7636 4.5, 4.1",
        "code_verifier is missing, or is not 43 to 128 of the characters it may have.",
        "Send the verifier that the challenge was made from: keep it with the person's session until the answer comes.",
    ),
    "wrong_key": Advice(
        "RFC 9449 10",
        "The code is bound to the key of dpop_jkt, or of the proof of the push, and another one was shown.",
        "Redeem the code with a proof of that same key.",
    ),
    "wrong_verifier": Advice(
        "RFC 7636 4.6",
        "The hash of code_verifier is not the code_challenge of the request.",
        "Send the verifier of this very request. Two sign-ins in two tabs each need their own.",
    ),
    "the session has ended or the subject is disabled": Advice(
        "RFC 6749 5.2, OpenID Connect Core 3.1.3.4",
        "The person signed out, or was switched off, before the code was exchanged.",
        "Send the person to /authorize again.",
    ),
    "the refresh token is unknown": Advice(
        "RFC 6749 6, 5.2",
        "No such refresh token of this client.",
        "Send the newest refresh token, with the client it was issued to. Send the person to /authorize again where it "
        "is lost.",
    ),
    "the refresh token is expired": Advice(
        "RFC 6749 6, 5.2",
        "The refresh token has run out, was revoked, or its session has ended.",
        "Send the person to /authorize again. Ask for offline_access where access must outlive the session.",
    ),
    "the refresh token is reused": Advice(
        "RFC 9700 4.14.2",
        "The refresh token was exchanged before, so everything that came of it was revoked: one of two who sent it may "
        "be a thief.",
        "Keep the refresh token of every answer and forget the one before; let one process refresh at a time. Send the "
        "person to /authorize again.",
    ),
    "the code is *": Advice(
        "RFC 6749 4.1.3, 5.2",
        "The code is no longer good.",
        "Send the person to /authorize again.",
    ),
    "the refresh token is *": Advice(
        "RFC 6749 6, 5.2",
        "The refresh token is no longer good.",
        "Send the person to /authorize again.",
    ),
    "The access token is not valid": Advice(
        "RFC 6750 3.1",
        "The access token was not issued here, has run out, or was revoked: by its client, or as its session ended.",
        "Refresh it or ask anew. Send the access token, not the ID token.",
    ),
    "The access token lacks the scope openid": Advice(
        "OpenID Connect Core 5.3, RFC 6750 3.1",
        "userinfo answers for tokens about a person with the scope openid.",
        "Ask for the scope openid. A client's own token has no claims about anybody.",
    ),
    "The access token must not be in the address": Advice(
        "RFC 6750 2.3, RFC 9700 4.3.2",
        "Addresses end up in logs and histories.",
        "Send Authorization: Bearer and the token.",
    ),
    "The access token was sent twice": Advice(
        "RFC 6750 2",
        "The token came in the header and in the body.",
        "Send it in the Authorization header alone.",
    ),
}
