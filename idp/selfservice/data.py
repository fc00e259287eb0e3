"""Everything that is kept about a subject, as plain values: what they may have in a form that machines read (GDPR 20)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from idp.brands.registry import Brands
from idp.clients.consent import Consents
from idp.core.audit import Entry
from idp.core.audit_of_subject import entries_of
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.sealing import Keyring
from idp.selfservice import contact_undos
from idp.selfservice.activity import WANTED
from idp.sessions import known_browsers
from idp.sessions.listing import running
from idp.subjects.authenticators import of
from idp.subjects.subjects import Subject, Subjects

# More than a year of a busy account; the newest are told.
MOST_ENTRIES = 5000


@dataclass(frozen=True, slots=True)
class Data:
    """Reads it; changes nothing. Secrets and what could be used to guess them are left out."""

    database: Database
    clock: Clock
    keyring: Keyring
    subjects: Subjects
    brands: Brands
    consents: Consents

    def of(self, subject_id: str) -> Mapping[str, Any]:
        """All of it, by heading."""
        now = self.clock.now()
        with self.database.reading() as db:
            subject = self.subjects.get(db, subject_id)
            return {
                "made_at": _at(now),
                "account": _account(subject) if subject is not None else {},
                "former_contacts": [
                    {"kind": kind, "was": was, "kept_until": _at(until)}
                    for kind, was, until in contact_undos.former(db, subject_id, now)
                ],
                "agreements": self._numbers(db, subject_id),
                "ways_to_sign_in": _authenticators(db, subject_id),
                "browsers": _browsers(db, subject_id, now),
                "sessions": _sessions(db, subject_id, now),
                "applications": self._applications(db, subject_id),
                "brands_visited": [
                    {"brand": visit.brand, "since": _at(visit.allowed_at)} for visit in self.consents.visits(db, subject_id)
                ],
                "activity": self._activity(db, subject_id),
            }

    def _numbers(self, db: Connection, subject_id: str) -> list[dict[str, Any]]:
        found = ((brand, self.subjects.customer_number(db, subject_id, brand.id)) for brand in self.brands.all())
        return [{"brand": brand.name, "customer_number": number} for brand, number in found if number is not None]

    def _applications(self, db: Connection, subject_id: str) -> list[dict[str, Any]]:
        return [
            {"application": one.client_id, "may": sorted(one.scopes), "allowed_at": _at(one.granted_at)}
            for one in self.consents.of(db, subject_id)
        ]

    def _activity(self, db: Connection, subject_id: str) -> list[dict[str, Any]]:
        return [
            {
                "at": _at(entry.occurred_at),
                "what": entry.event,
                "outcome": entry.outcome,
                "why": entry.reason,
                "brand": entry.brand,
                "application": entry.client_id,
                **{name: entry.personal[name] for name in _personal(entry) if name in entry.personal},
            }
            for entry in entries_of(db, self.keyring, subject_id, WANTED, MOST_ENTRIES)
        ]


def _personal(entry: Entry) -> tuple[str, ...]:
    # What staff did came from the agent's own address; why they did it is about the customer.
    return ("because",) if entry.actor else ("address", "device")


def _account(subject: Subject) -> dict[str, Any]:
    return {
        "id": subject.id,
        "username": subject.username,
        "email": subject.email,
        "email_confirmed": subject.email_verified,
        "given_name": subject.given_name,
        "family_name": subject.family_name,
        "language": subject.locale,
        "further_details": dict(subject.claims),
        "changed_at": _at(subject.updated_at),
        "recovered_at": _at(subject.recovered_at),
    }


def _authenticators(db: Connection, subject_id: str) -> list[dict[str, Any]]:
    return [
        {"kind": one.kind, "name": one.label, "added_at": _at(one.created_at), "last_used_at": _at(one.last_used_at)}
        for one in of(db, subject_id)
    ]


def _browsers(db: Connection, subject_id: str, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "browser": one.label,
            "first_seen_at": _at(one.first_seen_at),
            "last_seen_at": _at(one.last_seen_at),
            "trusted_until": _at(one.trusted_until),
        }
        for one in known_browsers.of(db, subject_id, now)
    ]


def _sessions(db: Connection, subject_id: str, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "began_at": _at(one.created_at),
            "last_used_at": _at(one.last_seen_at),
            "address": one.address,
            "device": one.device,
            "brand": one.brand,
            "shared_computer": one.shared,
            "applications": list(one.clients),
        }
        for one in running(db, subject_id, now)
    ]


def _at(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment is not None else None
