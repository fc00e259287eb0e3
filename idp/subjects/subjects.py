"""Subjects: found by any spelling of their name, created, linked to a brand's customer number, disabled."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from idp.core.database import upsert
from idp.core.events import Bus, StaffChanged, SubjectCreated, SubjectDisabled, SubjectEnabled, SubjectLinked
from idp.subjects.authenticators import add
from idp.subjects.closed_names import ClosedNames, TakenMeanwhile
from idp.subjects.model import subject_brands, subjects
from idp.subjects.names import LONGEST_NAME, is_email, is_username, name_key


@dataclass(frozen=True, slots=True)
class Subject:
    """A person's account. `claims` holds the OIDC standard claims that have no field of their own.

    `staff` must always sign in with two factors. `recovered_at`: when access was last given back on weaker proof than usual.
    """

    id: str
    username: str
    email: str
    email_verified: bool
    given_name: str | None
    family_name: str | None
    claims: Mapping[str, Any]
    locale: str | None
    updated_at: datetime
    recovered_at: datetime | None
    staff: bool
    disabled: bool

    @property
    def name(self) -> str:
        """How to address the person; the username where no name is known."""
        return " ".join(part for part in (self.given_name, self.family_name) if part) or self.username


@dataclass(frozen=True, slots=True)
class NewSubject:
    """What is needed to create a subject; `numbers` maps brands to customer numbers."""

    username: str
    email: str
    email_verified: bool = False
    given_name: str | None = None
    family_name: str | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)
    locale: str | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """Another subject has it already."""

    field: Literal["username", "email", "customer_number"]


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not usable as what it was given for."""

    field: Literal["username", "email"]


_OWN_FIELDS = tuple(f.name for f in fields(Subject) if f.name != "disabled")
_COLUMNS = [subjects.c[name] for name in (*_OWN_FIELDS, "disabled_at")]
_BY_ID = select(*_COLUMNS).where(subjects.c.id == bindparam("id"))
# Nobody changes it; whoever only adds a row that names it need not wait.
_HOLD = _BY_ID.with_for_update(key_share=True)
_BY_NAME = select(*_COLUMNS).where(
    or_(*(key.in_([bindparam("key"), bindparam("closed")]) for key in (subjects.c.username_key, subjects.c.email_key)))
)
_NUMBER = select(subject_brands.c.customer_number).where(
    subject_brands.c.subject_id == bindparam("id"), subject_brands.c.brand == bindparam("brand")
)
_OWNER = select(subject_brands.c.subject_id).where(
    subject_brands.c.brand == bindparam("brand"), subject_brands.c.customer_number == bindparam("number")
)


class Subjects:
    """The store of subjects. Statements run in the caller's connection; nothing here commits."""

    def __init__(self, closed_names: ClosedNames) -> None:
        self.closed_names = closed_names

    def find(self, db: Connection, name: str) -> Subject | None:
        """The subject with this username or e-mail, in any spelling; disabled ones too. Any text may be asked for."""
        if len(name) > LONGEST_NAME or not name.strip().isprintable():
            return None
        key = name_key(name)
        row = db.execute(_BY_NAME, {"key": key, "closed": self.closed_names.key(key)}).one_or_none()
        return _subject(row) if row else None

    def with_phone(self, db: Connection, number: str) -> Subject | None:
        """The one subject whose confirmed phone number this is, as E.164 writes it; None for nobody's, and for several's."""
        confirmed = subjects.c.claims["phone_number_verified"].as_boolean()
        theirs = (subjects.c.claims["phone_number"].as_string() == number) & confirmed & subjects.c.disabled_at.is_(None)
        rows = db.execute(select(*_COLUMNS).where(theirs).limit(2)).all()
        return _subject(rows[0]) if len(rows) == 1 else None

    def get(self, db: Connection, subject_id: str) -> Subject | None:
        """The subject with this id; disabled ones too."""
        row = db.execute(_BY_ID, {"id": subject_id}).one_or_none()
        return _subject(row) if row else None

    def hold(self, db: Connection, subject_id: str) -> Subject | None:
        """The same, and nobody changes it before this transaction ends."""
        row = db.execute(_HOLD, {"id": subject_id}).one_or_none()
        return _subject(row) if row else None

    def create(self, db: Connection, bus: Bus, new: NewSubject, verifier: bytes, now: datetime) -> Subject | Taken | Malformed:
        """A new subject with the password behind `verifier`; where the answer is another, nothing was stored."""
        if not is_username(new.username):
            return Malformed("username")
        if not is_email(new.email):
            return Malformed("email")
        if clash := self._clash(db, new):
            return clash
        created = _fresh(new, now)
        try:
            with db.begin_nested():
                self._store(db, bus, created, new, verifier, now)
        except (IntegrityError, TakenMeanwhile):
            # Somebody else was quicker between the look and the insert: the unique keys decide.
            if clash := self._clash(db, new):
                return clash
            raise
        return created

    def link(self, db: Connection, bus: Bus, subject_id: str, brand: str, customer_number: str) -> Literal[True] | Taken:
        """Makes `customer_number` this subject's number at `brand`, in place of an earlier one."""
        owner = self._owner(db, brand, customer_number)
        if owner is not None:
            return True if owner == subject_id else Taken("customer_number")
        this = (subject_brands.c.subject_id == subject_id) & (subject_brands.c.brand == brand)
        changed = db.execute(update(subject_brands).where(this).values(customer_number=customer_number))
        if changed.rowcount == 0:
            values = {"subject_id": subject_id, "brand": brand, "customer_number": customer_number}
            db.execute(insert(subject_brands).values(values))
        bus.record(db, SubjectLinked(subject_id=subject_id, brand=brand))
        return True

    def claim_number(
        self, db: Connection, bus: Bus, subject_id: str, brand: str, customer_number: str
    ) -> Literal[True] | Taken:
        """Gives a subject without a number at `brand` this one; True too where they have it already. Takes nobody's place.

        Of racing callers the unique keys let one have it.
        """
        values = {"subject_id": subject_id, "brand": brand, "customer_number": customer_number}
        added = upsert(db, subject_brands).values(values).on_conflict_do_nothing().returning(subject_brands.c.brand)
        if db.execute(added).one_or_none() is None:
            mine = self.customer_number(db, subject_id, brand) == customer_number
            return True if mine else Taken("customer_number")
        bus.record(db, SubjectLinked(subject_id=subject_id, brand=brand))
        return True

    def holder(self, db: Connection, brand: str, customer_number: str) -> str | None:
        """Whose customer number this is at `brand`: the subject's id."""
        return self._owner(db, brand, customer_number)

    def customer_number(self, db: Connection, subject_id: str, brand: str) -> str | None:
        """This subject's customer number at `brand`; None where no agreement there is known."""
        return db.scalar(_NUMBER, {"id": subject_id, "brand": brand})

    def disable(self, db: Connection, bus: Bus, subject_id: str, now: datetime) -> bool:
        """Stops a subject from signing in; False where it was not there or already stopped."""
        stopped = db.execute(
            update(subjects)
            .where(subjects.c.id == subject_id, subjects.c.disabled_at.is_(None))
            .values(disabled_at=now, updated_at=now)
        )
        if stopped.rowcount == 1:
            bus.record(db, SubjectDisabled(subject_id=subject_id))
        return stopped.rowcount == 1

    def enable(self, db: Connection, bus: Bus, subject_id: str, now: datetime) -> bool:
        """Lets a subject who was stopped sign in again; False where they were not stopped. Not one whose account was closed."""
        stopped = (subjects.c.id == subject_id) & subjects.c.disabled_at.is_not(None) & (subjects.c.username != "")
        started = db.execute(update(subjects).where(stopped).values(disabled_at=None, updated_at=now)).rowcount == 1
        if started:
            bus.record(db, SubjectEnabled(subject_id=subject_id))
        return started

    def set_staff(self, db: Connection, bus: Bus, subject_id: str, staff: bool, now: datetime) -> bool:
        """Makes a subject one of the staff, or no longer; False where it was so already, or is not there."""
        this = (subjects.c.id == subject_id) & (subjects.c.staff.is_not(staff))
        changed = db.execute(update(subjects).where(this).values(staff=staff, updated_at=now)).rowcount == 1
        if changed:
            bus.record(db, StaffChanged(subject_id=subject_id, staff=staff))
        return changed

    def recovered(self, db: Connection, subject_id: str, now: datetime) -> None:
        """Access was given back on weaker proof than usual: brands may hold risky acts for a while."""
        db.execute(update(subjects).where(subjects.c.id == subject_id).values(recovered_at=now))

    def _clash(self, db: Connection, new: NewSubject) -> Taken | None:
        if self.find(db, new.username) is not None:
            return Taken("username")
        if self.find(db, new.email) is not None:
            return Taken("email")
        taken = any(self._owner(db, brand, number) for brand, number in new.numbers.items())
        return Taken("customer_number") if taken else None

    def _owner(self, db: Connection, brand: str, customer_number: str) -> str | None:
        return db.scalar(_OWNER, {"brand": brand, "number": customer_number})

    def _store(self, db: Connection, bus: Bus, subject: Subject, new: NewSubject, verifier: bytes, now: datetime) -> None:
        values = {column: getattr(subject, column) for column in _OWN_FIELDS}
        keys = {"username_key": name_key(subject.username), "email_key": name_key(subject.email)}
        db.execute(insert(subjects).values(**values, **keys, created_at=now))
        # After the insert, which waits for an account with one of these names that is just being closed.
        self.closed_names.refuse(db, keys["username_key"], keys["email_key"])
        add(db, subject.id, "password", verifier, now)
        bus.record(db, SubjectCreated(subject_id=subject.id))
        for brand, number in new.numbers.items():
            if isinstance(self.claim_number(db, bus, subject.id, brand, number), Taken):
                raise TakenMeanwhile


def _fresh(new: NewSubject, now: datetime) -> Subject:
    return Subject(
        id=f"s_{secrets.token_urlsafe(16)}",
        username=new.username,
        email=new.email,
        email_verified=new.email_verified,
        given_name=new.given_name,
        family_name=new.family_name,
        claims=dict(new.claims),
        locale=new.locale,
        updated_at=now,
        recovered_at=None,
        staff=False,
        disabled=False,
    )


def _subject(row: Row[Any]) -> Subject:
    own = {column: getattr(row, column) for column in _OWN_FIELDS}
    return Subject(**own, disabled=row.disabled_at is not None)
