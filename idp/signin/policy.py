"""What proofs amount to, and what a session must have for a request. Pure."""

from idp.factors import FACTORS
from idp.factors.factor import Proof
from idp.sessions.context import ACR_ORDER, Context, Requirement

# The levels that some factor can give, weakest first: what discovery tells and what a request can ask for.
ACR_VALUES = tuple(acr for acr in ACR_ORDER if acr in {factor.strength for factor in FACTORS})


def level_asked(requirement: Requirement) -> str | None:
    """The level a session must reach. One that no factor can give is not asked: `acr` then tells the truth (P2)."""
    level = requirement.level
    return level if level and ACR_ORDER.index(level) <= ACR_ORDER.index(ACR_VALUES[-1]) else None


def context_of(proofs: tuple[Proof, ...]) -> Context:
    """What `proofs` (at least one) add up to."""
    return Context(
        acr=max((proof.strength for proof in proofs), key=ACR_ORDER.index),
        amr=tuple(dict.fromkeys(method for proof in proofs for method in proof.amr)),
        auth_time=max(proof.at for proof in proofs),
        proofs=tuple(dict.fromkeys(proof.kind for proof in proofs)),
    )
