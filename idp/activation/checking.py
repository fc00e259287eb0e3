"""The first step: what was typed goes to the brand, and a code to the contact that the brand names.

Whatever the brand says, the browser sees the same: a target, masked, to which a code went "if these details match" (S3.5).
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from idp.activation.case import Case, Cases, Stage
from idp.activation.case_codes import CaseCodes
from idp.activation.sending import CaseSending
from idp.activation.targets import Target, Targets
from idp.brands.agreement_check import AgreementChecks, Found, NotFound, Silent
from idp.brands.brand import Brand
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import ActivationRefused, ActivationStarted, Bus
from idp.core.throttle import Quota, Slowed, Throttle
from idp.sessions.interaction import Interaction
from idp.signin.agreement_details import Details
from idp.subjects.subjects import Subjects

TRIES_A_DAY, DAY = 5, timedelta(days=1)
# Why nothing came of it for who has online access: their owner is told by mail, and was told today.
ACTIVE, TOLD_TODAY = "active", "told_today"


@dataclass(frozen=True, slots=True)
class Underway:
    """The case is open; which stage it is at says nothing about the agreement."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """The brand could not be asked. Nothing was stored, and the try does not count."""


@dataclass(frozen=True, slots=True)
class Checking:
    """Collaborators. `key` makes the digests of agreements; `source` is the quota of where the request comes from."""

    database: Database
    clock: Clock
    bus: Bus
    subjects: Subjects
    checks: AgreementChecks
    throttle: Throttle
    source: Quota
    targets: Targets
    cases: Cases
    codes: CaseCodes
    sending: CaseSending
    key: bytes

    def check(self, interaction: Interaction, brand: Brand, details: Details, address: str) -> Underway | TryLater:
        """Opens a case for `details`, typed at the network address `address`. Raises `Refused` (429), `Unavailable`."""
        self.source.use()
        agreement = hmac.digest(self.key, f"{brand.id}\n{details.agreement}".encode(), "sha256").hex()
        allowed = self.throttle.tries("activation", agreement, TRIES_A_DAY, DAY)
        if isinstance(allowed, Slowed):
            ghost = self.targets.ghost(brand.id, details, "throttled")
            self._open(interaction, brand, _ghost(brand, agreement, ghost), "throttled", address)
            return Underway()
        verdict = self.checks.ask(brand, details.asked)
        if isinstance(verdict, Silent):
            self.throttle.give_back("activation", agreement, DAY)
            return TryLater()
        target = self.targets.of(brand.id, details, verdict)
        case = _ghost(brand, agreement, target) if isinstance(verdict, NotFound) else _case(brand, agreement, target, verdict)
        self._open(interaction, brand, case, "unknown" if case.is_ghost else "", address)
        return Underway()

    def _open(self, interaction: Interaction, brand: Brand, case: Case, refused: str, address: str) -> None:
        """One way and one time for all: what must not go out is written like a message that does, and goes to nobody."""
        now = self.clock.now()
        counted = bool(case.target.kind) and not self.sending.refusal(case, address)
        with self.database.transaction() as db:
            holder = self.subjects.holder(db, brand.id, case.number)
            refused = refused or self._against(case, holder, counted)
            if refused:
                case = _ghost(brand, case.agreement, case.target)
            self._write(db, brand, case, now, told=refused == ACTIVE)
            self._record(db, interaction, case, holder, refused)
        self.cases.keep(interaction, case)

    def _write(self, db: Connection, brand: Brand, case: Case, now: datetime, *, told: bool) -> None:
        code = self.codes.renew(db, case, now) if case.target.kind else None
        # Who is told that they have online access gets that mail in place of the code: one is written either way.
        if case.target.kind and not told:
            self.sending.write(db, brand, case, code, now)

    def _record(self, db: Connection, interaction: Interaction, case: Case, holder: str | None, refused: str) -> None:
        if not refused:
            started = ActivationStarted(
                client_id=interaction.client_id,
                brand=case.brand,
                kind=case.target.kind,
                agreement_digest=case.agreement,
            )
            self.bus.record(db, started)
            return
        self.bus.record(
            db,
            ActivationRefused(
                subject_id=holder if refused in (ACTIVE, TOLD_TODAY) else None,
                client_id=interaction.client_id,
                brand=case.brand,
                outcome="refused",
                reason=refused,
                agreement_digest=case.agreement,
            ),
        )

    def _against(self, case: Case, holder: str | None, counted: bool) -> str:
        """Why no code goes to who was recognised; empty where one does."""
        # Asked for everybody, so that it takes as long.
        first = self.throttle.first("activation told", holder or case.agreement, DAY)
        if holder is not None:
            return ACTIVE if first else TOLD_TODAY
        if not case.target.kind:
            return "no_contact"
        return "" if counted else "withheld"


def _case(brand: Brand, agreement: str, target: Target, found: Found) -> Case:
    return Case(
        brand=brand.id,
        agreement=agreement,
        target=target,
        stage=Stage.CODE if target.kind else Stage.SUPPORT,
        number=found.customer_number,
        given_name=found.given_name or "",
        family_name=found.family_name or "",
    )


def _ghost(brand: Brand, agreement: str, target: Target) -> Case:
    return Case(brand=brand.id, agreement=agreement, target=target, stage=Stage.CODE if target.kind else Stage.SUPPORT)
