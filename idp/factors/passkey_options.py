"""What the browser is asked: the options of navigator.credentials.create() and .get(), ready to be sent as JSON."""

from collections.abc import Sequence
from typing import Any

from webauthn import generate_authentication_options, generate_registration_options
from webauthn.helpers import options_to_json_dict
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from idp.factors.passkey_ceremony import CHALLENGE_LIFE, VERIFYING, Ceremony, RelyingParty
from idp.factors.passkey_record import Record
from idp.subjects.subjects import Subject

ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
TIMEOUT = int(CHALLENGE_LIFE.total_seconds() * 1000)


def creation_options(
    party: RelyingParty, challenge: bytes, subject: Subject, handle: bytes, enrolled: Sequence[Record]
) -> dict[str, Any]:
    """Options for a new passkey: discoverable, verifying its owner if it can, and on none that has one already.

    No attestation is asked for: which make an authenticator is decides nothing here and would tell people apart.
    """
    options = generate_registration_options(
        rp_id=party.rp_id,
        rp_name=party.name,
        user_id=handle,
        user_name=subject.username,
        user_display_name=subject.name,
        challenge=challenge,
        timeout=TIMEOUT,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(enrolled),
        supported_pub_key_algs=ALGORITHMS,
    )
    # credProps tells whether the credential really became discoverable.
    return options_to_json_dict(options) | {"extensions": {"credProps": True}}


def request_options(party: RelyingParty, challenge: bytes, ceremony: Ceremony, enrolled: Sequence[Record]) -> dict[str, Any]:
    """Options for a proof. At sign-in nobody is known, so any passkey may answer."""
    wanted = UserVerificationRequirement.REQUIRED if ceremony in VERIFYING else UserVerificationRequirement.PREFERRED
    options = generate_authentication_options(
        rp_id=party.rp_id,
        challenge=challenge,
        timeout=TIMEOUT,
        allow_credentials=_descriptors(enrolled),
        user_verification=wanted,
    )
    return options_to_json_dict(options)


def _descriptors(enrolled: Sequence[Record]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=record.raw_id) for record in enrolled]
