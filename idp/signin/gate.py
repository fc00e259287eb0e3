"""The one question every path to a code or a page asks: what is still to be proven?"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from idp.brands.brand import Policy
from idp.brands.registry import Brands
from idp.factors.mail_code import MailCode
from idp.factors.passkey import Passkeys
from idp.factors.passkey_record import can_check_its_owner, is_known_to_its_owner
from idp.factors.recovery_codes import RecoveryCodes
from idp.sessions.context import Requirement, is_recent
from idp.sessions.interaction import Interaction
from idp.sessions.session import Session
from idp.signin.contacts import confirmed
from idp.signin.needs import STRONG_STEPS, Need, Standing, still_needs, still_vouches
from idp.signin.policy import parts_from
from idp.subjects.authenticators import Authenticator, kinds, of
from idp.subjects.proof import Proof
from idp.subjects.subjects import Subject

# The answers of an interaction: which session was proven for it, when, that the subject said "not now" to what was asked,
# which session was offered a second step, and that a factor is to be added, of which kind.
PROOF, PROVEN_AT, DECLINED, OFFERED, ENROLS = "proof", "proven_at", "declined", "offered", "enrols"
# The answer to a request that wants online access to begin: it has, or the subject chose to sign in instead.
ACTIVATION = "activation"


# The purpose of an interaction in which somebody who came by a mailed link proves what else they have: no session comes of it.
VOUCHES = "vouch"
# The purpose of one in which whoever lost a second factor proves who they are; no page of a sign-in shows it.
LOST = "lost"
SESSIONLESS = frozenset({VOUCHES, LOST})


@dataclass(frozen=True, slots=True)
class Presented:
    """What a browser brings: proofs its session holds, proofs given for this very request, and whether it is trusted."""

    held: tuple[Proof, ...] = ()
    given: tuple[Proof, ...] = ()
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """Asks `still_needs` with what is stored of the subject and set for the brand."""

    brands: Brands
    recovery_codes: RecoveryCodes

    def need(
        self, db: Connection, subject: Subject, brand: str | None, asked: Requirement, presented: Presented, now: datetime
    ) -> Need:
        """What comes next before `subject` may go on at `brand`."""
        standing = Standing(
            held=presented.held,
            given=presented.given,
            enrolled=self.enrolled(db, subject),
            contacts=confirmed(subject),
            staff=subject.staff,
            trusted=presented.trusted,
        )
        return still_needs(standing, self.policy(brand), asked, now)

    def vouch(self, db: Connection, subject: Subject, brand: str | None, given: tuple[Proof, ...]) -> Need:
        """What `subject` proves beside a mailed link before access is given back under `brand`."""
        standing = Standing(given=given, enrolled=self.enrolled(db, subject), contacts=confirmed(subject))
        return still_vouches(standing, self.policy(brand))

    def policy(self, brand_id: str | None) -> Policy:
        """The rules of a brand; those of no brand are the defaults."""
        brand = self.brands.get(brand_id)
        return brand.policy if brand is not None else Policy()

    def enrolled(self, db: Connection, subject: Subject) -> frozenset[str]:
        """The parts of ways that the subject can give: kinds of factor, and a passkey that checks its owner.

        Recovery codes stand in for a lost factor, so alone they are none.
        """
        enrolled = kinds(db, subject.id)
        if not subject.email_verified:
            enrolled -= {MailCode.kind}
        if Passkeys.kind in enrolled:
            enrolled = (enrolled - {Passkeys.kind}) | _from_passkeys(of(db, subject.id, Passkeys.kind))
        if enrolled & (STRONG_STEPS - {RecoveryCodes.kind}) and self.recovery_codes.left(db, subject.id):
            return enrolled | {RecoveryCodes.kind}
        return enrolled


def _from_passkeys(passkeys: tuple[Authenticator, ...]) -> frozenset[str]:
    # One that a browser made by itself opens the door, but must not shut out its owner who never heard of it.
    known = tuple(filter(is_known_to_its_owner, passkeys))
    if any(map(can_check_its_owner, known)):
        return parts_from((Passkeys.kind,))
    return frozenset((Passkeys.kind,) if known else ())


def asked(interaction: Interaction) -> Requirement:
    """What is to be proven before `interaction` goes on.

    Who wants to add a factor asks it of themselves: so it takes no less than where an application asks for two factors. Who
    said "not now" is asked for the least that will do.
    """
    wanted = interaction.requirement.least if DECLINED in interaction.answers else interaction.requirement
    return replace(wanted, acr_values=("mfa",)) if interaction.answers.get(ENROLS) else wanted


def is_declinable(interaction: Interaction) -> bool:
    """Whether "not now" is an answer: more is asked than to sign in."""
    return not asked(interaction).is_plain


def presented(session: Session, interaction: Interaction | None) -> Presented:
    """What a running session brings to a request, parked or not."""
    return Presented(session.proofs, _given(session, interaction), session.trusted)


def _given(session: Session, interaction: Interaction | None) -> tuple[Proof, ...]:
    """The proofs that were given for this very request, or were recent enough when the last one was.

    They do not age on the pages that follow, such as consent (Core 3.1.2.1, max_age).
    """
    if interaction is None or not interaction.is_answered(PROOF, session.id):
        return ()
    moment, asked = datetime.fromisoformat(interaction.answers[PROVEN_AT]), interaction.requirement
    recent = None if asked.renewed else asked.max_age
    return tuple(
        proof
        for proof in session.proofs
        if proof.at >= interaction.parked_at or (recent is not None and is_recent(proof.at, recent, moment))
    )
