"""The code: typed, asked for again, and, where the brand has only a number on file, one more for an e-mail address."""

from dataclasses import dataclass
from typing import assert_never

from sqlalchemy import Connection

from idp.activation.case import Case, Cases, Stage
from idp.activation.case_codes import CaseCodes, NoMoreTries, Right, Waiting, Wrong
from idp.activation.sending import TWICE, CaseSending
from idp.activation.targets import mail_target
from idp.brands.brand import Brand
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import ActivationRefused, Bus, CodeSent, CodeWithheld
from idp.factors.mail_code import MailCode
from idp.sessions.interaction import Interaction
from idp.subjects.names import is_email


@dataclass(frozen=True, slots=True)
class Moved:
    """The case is at its next stage."""


@dataclass(frozen=True, slots=True)
class NoAddress:
    """What was typed is no e-mail address."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """As many codes were sent there as may be."""


@dataclass(frozen=True, slots=True)
class Confirming:
    """Collaborators."""

    database: Database
    clock: Clock
    bus: Bus
    cases: Cases
    codes: CaseCodes
    sending: CaseSending

    def waiting(self, case: Case) -> Waiting:
        """What the page of the code shows. Sends nothing."""
        with self.database.reading() as db:
            return self.codes.waiting(db, case, self.clock.now())

    def prove(self, interaction: Interaction, case: Case, typed: str) -> Moved | Wrong | NoMoreTries:
        """Judges a code that was typed."""
        with self.database.transaction() as db:
            verdict = self.codes.prove(db, case, typed, self.clock.now())
            if not isinstance(verdict, Right):
                self.bus.record(
                    db,
                    ActivationRefused(
                        client_id=interaction.client_id,
                        brand=case.brand,
                        outcome="refused",
                        reason="wrong_code",
                        agreement_digest=case.agreement,
                    ),
                )
        match verdict:
            case Right():
                self.cases.keep(interaction, case.confirmed())
                return Moved()
            case Wrong() | NoMoreTries():
                return verdict
            case never:
                assert_never(never)

    def again(self, interaction: Interaction, case: Case, brand: Brand, address: str) -> None:
        """Sends another code, where that may be; where it may not, the page looks the same, and the last code still counts."""
        now = self.clock.now()
        left = self.waiting(case)
        if left.seconds != 0:
            return
        refusal = self.sending.refusal(case, address, confirmed=case.stage is Stage.CODE)
        if refusal == TWICE:
            return
        with self.database.transaction() as db:
            code = self.codes.renew(db, case, now, goes_out=not refusal)
            self.sending.write(db, brand, case, None if refusal else code, now)
            self._told(db, interaction, case, refusal or ("" if code is not None else TWICE))

    def send_to(
        self, interaction: Interaction, case: Case, brand: Brand, typed: str, address: str
    ) -> Moved | NoAddress | Withheld:
        """Sends a code to an e-mail address its owner wants to use: it counts for nothing before that code came back."""
        email = typed.strip()
        if not is_email(email) or MailCode.kind not in self.sending.messages.writers:
            return NoAddress()
        waits, now = case.sent_to(mail_target(email)), self.clock.now()
        refusal = self.sending.refusal(waits, address, confirmed=False)
        with self.database.transaction() as db:
            if not refusal:
                self.sending.write(db, brand, waits, self.codes.renew(db, waits, now), now)
            self._told(db, interaction, waits, refusal)
        if refusal:
            return Withheld()
        self.cases.keep(interaction, waits)
        return Moved()

    def _told(self, db: Connection, interaction: Interaction, case: Case, refusal: str) -> None:
        # Of ghosts too, so that the trail takes as long.
        if not refusal and not case.is_ghost:
            self.bus.record(db, CodeSent(client_id=interaction.client_id, brand=case.brand, kind=case.target.kind))
            return
        withheld = CodeWithheld(
            client_id=interaction.client_id,
            brand=case.brand,
            outcome="refused",
            reason=refusal or "unreachable",
            kind=case.target.kind,
        )
        self.bus.record(db, withheld)
