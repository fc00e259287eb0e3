"""Refused proofs of possession (DPoP)."""

from collections.abc import Mapping

from idp.oidc.refusals.advice import Advice

ON_PROOFS: Mapping[str, Advice] = {
    "This client must send a DPoP proof": Advice(
        "RFC 9449 5, FAPI 2.0 Security Profile 5.3.2.1",
        "The client's tokens are bound to a key of its own, by its profile or by dpop_bound_access_tokens.",
        "Send a DPoP header with each token request.",
    ),
    "The DPoP proof is missing": Advice(
        "RFC 9449 7.1",
        "The token came with the scheme DPoP and without the proof that goes with it.",
        "Send a DPoP header with the hash of the token (ath), made for this request.",
    ),
    "The DPoP proof must hold a nonce of this provider": Advice(
        "RFC 9449 8, 9",
        "The provider asks for a nonce of its own in each proof.",
        "Take the one in the DPoP-Nonce header of this answer, and send the request again with a new proof.",
    ),
    "The DPoP proof is of another key than dpop_jkt": Advice(
        "RFC 9449 10.1",
        "The request names one key and shows another.",
        "Leave dpop_jkt out where you push a request with a proof.",
    ),
    "The access token is bound to another key than was shown": Advice(
        "RFC 9449 7.1, 7.2",
        "A bound token came as Bearer or with a proof of another key, or a token that is not bound came as DPoP.",
        "Present the token by its token_type, with a proof of the key that the token request was made with.",
    ),
    "the proof is no signed JWT of this kind": Advice(
        "RFC 9449 4.2, 4.3",
        "The proof is not signed with the key in its own header, holds a private or a weak key, or is something else.",
        "Send one DPoP header: typ dpop+jwt, alg ES256, EdDSA or PS256, and the public key, without its private part, in jwk.",
    ),
    "the proof is for another method": Advice(
        "RFC 9449 4.3",
        "htm is not the method of the request.",
        "Set htm to the method, in capitals, and make a new proof for each request.",
    ),
    "the proof is for another address": Advice(
        "RFC 9449 4.3, RFC 3986 6.2",
        "htu is not the address of the endpoint as discovery names it.",
        "Set htu to the address in discovery; query and fragment do not matter. The host behind a proxy is not it.",
    ),
    "the proof is for another access token": Advice(
        "RFC 9449 4.3, 7",
        "With a token comes a proof for that token, and ath is missing or another token's.",
        "Set ath to the SHA-256 of the access token in base64url without padding.",
    ),
    "the proof is too old, from the future, or without iat": Advice(
        "RFC 9449 4.3, 11.1",
        "iat is more than 60 seconds past or 30 seconds ahead.",
        "Make a new proof for each request; set the client's clock.",
    ),
    "the proof is older than our memory": Advice(
        "RFC 9449 11.1",
        "The proof is older than what the provider remembers of used ones.",
        "Make a new proof and try again.",
    ),
    "the proof has no jti": Advice(
        "RFC 9449 4.2",
        "jti is missing, is no text, or is too long.",
        "Give each proof a random jti.",
    ),
    "the proof was used before": Advice(
        "RFC 9449 11.1",
        "A proof with this key and jti was shown already.",
        "Make a new proof for each request, repeated ones too.",
    ),
}
