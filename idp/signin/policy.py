"""Which proofs make which level. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from idp.factors import FACTORS
from idp.sessions.context import ACR_ORDER, Context
from idp.subjects.proof import Proof

# A passkey that checked its owner is two factors at once; one that did not is a second step only.
VERIFIED_PASSKEY = "verified_passkey"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a level: the proofs that make it up, in the order in which they are asked."""

    acr: str
    parts: tuple[str, ...]


WAYS = (
    Way("pwd", ("password",)),
    Way("2sv", ("password", "text_code")),
    Way("2sv", ("password", "mail_code")),
    Way("mfa", ("password", "totp")),
    Way("mfa", ("password", "recovery_code")),
    Way("mfa", ("password", "passkey")),
    Way("phr", (VERIFIED_PASSKEY,)),
)
# The levels at which amr says that the factors were of several kinds (RFC 8176, `mfa`).
MULTIPLE_FACTORS = ("mfa", "phr")


def kind_of(part: str) -> str:
    """The kind of factor that gives this part of a way."""
    return "passkey" if part == VERIFIED_PASSKEY else part


def parts_from(kinds: Iterable[str]) -> frozenset[str]:
    """The parts of ways that factors of these kinds give at best."""
    given = frozenset(kinds)
    return given | {VERIFIED_PASSKEY} if "passkey" in given else given


def ways_to(acr: str, parts: frozenset[str]) -> tuple[Way, ...]:
    """The ways to `acr` or higher for whoever can give these parts."""
    lowest = ACR_ORDER.index(acr)
    return tuple(way for way in WAYS if ACR_ORDER.index(way.acr) >= lowest and parts.issuperset(way.parts))


def strongest(parts: frozenset[str]) -> str:
    """The highest level that whoever can give these parts can reach; `pwd` where that is none."""
    return max((way.acr for way in ways_to("pwd", parts)), key=ACR_ORDER.index, default="pwd")


# The levels that the factors can give, weakest first: what discovery tells and what a request can ask for.
ACR_VALUES = tuple(acr for acr in ACR_ORDER if acr in {way.acr for way in ways_to("pwd", parts_from(f.kind for f in FACTORS))})


def parts_of(proofs: tuple[Proof, ...]) -> dict[str, datetime]:
    """The parts of ways that `proofs` give, and when each was given last."""
    newest: dict[str, datetime] = {}
    for proof in proofs:
        verified = proof.kind == "passkey" and proof.strength == "phr"
        for part in (proof.kind, VERIFIED_PASSKEY) if verified else (proof.kind,):
            newest[part] = max(proof.at, newest.get(part, proof.at))
    return newest


def level_of(proofs: tuple[Proof, ...]) -> tuple[str, datetime] | None:
    """The highest level that `proofs` reach and since when, or None where they reach none.

    The time is that of the oldest proof the level is made of, so that `max_age` holds for each of them: a new password
    does not renew an old second step.
    """
    given = parts_of(proofs)
    reached = [(way.acr, min(given[part] for part in way.parts)) for way in WAYS if given.keys() >= set(way.parts)]
    return max(reached, key=lambda level: (ACR_ORDER.index(level[0]), level[1]), default=None)


def context_of(proofs: tuple[Proof, ...]) -> Context:
    """What `proofs` add up to. Raises `ValueError` where that is no level: a second step without a first."""
    level = level_of(proofs)
    if level is None:
        raise ValueError("proofs that reach no level make no context")
    acr, since = level
    methods = dict.fromkeys(method for proof in proofs for method in proof.amr if method != "mfa")
    return Context(
        acr=acr,
        amr=(*methods, "mfa") if acr in MULTIPLE_FACTORS else tuple(methods),
        auth_time=since,
        proofs=tuple(dict.fromkeys(proof.kind for proof in proofs)),
    )
