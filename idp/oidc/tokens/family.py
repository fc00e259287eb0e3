"""Families: all tokens that come of one authorization code. What ends a family ends every token in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, or_, select, update
from sqlalchemy import exists as any_row

from idp.core.clock import Clock
from idp.core.database import upsert
from idp.core.events import Bus, Event, Subscriber
from idp.core.prepared import Prepared
from idp.core.protocol_events import FamilyRevoked
from idp.oidc.tokens.claims import by_parameter
from idp.oidc.tokens.model import families, revoked_tokens
from idp.sessions.model import is_alive, sessions
from idp.subjects.model import subject_brands, subjects
from idp.subjects.subjects import Subject


@dataclass(frozen=True, slots=True)
class Family:
    """What was granted, by whom, how they were authenticated, to which client."""

    id: str
    client_id: str
    subject_id: str
    session_id: str
    redirect_uri: str
    redirect_uri_given: bool
    scope: str
    nonce: str | None
    code_challenge: str | None
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime
    claims: Mapping[str, Any]
    resource: str | None
    offline: bool
    dpop_jkt: str | None
    expires_at: datetime
    # The last: `family_of` puts what it makes of the last column here.
    revoked: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A family whose tokens are good now.

    `session_alive` is False only for offline families. `customer_number` is that of the brand asked about. `subject` was
    read only where claims about it are wanted.
    """

    family: Family
    session_alive: bool
    customer_number: str | None
    recovered_at: datetime | None
    subject: Subject | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom an access token is about, and the claims parameter it came of."""

    subject: Subject
    claims: Mapping[str, Any]


_NAMES = tuple(f.name for f in fields(Family) if f.name != "revoked")
_AMR = _NAMES.index("amr")
COLUMNS = [*(families.c[name] for name in _NAMES), families.c.revoked_at]
_SUBJECT_NAMES = tuple(f.name for f in fields(Subject) if f.name != "disabled")
_ABOUT = tuple(subjects.c[name] for name in _SUBJECT_NAMES)
_NOW = bindparam("now", type_=families.c.expires_at.type)
_NUMBER = and_(subject_brands.c.subject_id == subjects.c.id, subject_brands.c.brand == bindparam("brand"))
_GATE: Select[Any] = (
    select(sessions.c.id, subject_brands.c.customer_number, subjects.c.recovered_at.label("recovered"))
    .select_from(
        subjects.outerjoin(sessions, and_(sessions.c.id == bindparam("session_id"), is_alive(_NOW))).outerjoin(
            subject_brands, _NUMBER
        )
    )
    .where(subjects.c.id == bindparam("subject_id"), subjects.c.disabled_at.is_(None))
)
_TO_PASS, _TO_PASS_AND_TELL = Prepared(_GATE), Prepared(_GATE.add_columns(*_ABOUT))
_REVOKED = any_row().where(revoked_tokens.c.jti == bindparam("jti"))
_IS_REVOKED = select(_REVOKED)
_HOLDER = Prepared(
    select(families.c.claims, *_ABOUT)
    .select_from(
        families.join(subjects, subjects.c.id == families.c.subject_id).outerjoin(
            sessions, and_(sessions.c.id == families.c.session_id, is_alive(_NOW))
        )
    )
    .where(
        families.c.id == bindparam("family_id"),
        families.c.revoked_at.is_(None),
        families.c.expires_at > _NOW,
        subjects.c.disabled_at.is_(None),
        or_(families.c.offline, sessions.c.id.is_not(None)),
        ~_REVOKED,
    )
)


_BIND = Prepared(
    update(families)
    .where(
        families.c.id == bindparam("family_id"),
        or_(families.c.dpop_jkt.is_(None), families.c.dpop_jkt == bindparam("jkt")),
    )
    .values(dpop_jkt=bindparam("jkt"))
)


class Families:
    """Finds families that stand, and revokes them."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    def standing(self, db: Connection, family: Family, brand: str | None, now: datetime) -> Standing | None:
        """The family where it stands: not revoked nor expired, its subject not disabled, its session alive or offline."""
        if family.revoked or family.expires_at <= now:
            return None
        about = bool(by_parameter(family.claims, "id_token"))
        given = {"subject_id": family.subject_id, "session_id": family.session_id, "brand": brand, "now": now}
        row = (_TO_PASS_AND_TELL if about else _TO_PASS).one(db, given)
        if row is None:
            return None
        alive, number, recovered_at, *subject = row
        if alive is None and not family.offline:
            return None
        return Standing(family, alive is not None, number, recovered_at, _subject(subject) if about else None)

    def holder(self, db: Connection, jti: str, now: datetime) -> Holder | None:
        """Whom the access token `jti` is about, where it and its family stand. One query."""
        row = _HOLDER.one(db, {"family_id": jti.partition(".")[0], "jti": jti, "now": now})
        if row is None:
            return None
        claims, *subject = row
        return Holder(_subject(subject), claims)

    def bind(self, db: Connection, family_id: str, dpop_jkt: str) -> bool:
        """From here on the family is for whoever holds the key with this thumbprint; False where it is another's already."""
        return _BIND.run(db, {"family_id": family_id, "jkt": dpop_jkt}) == 1

    def is_revoked(self, db: Connection, jti: str) -> bool:
        """Whether this one access token was revoked; for tokens that have no family."""
        return bool(db.scalar(_IS_REVOKED, {"jti": jti}))

    def revoke_token(self, db: Connection, jti: str, expires_at: datetime) -> None:
        """Ends one access token; it is remembered until it would have expired."""
        row = {"jti": jti, "expires_at": expires_at}
        db.execute(upsert(db, revoked_tokens).values(row).on_conflict_do_nothing())

    def revoke(self, db: Connection, family_id: str, reason: str, now: datetime) -> bool:
        """Ends a family, for one stable word of `reason`. True for exactly one of many callers."""
        return self._revoke(db, families.c.id == family_id, reason, now) == 1

    def revoke_all(self, db: Connection, subject_id: str, reason: str, now: datetime, keep: str | None = None) -> int:
        """Ends every family of a subject, offline ones too, but those of the session with the id `keep`; answers how many."""
        theirs = families.c.subject_id == subject_id
        return self._revoke(db, theirs if keep is None else theirs & (families.c.session_id != keep), reason, now)

    def when_subject_disabled(self, db: Connection, event: Event) -> None:
        """Subscriber: a disabled subject's families fall in the same transaction, offline ones too."""
        if event.subject_id is not None:
            self.revoke_all(db, event.subject_id, "disabled", self._clock.now())

    def when_account_closing(self, db: Connection, event: Event) -> None:
        """Subscriber: nothing goes on in the name of whoever wants to leave."""
        if event.subject_id is not None:
            self.revoke_all(db, event.subject_id, "closing", self._clock.now())

    def when_authenticator_removed(self, db: Connection, event: Event) -> None:
        """Subscriber: whoever got tokens elsewhere may have had the factor that was given up (S1, what ends)."""
        if event.subject_id is not None:
            self.revoke_all(db, event.subject_id, "factor_removed", self._clock.now(), keep=event.session_id)

    def when_consent_withdrawn(self, db: Connection, event: Event) -> None:
        """Subscriber: what a subject takes back from a client takes that client's families with it."""
        if event.subject_id is not None and event.client_id is not None:
            theirs = (families.c.subject_id == event.subject_id) & (families.c.client_id == event.client_id)
            self._revoke(db, theirs, "consent_withdrawn", self._clock.now())

    def when_client_deleted(self, db: Connection, event: Event) -> None:
        """Subscriber: a client that is gone leaves no token behind."""
        self._revoke(db, families.c.client_id == event.client_id, "client_deleted", self._clock.now())

    def when_client_became_another(self, db: Connection, event: Event) -> None:
        """Subscriber: what was allowed to the one it was is not allowed to the one it is."""
        self._revoke(db, families.c.client_id == event.client_id, "client_changed", self._clock.now())

    def ending_others(self, reason: str) -> Subscriber:
        """A subscriber: whoever shared the password or read the old mailbox may have got tokens with it (S1, what ends)."""

        def end_others(db: Connection, event: Event) -> None:
            if event.subject_id is not None:
                self.revoke_all(db, event.subject_id, reason, self._clock.now(), keep=event.session_id)

        return end_others

    def when_not_me(self, db: Connection, event: Event) -> None:
        """Subscriber: with the sessions of whoever says "not me" fall all families, offline ones too."""
        if event.subject_id is not None:
            self.revoke_all(db, event.subject_id, "not_me", self._clock.now())

    def _revoke(self, db: Connection, which: Any, reason: str, now: datetime) -> int:
        ended = db.execute(
            update(families)
            .where(which, families.c.revoked_at.is_(None))
            .values(revoked_at=now, revoked_reason=reason)
            .returning(families.c.subject_id, families.c.client_id, families.c.session_id)
        ).all()
        for row in ended:
            event = FamilyRevoked(subject_id=row.subject_id, client_id=row.client_id, session_id=row.session_id, reason=reason)
            self._bus.record(db, event)
        return len(ended)


def family_of(values: Sequence[Any]) -> Family:
    """The family in a row of `COLUMNS`."""
    found = list(values)
    found[_AMR] = tuple(found[_AMR])
    found[-1] = found[-1] is not None
    return Family(*found)


def _subject(values: Iterable[Any]) -> Subject:
    return Subject(**dict(zip(_SUBJECT_NAMES, values, strict=True)), disabled=False)
