"""What a sign-in still needs: one pure function of subject, brand and request."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from idp.brands.brand import Policy
from idp.sessions.context import ACR_ORDER, Context, Requirement, is_recent
from idp.signin.policy import Way, context_of, kind_of, level_of, parts_from, parts_of, ways_to
from idp.subjects.proof import Proof

# Factors are added only with proofs this recent (S1, re-authentication).
TO_ENROL = timedelta(minutes=5)
STRONG_STEPS = frozenset({"passkey", "totp", "recovery_code"})
# Codes that do not come to the mailbox a link was mailed to.
SENT_ELSEWHERE = frozenset({"text_code"})
ENROLLED_IN_PLACE = ("passkey", "totp")
# Last, because each can be used only once.
LAST_RESORT = "recovery_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who asks.

    `held` are proofs of the running session, `given` those for this very request. `enrolled` are parts of ways (`policy`);
    `contacts` the kinds of sent code that reach a contact confirmed earlier. `trusted`: the subject trusts
    this browser, which counts only at brands that allow it.
    """

    held: tuple[Proof, ...] = ()
    given: tuple[Proof, ...] = ()
    enrolled: frozenset[str]
    contacts: frozenset[str] = frozenset()
    staff: bool = False
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Nothing:
    """All is proven. `context` is what may be told to whoever asks; `nudge`: offer a second step."""

    context: Context
    nudge: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One of `choices` is proven next, best first. `verified`: a passkey must check its owner, or it brings nothing."""

    choices: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Enrol:
    """One of `choices` is enrolled in place.

    `recovered`: only a contact vouched for the subject, so brands hold risky acts for a while.
    """

    choices: tuple[str, ...]
    recovered: bool


@dataclass(frozen=True, slots=True)
class Unmet:
    """This subject cannot reach what is asked at this brand."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whoever came by a mailed link has proven what else they have. It makes no session."""


Need = Nothing | Step | Enrol | Unmet | Vouched


def still_needs(standing: Standing, policy: Policy, requirement: Requirement, now: datetime) -> Need:
    """What comes next for a subject of this `standing` at a brand of this `policy`.

    Ask again after each proof or enrolment. Proofs that are too old for `requirement`, and kinds that the brand does not
    accept, count as absent (P2). Of several levels the most wanted that the subject can reach is gone for; once anything was
    proven for this request and the least of them is reached, no more is asked.
    """
    counting, mine = accepted(policy), _mine(standing, policy)
    goal, least = _goals(standing, policy, requirement, mine)
    proofs = tuple(proof for proof in _fresh(standing, requirement, now) if proof.kind in counting)
    enough = _reaches(proofs, least)
    if _reaches(proofs, goal) or (enough and standing.given):
        return Nothing(context_of(proofs), nudge=mine <= {"password"})
    ways = ways_to(goal, mine)
    if not ways:
        return _enrol(standing, policy, goal, mine, now)
    step = _next(ways, proofs, policy)
    if enough:
        return step
    others = _next(ways_to(least, mine), proofs, policy)
    verified = step.verified and ("passkey" not in others.choices or others.verified)
    return Step(tuple(dict.fromkeys((*step.choices, *others.choices))), verified)


def still_vouches(standing: Standing, policy: Policy) -> Need:
    """What somebody who came by a mailed link proves beside it before access is given back: a second factor they have.

    Strong ones come first, and whoever has one proves one, whatever the brand accepts. A mailed code would only prove the
    mailbox again.
    """
    mine = (standing.enrolled & STRONG_STEPS) or (standing.enrolled & SENT_ELSEWHERE)
    if not mine or any(proof.kind in mine for proof in standing.given):
        return Vouched()
    return Step(_in_order(mine, policy), verified=False)


def _in_order(kinds: frozenset[str], policy: Policy) -> tuple[str, ...]:
    order = ("password", *policy.second_steps)
    return tuple(
        sorted(kinds, key=lambda kind: (kind == LAST_RESORT, order.index(kind) if kind in order else len(order), kind))
    )


def _goals(standing: Standing, policy: Policy, requirement: Requirement, mine: frozenset[str]) -> tuple[str, str]:
    """The level to go for, and the least that will do."""
    least = requirement.level or "pwd"
    wanted = next((acr for acr in requirement.levels if ways_to(acr, mine)), least)
    floor = _floor(standing, policy, mine, plain=replace(requirement, acr_values=(wanted,)).is_plain)
    return max(wanted, floor, key=ACR_ORDER.index), max(least, floor, key=ACR_ORDER.index)


def _floor(standing: Standing, policy: Policy, mine: frozenset[str], *, plain: bool) -> str:
    """The level that a sign-in takes by itself; a trusted browser lowers it where nothing more is asked (`plain`)."""
    if standing.staff:
        return "mfa"
    # A trusted browser is no proof: it counts where nothing is asked, and neither for a level nor for freshness.
    if standing.trusted and policy.trusted_browser_days and plain:
        return "pwd"
    return "2sv" if ways_to("2sv", mine) else "pwd"


def _reaches(proofs: tuple[Proof, ...], acr: str) -> bool:
    level = level_of(proofs)
    return level is not None and ACR_ORDER.index(level[0]) >= ACR_ORDER.index(acr)


def _mine(standing: Standing, policy: Policy) -> frozenset[str]:
    return standing.enrolled & accepted(policy)


def accepted(policy: Policy) -> frozenset[str]:
    """The kinds of factor, and what they give, that count at a brand of this policy."""
    return parts_from(("password", *policy.second_steps))


def _fresh(standing: Standing, requirement: Requirement, now: datetime) -> tuple[Proof, ...]:
    if requirement.renewed:
        return standing.given
    limit = requirement.max_age
    return (*(proof for proof in standing.held if limit is None or is_recent(proof.at, limit, now)), *standing.given)


def _next(ways: tuple[Way, ...], proofs: tuple[Proof, ...], policy: Policy) -> Step:
    given = parts_of(proofs)
    parts = [next(part for part in way.parts if part not in given) for way in ways]
    kinds = frozenset(kind_of(part) for part in parts)
    return Step(_in_order(kinds, policy), verified="passkey" in kinds and "passkey" not in parts)


def _enrol(standing: Standing, policy: Policy, goal: str, mine: frozenset[str], now: datetime) -> Need:
    choices = tuple(
        kind for kind in ENROLLED_IN_PLACE if kind in policy.second_steps and ways_to(goal, mine | parts_from((kind,)))
    )
    # Whoever has a strong step proves it, whatever the brand accepts: a contact must not be a way around it.
    strong = bool(standing.enrolled & STRONG_STEPS)
    guards = ways_to("mfa", standing.enrolled) if strong else ways_to("2sv", standing.enrolled | standing.contacts)
    if not choices or not guards:
        return Unmet()
    proofs = _fresh(standing, Requirement(max_age=TO_ENROL), now)
    given = parts_of(proofs).keys()
    if any(given >= set(way.parts) for way in guards):
        return Enrol(choices, recovered=not strong)
    return _next(guards, proofs, policy)
