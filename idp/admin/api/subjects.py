"""Customers by the admin API: found by an exact name, shown masked, stopped and started; never staff, never oneself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from idp.admin.api.caller import Caller
from idp.admin.api.letters import DISABLED, ENABLED, ENDED, Letters
from idp.admin.api.operations import SUBJECTS, Asked, Operation, Parameter, Told
from idp.admin.api.problem import Problem, conflict, malformed, not_there
from idp.admin.rights import Right
from idp.brands.registry import Brands
from idp.clients.consent import Consents
from idp.core.clock import Clock
from idp.core.events import Bus
from idp.core.registration_events import SubjectLookedUp
from idp.core.throttle import Slowed, Throttle
from idp.oidc.tokens.family import Families
from idp.sessions.session import Sessions
from idp.signin.masking import masked
from idp.subjects.names import name_key
from idp.subjects.subjects import Subject, Subjects

SEE, HELP = Right.SEE_CUSTOMERS, Right.HELP_CUSTOMERS
BY_STAFF = "staff"
LONGEST = 320
# A person looks for callers, a program for what it was told of.
MOST_BY_STAFF, MOST_BY_CLIENT, WINDOW = 60, 1000, timedelta(hours=1)
TEXT = {"type": "string", "maxLength": LONGEST}
QUERY = (
    Parameter("username", "The exact username, in any spelling", TEXT),
    Parameter("email", "The exact e-mail address, in any spelling", TEXT),
    Parameter("customer_number", "The exact customer number at `brand`", TEXT),
    Parameter("brand", "Whose customer number it is", TEXT),
)
Act = Callable[[Connection, str, Caller], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SubjectOperations:
    """Finds one customer, and stops, starts or signs them out."""

    subjects: Subjects
    sessions: Sessions
    families: Families
    consents: Consents
    brands: Brands
    throttle: Throttle
    letters: Letters
    bus: Bus
    clock: Clock

    def operations(self) -> tuple[Operation, ...]:
        """What can be done."""
        return (
            Operation(
                "findSubjects",
                "The customer of one exact name, masked; every search is recorded",
                "GET",
                "/subjects",
                SUBJECTS,
                SEE,
                self.find,
                {200: "Subjects"},
                QUERY,
                writes=True,
                refusals=(429,),
            ),
            self._act("disableSubject", "Stop a customer: sessions and tokens end", "disable", self._disable),
            self._act("enableSubject", "Let a customer in again", "enable", self._enable),
            self._act("endSessions", "End all sessions and tokens of a customer", "end-sessions", self._end, "Ended"),
        )

    def find(self, db: Connection, asked: Asked) -> Told:
        """GET: at most one; nobody, where the caller does not reach them."""
        by, value = _sought(asked)
        self._slow_down(asked.caller)
        found = self._by(db, by, value, asked.query.get("brand", ""))
        seen = found is not None and self._is_reached(db, asked.caller, found, SEE)
        self.bus.record(db, SubjectLookedUp(subject_id=found.id if found and seen else None, by=by, found=seen))
        return Told({"items": [self._shown(db, found, asked.caller)] if found and seen else []})

    def _by(self, db: Connection, by: str, value: str, brand: str) -> Subject | None:
        if by == "customer_number":
            holder = self.subjects.holder(db, brand, value)
            return self.subjects.get(db, holder) if holder is not None else None
        found = self.subjects.find(db, value)
        # Names of both kinds are found alike: whoever asks for a username is not told of an e-mail address.
        return found if found is not None and name_key(getattr(found, by)) == name_key(value) else None

    def _act(self, name: str, about: str, path: str, act: Act, told: str = "Subject") -> Operation:
        def handle(db: Connection, asked: Asked) -> Told:
            return Told(act(db, self._held(db, asked, everywhere=told == "Subject").id, asked.caller))

        at = f"/subjects/{{subject_id}}/{path}"
        return Operation(name, about, "POST", at, SUBJECTS, HELP, handle, {200: told}, writes=True, refusals=(404, 409))

    def _held(self, db: Connection, asked: Asked, *, everywhere: bool) -> Subject:
        """The customer, whom nobody changes meanwhile. `everywhere`: what is done to them reaches all their brands."""
        text = asked.named["subject_id"]
        found = self.subjects.hold(db, text) if len(text) <= 40 and text.isascii() and text.isprintable() else None
        if found is None or not self._is_reached(db, asked.caller, found, HELP):
            raise not_there()
        if found.staff:
            raise conflict("staff", "Members of the staff, oneself among them, are not changed here")
        over = asked.caller.brands(HELP)
        if everywhere and over is not None and not self._brands_of(db, found) <= over:
            raise conflict("other_brands", "They are a customer of another brand too; this takes somebody who may act for it")
        return found

    def _disable(self, db: Connection, subject_id: str, caller: Caller) -> dict[str, Any]:
        if self.subjects.disable(db, self.bus, subject_id, self.clock.now()):
            self._tell(db, subject_id, caller, DISABLED)
        return self._stored(db, subject_id, caller)

    def _enable(self, db: Connection, subject_id: str, caller: Caller) -> dict[str, Any]:
        if self.subjects.enable(db, self.bus, subject_id, self.clock.now()):
            self._tell(db, subject_id, caller, ENABLED)
        return self._stored(db, subject_id, caller)

    def _end(self, db: Connection, subject_id: str, caller: Caller) -> dict[str, Any]:
        now = self.clock.now()
        ended = self.sessions.end_all(db, subject_id, BY_STAFF, now)
        revoked = self.families.revoke_all(db, subject_id, BY_STAFF, now)
        if ended or revoked:
            self._tell(db, subject_id, caller, ENDED)
        return {"sessions": ended}

    def _tell(self, db: Connection, subject_id: str, caller: Caller, act: str) -> None:
        over = caller.brands(HELP)
        # Nobody is told in the name of a brand for which the caller does not act, where they act for one.
        self.letters.done(db, subject_id, next(iter(over)) if over is not None and len(over) == 1 else None, act)

    def _stored(self, db: Connection, subject_id: str, caller: Caller) -> dict[str, Any]:
        found = self.subjects.get(db, subject_id)
        if found is None:
            raise not_there()
        return self._shown(db, found, caller)

    def _is_reached(self, db: Connection, caller: Caller, subject: Subject, right: Right) -> bool:
        over = caller.brands(right)
        # A closed account has lost its name: nobody is there any more.
        return subject.username != "" and (over is None or not over.isdisjoint(self._brands_of(db, subject)))

    def _brands_of(self, db: Connection, subject: Subject) -> frozenset[str]:
        held = {one.id for one in self.brands.all() if self.subjects.customer_number(db, subject.id, one.id) is not None}
        return self.consents.visited_brands(db, subject.id) | held

    def _shown(self, db: Connection, subject: Subject, caller: Caller) -> dict[str, Any]:
        theirs, over = self._brands_of(db, subject), caller.brands(SEE)
        return {
            "id": subject.id,
            "username": masked(subject.username),
            "email": masked(subject.email),
            "email_verified": subject.email_verified,
            "brands": sorted(theirs if over is None else theirs & over),
            "disabled": subject.disabled,
        }

    def _slow_down(self, caller: Caller) -> None:
        most = MOST_BY_STAFF if caller.is_staff else MOST_BY_CLIENT
        verdict = self.throttle.tries("admin search", caller.actor, most, WINDOW)
        if isinstance(verdict, Slowed):
            wait = str(int(verdict.retry_after.total_seconds()))
            raise Problem(429, "too_many_searches", f"More than {most} searches in an hour", headers=(("Retry-After", wait),))


def _sought(asked: Asked) -> tuple[str, str]:
    """By what somebody is looked for, and the value. Raises `Problem` for anything but one."""
    given = [name for name in ("username", "email", "customer_number") if name in asked.query]
    if len(given) != 1:
        raise malformed("username", "give one of username, email and customer_number")
    by, value = given[0], asked.query[given[0]]
    if not value.strip() or len(value) > LONGEST or not value.isprintable():
        raise malformed(by, f"must be 1 to {LONGEST} characters that can be seen")
    if (by == "customer_number") != bool(asked.query.get("brand")):
        raise malformed("brand", "goes with customer_number, and only with it")
    return by, value
