"""The cryptography of passkeys: the library verifies, and whatever it chokes on is no proof.

Where the response was made was judged before (`passkey_ceremony.misplaced`); the library looks at it again.
"""

from typing import Any

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography
from webauthn.registration.verify_registration_response import VerifiedRegistration

from idp.factors.passkey_ceremony import RelyingParty
from idp.factors.passkey_options import ALGORITHMS
from idp.factors.passkey_record import Record


def verified_registration(response: dict[str, Any], party: RelyingParty, challenge: bytes) -> VerifiedRegistration | None:
    """What the authenticator says of its new credential, with a key that can be used; None where it does not verify."""
    try:
        verified = verify_registration_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            require_user_verification=False,
            supported_pub_key_algs=ALGORITHMS,
        )
        decoded_public_key_to_cryptography(decode_credential_public_key(verified.credential_public_key))
    except Exception:
        # Strangers feed the parser: besides WebAuthnException it raises KeyError, TypeError and more on odd CBOR.
        return None
    return verified


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
