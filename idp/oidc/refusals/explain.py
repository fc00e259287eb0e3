"""Why a request was refused, told to whoever must mend it: operators and staff, never the sender."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from idp.oidc.refusals.advice import Advice
from idp.oidc.refusals.advice_on_addresses import ON_ADDRESSES
from idp.oidc.refusals.advice_on_clients import ON_CLIENTS
from idp.oidc.refusals.advice_on_proofs import ON_PROOFS
from idp.oidc.refusals.advice_on_request_objects import ON_REQUEST_OBJECTS
from idp.oidc.refusals.advice_on_requests import ON_REQUESTS
from idp.oidc.refusals.advice_on_tokens import ON_TOKENS
from idp.oidc.refusals.store import Noted

# A `*` in a cause stands for what differs from case to case; the more exact row is found first.
ADVICE: Mapping[str, Advice] = {
    **ON_ADDRESSES,
    **ON_REQUESTS,
    **ON_REQUEST_OBJECTS,
    **ON_CLIENTS,
    **ON_PROOFS,
    **ON_TOKENS,
}
VARYING = tuple(cause for cause in sorted(ADVICE, key=len, reverse=True) if "*" in cause)
UNEXPLAINED = Advice(
    "RFC 6749 4.1.2.1, 5.2",
    "The request was refused for the cause named.",
    "Compare the request with docs/add-your-application.md. The log has a line with the same reference.",
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A refused request with everything that can be said about it. `because` is the cause as the log has it."""

    reference: str
    at: datetime
    endpoint: str
    client_id: str | None
    code: str
    public: str
    because: str
    means: str
    clause: str
    mend: str
    facts: Mapping[str, Any]


def advice_for(because: str) -> Advice | None:
    """The row for a private cause; None where there is none."""
    if because in ADVICE:
        return ADVICE[because]
    return next((ADVICE[cause] for cause in VARYING if fnmatchcase(because, cause)), None)


def explain(noted: Noted) -> Explanation:
    """The explanation of a refused request."""
    advice = advice_for(noted.because) or UNEXPLAINED
    return Explanation(
        reference=noted.reference,
        at=noted.refused_at,
        endpoint=noted.endpoint,
        client_id=noted.client_id,
        code=noted.code,
        public=noted.public,
        because=noted.because,
        means=advice.means,
        clause=advice.clause,
        mend=advice.mend,
        facts=noted.facts,
    )


def in_words(facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The facts of a request as names and texts, for a page or a terminal."""
    told = (
        ("parameters sent", ", ".join(facts.get("parameters", ()))),
        ("sent more than once", ", ".join(facts.get("repeated", ()))),
        ("address sent", facts.get("sent", "")),
        ("most like it of those registered", facts.get("registered", "")),
        ("they differ in", ", ".join(facts.get("differs_in", ()))),
    )
    return tuple((name, text) for name, text in told if text)
