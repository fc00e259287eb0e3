"""Many subjects at once: a few statements for a batch, where creating them one by one would take a dozen for each."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from idp.core.errors import Unavailable
from idp.core.events import Bus, Event, SubjectCreated, SubjectLinked
from idp.subjects.authenticators import authenticators
from idp.subjects.closed_names import ClosedNames, TakenMeanwhile
from idp.subjects.held import held_names, held_numbers
from idp.subjects.model import subject_brands, subjects
from idp.subjects.names import name_key
from idp.subjects.subjects import NewSubject, Taken

TRIES = 5


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A subject to be, whose `new` is well-formed; `place` tells it from the others. No `verifier`: without a password."""

    place: int
    new: NewSubject
    verifier: bytes | None


def taken(db: Connection, closed: ClosedNames, newcomers: Sequence[Newcomer]) -> dict[int, Taken]:
    """By place, who cannot be added because a subject has, or had, their name or address, or has their number."""
    keys = [key for one in newcomers for key in _keys(one)]
    names = held_names(db, [*keys, *map(closed.key, keys)])
    numbers = held_numbers(db, [number for one in newcomers for number in one.new.numbers.items()])
    found: dict[int, Taken] = {}
    for one in newcomers:
        username, email = _keys(one)
        if username in names or closed.key(username) in names:
            found[one.place] = Taken("username")
        elif email in names or closed.key(email) in names:
            found[one.place] = Taken("email")
        elif not numbers.isdisjoint(one.new.numbers.items()):
            found[one.place] = Taken("customer_number")
    return found


def create_many(
    db: Connection, bus: Bus, closed: ClosedNames, newcomers: Sequence[Newcomer], reason: str, now: datetime
) -> dict[int, Taken]:
    """Adds all who can be, each with an event for `reason`; by place, who cannot. No two of `newcomers` may share a key.

    Raises `Unavailable` where others take the same names again and again meanwhile.
    """
    for _ in range(TRIES):
        refused = taken(db, closed, newcomers)
        rest = [(f"s_{secrets.token_urlsafe(16)}", one) for one in newcomers if one.place not in refused]
        try:
            with db.begin_nested():
                _insert(db, rest, now)
                # After the insert, which waits for an account with one of these names that is just being closed.
                closed.refuse(db, *(key for _, one in rest for key in _keys(one)))
        except (IntegrityError, TakenMeanwhile):
            continue  # somebody was quicker between the look and the insert; the next look sees them
        bus.record_all(db, [event for subject_id, one in rest for event in _events(subject_id, one.new, reason)])
        return refused
    raise Unavailable("the same names are taken by others again and again")


def _insert(db: Connection, rest: Sequence[tuple[str, Newcomer]], now: datetime) -> None:
    people = [_person(subject_id, one.new, now) for subject_id, one in rest]
    passwords = [_password(subject_id, one.verifier, now) for subject_id, one in rest if one.verifier is not None]
    numbers = [
        {"subject_id": subject_id, "brand": brand, "customer_number": number}
        for subject_id, one in rest
        for brand, number in one.new.numbers.items()
    ]
    for table, rows in ((subjects, people), (authenticators, passwords), (subject_brands, numbers)):
        if rows:
            db.execute(insert(table), rows)


def _person(subject_id: str, new: NewSubject, now: datetime) -> Mapping[str, Any]:
    return {
        "id": subject_id,
        "username": new.username,
        "username_key": name_key(new.username),
        "email": new.email,
        "email_key": name_key(new.email),
        "email_verified": new.email_verified,
        "given_name": new.given_name,
        "family_name": new.family_name,
        "claims": dict(new.claims),
        "locale": new.locale,
        "created_at": now,
        "updated_at": now,
    }


def _password(subject_id: str, verifier: bytes, now: datetime) -> Mapping[str, Any]:
    own = {"id": f"a_{secrets.token_urlsafe(16)}", "subject_id": subject_id, "verifier": verifier, "created_at": now}
    return own | {"kind": "password", "label": "", "counter": 0}


def _events(subject_id: str, new: NewSubject, reason: str) -> Iterator[Event]:
    yield SubjectCreated(subject_id=subject_id, reason=reason)
    for brand in new.numbers:
        yield SubjectLinked(subject_id=subject_id, brand=brand)


def _keys(one: Newcomer) -> tuple[str, str]:
    return name_key(one.new.username), name_key(one.new.email)
