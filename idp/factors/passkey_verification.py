"""The cryptography of passkeys: the library verifies, and whatever it chokes on is no proof.

Where the response was made was judged before (`passkey_ceremony.misplaced`); the library looks at it again.
"""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.registration.verify_registration_response import VerifiedRegistration

from idp.factors.passkey_ceremony import Ceremony, RelyingParty
from idp.factors.passkey_options import ALGORITHMS
from idp.factors.passkey_record import Record

LEAST_RSA_BITS = 2048


def verified_registration(
    response: dict[str, Any], party: RelyingParty, challenge: bytes, ceremony: Ceremony
) -> VerifiedRegistration | None:
    """What the authenticator says of its new credential, with a key that can be used; None where it does not verify.

    Only what the browser made unasked may come without anybody's touch (WebAuthn L3 7.1, conditional mediation).
    """
    try:
        verified = verify_registration_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            require_user_presence=ceremony is not Ceremony.REGISTER_UNASKED,
            require_user_verification=False,
            supported_pub_key_algs=ALGORITHMS,
        )
        usable = _is_usable(verified.credential_public_key)
    except Exception:
        # Strangers feed the parser: besides WebAuthnException it raises KeyError, TypeError and more on odd CBOR.
        return None
    return verified if usable else None


def verified_assertion(
    response: dict[str, Any], party: RelyingParty, challenge: bytes, record: Record
) -> VerifiedAuthentication | None:
    """What the authenticator says with a signature of the key of `record`; None where it does not verify.

    Its counter is not compared here: only what is signed may raise an alarm, and the library looks at counters first.
    """
    try:
        return verify_authentication_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            credential_public_key=record.raw_key,
            credential_current_sign_count=-1,
            require_user_verification=False,
        )
    except Exception:
        # As above.
        return None


def _is_usable(cose_key: bytes) -> bool:
    # The library reads the algorithm and the key apart, and would enrol a key that can never prove anything.
    decoded = decode_credential_public_key(cose_key)
    match decoded_public_key_to_cryptography(decoded):
        case Ed25519PublicKey():
            return decoded.alg == COSEAlgorithmIdentifier.EDDSA
        case EllipticCurvePublicKey(curve=SECP256R1()):
            return decoded.alg == COSEAlgorithmIdentifier.ECDSA_SHA_256
        case RSAPublicKey(key_size=size):
            return decoded.alg == COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256 and size >= LEAST_RSA_BITS
        case _:
            return False
