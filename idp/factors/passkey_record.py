"""What is kept of a passkey: its public key, its whole id, and whether it is copied to other devices of its owner."""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass

from sqlalchemy import Column, Connection, ForeignKey, LargeBinary, String, Table, bindparam, select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from idp.core.database import metadata, upsert
from idp.core.language import N_
from idp.subjects.authenticators import Authenticator

LONGEST_LOOKUP = 128
HANDLE_BYTES = 64  # the most that WebAuthn allows (5.4.3), and its advice

passkey_handles = Table(
    "passkey_handles",
    metadata,
    Column("subject_id", String(40), ForeignKey("subjects.id"), primary_key=True),
    Column("handle", LargeBinary, nullable=False, unique=True),
)

_HANDLE = select(passkey_handles.c.handle).where(passkey_handles.c.subject_id == bindparam("subject_id"))


@dataclass(frozen=True, slots=True)
class Record:
    """One passkey. `credential_id` is base64url, `public_key` the COSE key as base64url.

    `eligible`: it may be copied to other devices, which never changes; `backed_up`: it has been, which may.
    `unasked`: the browser made it without a prompt, so its owner may not know of it before they use it.
    `verified`: its authenticator has checked its owner, when it was made or since.
    """

    credential_id: str
    public_key: str
    eligible: bool
    backed_up: bool
    unasked: bool = False
    verified: bool = True

    def serialised(self) -> bytes:
        """The verifier to store; the same record always gives the same bytes."""
        return json.dumps(asdict(self), sort_keys=True).encode()

    @property
    def where(self) -> str:
        """Where it is, in the words shown to its owner."""
        return N_("synced") if self.backed_up else N_("this device only")

    @property
    def raw_id(self) -> bytes:
        return base64url_to_bytes(self.credential_id)

    @property
    def raw_key(self) -> bytes:
        return base64url_to_bytes(self.public_key)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a browser may be told of a subject's passkeys (WebAuthn 5.1.10, Signal API), all base64url."""

    handle: str
    credential_ids: tuple[str, ...]


def record_of(
    credential_id: bytes, public_key: bytes, *, eligible: bool, backed_up: bool, unasked: bool, verified: bool
) -> Record:
    """The record of a credential that was just registered."""
    return Record(bytes_to_base64url(credential_id), bytes_to_base64url(public_key), eligible, backed_up, unasked, verified)


def is_known_to_its_owner(enrolled: Authenticator) -> bool:
    """Whether the owner of this passkey can be asked for it: they made it knowingly, or have used it."""
    return enrolled.last_used_at is not None or not read_record(enrolled.verifier).unasked


def can_check_its_owner(enrolled: Authenticator) -> bool:
    """Whether this passkey can be both factors at once, as far as has been seen."""
    return read_record(enrolled.verifier).verified


def read_record(verifier: bytes) -> Record:
    """The record behind a stored verifier. Raises where it cannot be read: a fault, never a refusal."""
    return Record(**json.loads(verifier))


def lookup_of(credential_id: str) -> str:
    """The key a credential is found by: its id, or a digest of it where the id is longer than the column."""
    if len(credential_id) <= LONGEST_LOOKUP:
        return credential_id
    # The dot is in no base64url, so that no id can pass for a digest.
    return "sha256." + hashlib.sha256(credential_id.encode("utf-8", "surrogatepass")).hexdigest()


def handle_of(db: Connection, subject_id: str) -> bytes | None:
    """By which random handle the subject's authenticators know it; None before its first registration."""
    return db.scalar(_HANDLE, {"subject_id": subject_id})


def make_handle(db: Connection, subject_id: str) -> bytes:
    """The subject's handle, drawn at its first registration. It says nothing about anybody (WebAuthn 14.6.1)."""
    fresh = {"subject_id": subject_id, "handle": secrets.token_bytes(HANDLE_BYTES)}
    db.execute(upsert(db, passkey_handles).values(fresh).on_conflict_do_nothing(index_elements=["subject_id"]))
    kept: bytes = db.execute(_HANDLE, {"subject_id": subject_id}).scalar_one()
    return kept
