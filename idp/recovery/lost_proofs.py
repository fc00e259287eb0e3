"""Who lost a second factor: which proofs of who they are they gave, which they can still give, and whether it is enough.

Before the first proof everything is the same for every name, and nothing is looked up (S3.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from idp.brands.registry import Brands
from idp.factors.mail_code import MailCode
from idp.factors.password import Password
from idp.factors.text_code import TextCode
from idp.recovery import lost_store
from idp.recovery.lost_reach import Reach
from idp.recovery.lost_store import Reset
from idp.sessions.interaction import Interaction
from idp.signin.attempt import Attempt, Attempts
from idp.signin.contacts import Target
from idp.subjects.authenticators import kinds
from idp.subjects.proof import Proof
from idp.subjects.subjects import Subject, Subjects

# In the request of an interaction: who somebody says they are, and the mailed link of a reset that they come to finish.
NAME, FINISH = "name", "finish"
AGREEMENT = "agreement"
# What two agents vouch for after a call; nobody can give it on a page.
SUPPORT = "support"
KINDS = (Password.kind, MailCode.kind, TextCode.kind, AGREEMENT)
# A text costs money, and quotas of the owner's: none is sent because of somebody who has proven nothing.
FIRST = (Password.kind, MailCode.kind, AGREEMENT)
ENOUGH = 2
# What is lost, and removed.
REMOVED = ("passkey", "totp", "text_code")
# Why a proof counted that was given here, at no sign-in.
TOWARDS = "lost"


@dataclass(frozen=True, slots=True)
class Asking:
    """Proofs of `kinds` can be given, `shown` says to whom known where a code goes; `left` more are needed after `given`."""

    kinds: tuple[str, ...]
    given: tuple[str, ...]
    left: int
    shown: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Proven:
    """It is enough. `reset` is the one that is to be finished; None where one is to begin."""

    subject: Subject
    given: tuple[str, ...]
    targets: Mapping[str, Target]
    reset: Reset | None


@dataclass(frozen=True, slots=True)
class TooFew:
    """They cannot give as many proofs as it takes, or are not to be helped without a person."""


@dataclass(frozen=True, slots=True)
class NothingLost:
    """There is no second factor that could be lost."""


@dataclass(frozen=True, slots=True)
class Over:
    """The mailed link is no longer good."""


Standing = Asking | Proven | TooFew | NothingLost | Over


@dataclass(frozen=True, slots=True)
class LostProofs:
    """Collaborators."""

    subjects: Subjects
    password: Password
    attempts: Attempts
    brands: Brands
    reach: Reach

    def standing(self, db: Connection, interaction: Interaction, now: datetime) -> Standing:
        """How far they have come in `interaction`."""
        attempt = self.attempts.find(interaction)
        if FINISH in interaction.request:
            return self._finishing(db, interaction, attempt, now)
        # Nothing is looked up for who has proven nothing, so that nothing shows whether the name exists.
        subject = self.who(db, interaction) if attempt is not None else None
        if attempt is None or subject is None or subject.disabled or not (given := self._given(db, subject, attempt)):
            return Asking(self._at_first(interaction.brand), (), ENOUGH, {})
        targets = self.reach.targets(db, subject)
        possible = self._possible(db, subject, targets, interaction.brand)
        if not kinds(db, subject.id) & set(REMOVED):
            return NothingLost()
        # Staff are many people's keys: a second person helps them. Where nobody can be told, nobody could stop it.
        if subject.staff or not targets or len(possible) < ENOUGH:
            return TooFew()
        if len(given) >= ENOUGH:
            return Proven(subject, given, targets, None)
        return self._asking(possible, given, ENOUGH, targets)

    def who(self, db: Connection, interaction: Interaction) -> Subject | None:
        """Whom the interaction is about, if there is anybody."""
        return self.subjects.find(db, str(interaction.request[NAME]))

    def proven(self, interaction: Interaction, subject_id: str, proof: Proof) -> None:
        """Remembers a proof that counted."""
        before = self.attempts.find(interaction)
        if before is None or before.subject_id != subject_id:
            before = Attempt(subject_id=subject_id)
        self.attempts.keep(interaction, replace(before, proofs=before.proven(proof)))

    def owner(self, db: Connection, reset: Reset) -> Subject | str:
        """Whose reset it is, or why it cannot go on, in one word."""
        subject = self.subjects.get(db, reset.subject_id)
        if subject is None or subject.disabled:
            return "disabled"
        if subject.staff:
            return "staff"
        unchanged = self.reach.is_digest(reset.contacts_digest, self.reach.targets(db, subject))
        return subject if unchanged else "contact_changed"

    def _finishing(self, db: Connection, interaction: Interaction, attempt: Attempt | None, now: datetime) -> Standing:
        reset = lost_store.by_finish(db, str(interaction.request[FINISH]))
        subject = self.owner(db, reset) if reset is not None and reset.is_ripe(now) else "over"
        if reset is None or isinstance(subject, str):
            return Over()
        targets = self.reach.targets(db, subject)
        # The link came by one of the contacts, so a code that goes there too proves nothing more: one mailbox is no two proofs.
        asked = _asked_again(reset) - {next(iter(targets))}
        possible = tuple(kind for kind in self._possible(db, subject, targets, interaction.brand) if kind in asked)
        given = self._given(db, subject, attempt) if attempt is not None else ()
        if set(given) & asked:
            return Proven(subject, given, targets, reset)
        return self._asking(possible, (), 1, targets) if possible else TooFew()

    def can_finish(self, db: Connection, subject: Subject, brand_id: str | None) -> bool:
        """Whether a reset that support began could come to its end: somebody can be told, and one more proof given."""
        targets = self.reach.targets(db, subject)
        return bool(targets) and bool({*self._possible(db, subject, targets, brand_id)} - {next(iter(targets))})

    def _asking(self, possible: tuple[str, ...], given: tuple[str, ...], enough: int, targets: Mapping[str, Target]) -> Asking:
        shown = {kind: target.shown for kind, target in targets.items()}
        return Asking(tuple(kind for kind in possible if kind not in given), given, enough - len(given), shown)

    def _given(self, db: Connection, subject: Subject, attempt: Attempt) -> tuple[str, ...]:
        if attempt.subject_id != subject.id:
            return ()
        given = {proof.kind for proof in attempt.proofs}
        enrolled = self.password.enrolled(db, subject.id)
        if enrolled is None or self.password.mark(enrolled.verifier) != attempt.verifier:
            given.discard(Password.kind)
        return tuple(kind for kind in KINDS if kind in given)

    def _possible(
        self, db: Connection, subject: Subject, targets: Mapping[str, Target], brand_id: str | None
    ) -> tuple[str, ...]:
        able = set(targets)
        if self.password.enrolled(db, subject.id) is not None:
            able.add(Password.kind)
        if AGREEMENT in self._at_first(brand_id) and self.subjects.customer_number(db, subject.id, brand_id or ""):
            able.add(AGREEMENT)
        return tuple(kind for kind in KINDS if kind in able)

    def _at_first(self, brand_id: str | None) -> tuple[str, ...]:
        brand = self.brands.get(brand_id)
        asks = brand is not None and brand.account_api is not None
        return tuple(kind for kind in FIRST if kind != AGREEMENT or asks)


def _asked_again(reset: Reset) -> frozenset[str]:
    """What proves at the end that it is still the same person; whoever was vouched for proves whatever they can."""
    return frozenset(KINDS) if SUPPORT in reset.proofs else reset.proofs
