"""Proving who one is without the second factor that was lost: by password, by a code that was sent, by an agreement."""

from dataclasses import dataclass
from datetime import timedelta

from idp.brands.agreement_check import AgreementChecks, Found, NotFound, Silent
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus, SecondStepFailed, SecondStepProven
from idp.core.language import current_language
from idp.core.throttle import Slowed, Throttle, source_of
from idp.factors.password import Password
from idp.recovery.lost_asks import Ask, LostAsks
from idp.recovery.lost_proofs import AGREEMENT, FINISH, NAME, TOWARDS, Asking, LostProofs, Standing
from idp.recovery.whose import ASKED_IN, MOST_ASKED
from idp.sessions.interaction import Interaction
from idp.signin.agreement_details import Details, agreement_digest
from idp.signin.codes import Codes
from idp.signin.flow import Credential, Flow, Step
from idp.signin.outcomes import Browser, Incomplete
from idp.subjects.proof import Proof

TRIES, PAUSE = 5, timedelta(minutes=15)
# What an agreement's holder knows is not secret, so it is not to be tried out (S1, source throttle).
AGREEMENT_TRIES, AGREEMENT_PAUSE = 5, timedelta(days=1)
# Whoever begins anew for every five tries is still in one place, which may be an office.
SOURCE_TRIES = 15


@dataclass(frozen=True, slots=True)
class Counted:
    """The proof counts."""


@dataclass(frozen=True, slots=True)
class WrongProof:
    """It proves nothing; of what, is not told."""


@dataclass(frozen=True, slots=True)
class UsedUp:
    """Too many tries; this was not looked at."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The brand does not answer at the moment."""


@dataclass(frozen=True, slots=True)
class NotAsked:
    """This proof is not asked now."""


@dataclass(frozen=True, slots=True)
class LostProving:
    """Collaborators."""

    database: Database
    clock: Clock
    bus: Bus
    proofs: LostProofs
    asks: LostAsks
    flow: Flow
    codes: Codes
    throttle: Throttle
    agreements: AgreementChecks

    def standing(self, interaction: Interaction) -> Standing:
        """How far they have come."""
        with self.database.reading() as db:
            return self.proofs.standing(db, interaction, self.clock.now())

    def asks_for(self, interaction: Interaction, kind: str) -> Asking | NotAsked:
        """What is asked, if a proof of `kind` is among it."""
        standing = self.standing(interaction)
        return standing if isinstance(standing, Asking) and kind in standing.kinds else NotAsked()

    def by_password(self, interaction: Interaction, password: str, browser: Browser) -> Step | NotAsked:
        """Judges the password as at a sign-in: the same brakes, lanes and locks. No session comes of it."""
        if isinstance(self.asks_for(interaction, Password.kind), NotAsked):
            return NotAsked()
        return self.flow.prove_password(interaction, Credential(str(interaction.request[NAME]), password), browser)

    def ask(self, interaction: Interaction, kind: str, source: str) -> bool:
        """Asks the worker for a code of `kind`; False where none is asked for."""
        asking = self.asks_for(interaction, kind)
        if kind not in self.codes.judges or isinstance(asking, NotAsked):
            return False
        name, now = str(interaction.request[NAME]), self.clock.now()
        # At the end it is asked of who came by a mailed link.
        proven = bool(asking.given) or FINISH in interaction.request
        with self.database.transaction() as db:
            self.asks.put(db, Ask(interaction.id, kind, name, interaction.brand, source, current_language(), proven), now)
        return True

    def by_code(self, interaction: Interaction, kind: str, typed: str) -> Counted | WrongProof | UsedUp | NotAsked | Incomplete:
        """Judges a code that was sent for this interaction. The same statements run whether or not there is a subject."""
        if kind not in self.codes.judges or isinstance(self.asks_for(interaction, kind), NotAsked):
            return NotAsked()
        if not typed.strip():
            return Incomplete("code")
        if isinstance(self.throttle.tries(f"lost:{kind}", interaction.id, TRIES, PAUSE), Slowed):
            return UsedUp()
        now = self.clock.now()
        with self.database.transaction() as db:
            subject = self.proofs.who(db, interaction)
            subject_id = subject.id if subject else ""
            verdict = self.codes.judges[kind](db, subject_id, interaction.id, typed, now)
            self.bus.record(db, _told(interaction, subject_id, kind, isinstance(verdict, Proof)))
        if not isinstance(verdict, Proof):
            return WrongProof()
        self.proofs.proven(interaction, subject_id, verdict)
        return Counted()

    def by_agreement(
        self, interaction: Interaction, details: Details, source: str
    ) -> Counted | WrongProof | UsedUp | Unanswered | NotAsked:
        """Asks the brand, which alone knows. It proves something only where the agreement is this subject's."""
        brand, asking = self.proofs.brands.get(interaction.brand), self.asks_for(interaction, AGREEMENT)
        if brand is None or isinstance(asking, NotAsked):
            return NotAsked()
        # What strangers use up must not be what is left to who has proven something already.
        lane = "lost:agreements:proven" if asking.given else "lost:agreements"
        # What is nearest to who tries comes first: who is stopped there counts against nobody else.
        quotas = (
            (f"lost:{AGREEMENT}", interaction.id, TRIES, PAUSE),
            (f"lost:{AGREEMENT}:source", source_of(source), SOURCE_TRIES, PAUSE),
            (lane, agreement_digest(brand.id, details.agreement), AGREEMENT_TRIES, AGREEMENT_PAUSE),
        )
        if any(isinstance(self.throttle.tries(*quota), Slowed) for quota in quotas):
            return UsedUp()
        if isinstance(self.throttle.tries("recovery asks", brand.id, MOST_ASKED, ASKED_IN), Slowed):
            return Unanswered()
        verdict = self.agreements.ask(brand, details.asked)
        if isinstance(verdict, Silent):
            for name, who, _, window in quotas:
                self.throttle.give_back(name, who, window)
            return Unanswered()
        return self._judge(interaction, brand.id, verdict)

    def _judge(self, interaction: Interaction, brand_id: str, verdict: Found | NotFound) -> Counted | WrongProof:
        now = self.clock.now()
        with self.database.transaction() as db:
            subject = self.proofs.who(db, interaction)
            subject_id = subject.id if subject else ""
            known = self.proofs.subjects.customer_number(db, subject_id, brand_id)
            right = isinstance(verdict, Found) and known is not None and verdict.customer_number == known
            self.bus.record(db, _told(interaction, subject_id, AGREEMENT, right))
        if not right:
            return WrongProof()
        self.proofs.proven(interaction, subject_id, Proof(AGREEMENT, ("kba",), "pwd", now))
        return Counted()


def _told(interaction: Interaction, subject_id: str, kind: str, right: bool) -> SecondStepProven | SecondStepFailed:
    # For names that do not exist too, so that the trail takes as long.
    if right:
        return SecondStepProven(subject_id=subject_id, brand=interaction.brand, reason=TOWARDS, kind=kind)
    return SecondStepFailed(
        subject_id=subject_id or None, brand=interaction.brand, outcome="refused", reason="wrong", kind=kind
    )
