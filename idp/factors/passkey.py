"""The passkey: something the subject has, and with verification also something only they are or know."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import CredentialDeviceType

from idp.core.events import Bus, PasskeyCounterStoodStill
from idp.core.kv import KV
from idp.factors.passkey_ceremony import (
    VERIFYING,
    Because,
    Ceremony,
    Challenges,
    Refused,
    RelyingParty,
    creating,
    misplaced,
    proving,
    read_response,
    says_not_discoverable,
)
from idp.factors.passkey_options import creation_options, request_options
from idp.factors.passkey_record import Accepted, Record, handle_of, lookup_of, make_handle, read_record, record_of
from idp.factors.passkey_verification import verified_assertion, verified_registration
from idp.subjects.authenticators import LONGEST_LABEL, Authenticator, add, advance, by_lookup, of, use
from idp.subjects.proof import Proof
from idp.subjects.subjects import Subject


@dataclass(frozen=True, slots=True)
class Registered:
    """The passkey is the subject's now. `verifies`: its authenticator verified the owner when it was made.

    To have made it is a proof of it, unless the browser did so unasked.
    """

    authenticator_id: str
    record: Record
    verifies: bool
    proof: Proof


@dataclass(frozen=True, slots=True)
class Proven:
    """A passkey of `subject_id` was proven."""

    subject_id: str
    authenticator_id: str
    proof: Proof


@dataclass(frozen=True, slots=True)
class UnknownCredential:
    """Nobody's passkey, or one that was removed: the browser may be told to forget `credential_id` (base64url)."""

    credential_id: str


class Passkeys:
    """The factor. `attempt` names what a ceremony belongs to: an interaction in one browser, or a session.

    Every method may raise `Unavailable` where the KV is away. Statements run in the caller's transaction; a refusal is
    to be committed too, for what it tells the trail.
    """

    kind: ClassVar[str] = "passkey"
    amr: ClassVar[tuple[str, ...]] = ("user", "mfa")
    strength: ClassVar[str] = "phr"

    def __init__(self, kv: KV, bus: Bus, party: RelyingParty) -> None:
        self._challenges = Challenges(kv)
        self._bus = bus
        self._party = party

    @property
    def rp_id(self) -> str:
        """Where passkeys are good, as browsers are told it."""
        return self._party.rp_id

    def enrolled(self, db: Connection, subject_id: str) -> tuple[tuple[Authenticator, Record], ...]:
        """The subject's passkeys, oldest first, each with what is known of it."""
        return tuple((one, read_record(one.verifier)) for one in of(db, subject_id, self.kind))

    def accepted(self, db: Connection, subject_id: str) -> Accepted | None:
        """The subject's passkeys, so that a browser forgets all others; None for who never began to register one."""
        handle = handle_of(db, subject_id)
        known = tuple(record.credential_id for record in self._records(db, subject_id))
        return Accepted(bytes_to_base64url(handle), known) if handle is not None else None

    def register_options(self, db: Connection, attempt: str, subject: Subject, *, unasked: bool = False) -> dict[str, Any]:
        """Options for navigator.credentials.create(); its response is due within 5 minutes. Writes at the first call.

        `unasked`: for conditional mediation, where the browser makes the passkey without a prompt.
        """
        handle = make_handle(db, subject.id)
        challenge = self._challenges.begin(creating(unasked=unasked), attempt, subject.id)
        return creation_options(self._party, challenge, subject, handle, self._records(db, subject.id))

    def register(
        self,
        db: Connection,
        attempt: str,
        subject_id: str,
        response_json: str,
        label: str,
        now: datetime,
        *,
        unasked: bool = False,
    ) -> Registered | Refused:
        """Enrols the passkey that `response_json` (any text) describes, under `label`, cut to 64 printable characters.

        `unasked` as it was for its options.
        """
        ceremony = creating(unasked=unasked)
        read = self._received(ceremony, attempt, subject_id, response_json)
        if isinstance(read, Refused):
            return read
        response, challenge = read
        if says_not_discoverable(response):
            return Refused(Because.NOT_DISCOVERABLE)
        verified = verified_registration(response, self._party, challenge, ceremony)
        if verified is None or bytes_to_base64url(verified.credential_id) != response["id"]:
            return Refused(Because.UNVERIFIABLE)
        record = record_of(
            verified.credential_id,
            verified.credential_public_key,
            eligible=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
            backed_up=verified.credential_backed_up,
            unasked=unasked,
            verified=verified.user_verified,
        )
        authenticator_id = self._enrol(db, subject_id, record, verified.sign_count, label, now)
        if authenticator_id is None:
            return Refused(Because.TAKEN)
        proof = self._proof(record, now, verified=record.verified)
        return Registered(authenticator_id, record, record.verified, proof)

    def authenticate_options(
        self, db: Connection, attempt: str, subject_id: str | None = None, *, verified: bool = False
    ) -> dict[str, Any]:
        """Options for navigator.credentials.get(): a step of `subject_id`, or sign-in by whoever answers.

        `verified`: nothing else is proven, so the step must check its owner, as a sign-in always does. Without a subject
        nothing in the options depends on anybody, so they tell nothing about who exists.
        """
        ceremony = proving(subject_id, verified=verified)
        records = () if subject_id is None else self._records(db, subject_id)
        return request_options(self._party, self._challenges.begin(ceremony, attempt, subject_id), ceremony, records)

    def verify(
        self,
        db: Connection,
        attempt: str,
        response_json: str,
        now: datetime,
        subject_id: str | None = None,
        *,
        verified: bool = False,
        hold: Callable[[str], object] = lambda _owner: None,
    ) -> Proven | Refused | UnknownCredential:
        """Judges `response_json` (any text). `subject_id` and `verified` as they were for its options.

        `hold` is called with the owner's id when the answer is verified, before the passkey's row is written: who calls locks
        the owner and their session there.
        """
        ceremony = proving(subject_id, verified=verified)
        read = self._received(ceremony, attempt, subject_id, response_json)
        if isinstance(read, Refused):
            return read
        response, challenge = read
        enrolled = by_lookup(db, self.kind, lookup_of(response["id"]))
        if enrolled is None:
            return UnknownCredential(response["id"])
        if not _is_theirs(db, enrolled, response, subject_id):
            return Refused(Because.NOT_THEIRS)
        assertion = verified_assertion(response, self._party, challenge, read_record(enrolled.verifier))
        if assertion is None:
            return Refused(Because.UNVERIFIABLE)
        if ceremony in VERIFYING and not assertion.user_verified:
            return Refused(Because.NOT_VERIFIED)
        hold(enrolled.subject_id)
        return self._settle(db, enrolled, assertion, now)

    def _received(
        self, ceremony: Ceremony, attempt: str, subject_id: str | None, response_json: str
    ) -> tuple[dict[str, Any], bytes] | Refused:
        # Whatever was sent, the challenge is gone: nobody tries twice against the same one.
        challenge = self._challenges.take(ceremony, attempt, subject_id)
        if challenge is None:
            return Refused(Because.CHALLENGE)
        response = read_response(response_json)
        if isinstance(response, Refused):
            return response
        return misplaced(response, self._party, ceremony, challenge) or (response, challenge)

    def _enrol(self, db: Connection, subject_id: str, record: Record, counter: int, label: str, now: datetime) -> str | None:
        shown = "".join(character for character in label if character.isprintable()).strip()[:LONGEST_LABEL]
        lookup = lookup_of(record.credential_id)
        try:
            with db.begin_nested():
                return add(db, subject_id, self.kind, record.serialised(), now, label=shown, lookup=lookup, counter=counter)
        except IntegrityError:
            # Somebody has it, or had it: a credential id is never given a second owner (WebAuthn 7.1).
            return None

    def _settle(
        self, db: Connection, enrolled: Authenticator, verified: VerifiedAuthentication, now: datetime
    ) -> Proven | Refused:
        record = read_record(enrolled.verifier)
        if record.eligible is not (verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE):
            return Refused(Because.BACKUP)
        # Synced passkeys do not count at all, and say 0 each time (WebAuthn 6.1.1).
        counts = enrolled.counter > 0 or verified.new_sign_count > 0
        if counts and not advance(db, enrolled.id, verified.new_sign_count):
            told = PasskeyCounterStoodStill(
                subject_id=enrolled.subject_id, authenticator_id=enrolled.id, outcome="refused", reason="counter"
            )
            self._bus.record(db, told)
            return Refused(Because.COUNTER)
        backed_up, checked = verified.credential_backed_up, record.verified or verified.user_verified
        if not use(db, enrolled, now, replace(record, backed_up=backed_up, verified=checked).serialised()):
            return Refused(Because.REMOVED)
        return Proven(enrolled.subject_id, enrolled.id, self._proof(record, now, verified=verified.user_verified))

    def _proof(self, record: Record, now: datetime, *, verified: bool) -> Proof:
        # Unverified it is only had, and counted only after a password: together they are two factors, not phishing-proof.
        amr = ("swk" if record.eligible else "hwk", *self.amr)
        return Proof(self.kind, amr, self.strength if verified else "mfa", now)

    def _records(self, db: Connection, subject_id: str) -> tuple[Record, ...]:
        return tuple(record for _, record in self.enrolled(db, subject_id))


def _is_theirs(db: Connection, enrolled: Authenticator, response: dict[str, Any], subject_id: str | None) -> bool:
    """Whether the credential belongs to who is signing in (WebAuthn 7.2): by its handle, and to `subject_id` if given."""
    told = response["response"].get("userHandle")
    if subject_id is not None and (enrolled.subject_id != subject_id or told is None):
        return enrolled.subject_id == subject_id
    handle = handle_of(db, enrolled.subject_id)
    return handle is not None and told == bytes_to_base64url(handle)
