"""What a request asks for, in our own terms: made from a matched request that passed every check."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from idp.clients.profiles import Profile
from idp.oidc.authorization.checks import check
from idp.oidc.authorization.claims_request import ClaimsRequest, read_claims
from idp.oidc.authorization.request import MatchedRequest
from idp.oidc.authorization.response_types import CODE, words_of
from idp.oidc.authorization.scopes import OFFLINE
from idp.oidc.tokens.claims import SCOPE_CLAIMS, SIGN_IN_CLAIMS
from idp.sessions.context import ACR_ORDER, Requirement

LONGEST_MAX_AGE = 10**9
CLAIM_SCOPES: Mapping[str, str] = {claim: scope for scope, claims in SCOPE_CLAIMS.items() for claim in claims}


@dataclass(frozen=True, slots=True)
class Asked:
    """One authorization, as asked for.

    `scopes` in the order asked; `consent_scopes` also counts what the `claims` parameter would reveal. `acr_values` holds the
    levels we can reach, the most wanted first; `unmet` is True where an essential one is beyond us. `subs` are the only
    subjects that will do, None where anybody will.
    """

    scopes: tuple[str, ...]
    consent_scopes: frozenset[str]
    claims: ClaimsRequest
    prompts: frozenset[str]
    max_age: timedelta | None
    acr_values: tuple[str, ...]
    unmet: bool
    subs: frozenset[str] | None
    resource: str | None

    @property
    def offline(self) -> bool:
        """Whether the tokens are to outlive the session (Core 11)."""
        return OFFLINE in self.scopes

    @property
    def requirement(self) -> Requirement:
        """What the session must be."""
        renewed = "login" in self.prompts or self.max_age == timedelta(0)
        wanted = Requirement(self.acr_values, self.max_age or None, renewed)
        return wanted.least if "none" in self.prompts else wanted


def understand(matched: MatchedRequest, profile: Profile, attainable: tuple[str, ...], hinted: str | None) -> Asked:
    """What `matched` asks for, checked. `attainable` are the acr levels we offer, `hinted` the `sub` of an ID token hint.

    Raises `OAuthError`, for the client.
    """
    check(matched, profile)
    request, client = matched.request, matched.client
    scopes = _scopes(matched)
    claims = _claims(matched)
    acr_values, unmet = _levels(request.acr_values, read_claims(request.claims), attainable, client.default_acr_values)
    revealed = {CLAIM_SCOPES[name] for name in claims.names() if name in CLAIM_SCOPES}
    max_age = int(request.max_age) if request.max_age is not None else client.default_max_age
    return Asked(
        scopes=scopes,
        consent_scopes=frozenset(scopes) | revealed,
        claims=claims,
        prompts=frozenset((request.prompt or "").split()),
        max_age=timedelta(seconds=min(max_age, LONGEST_MAX_AGE)) if max_age is not None else None,
        acr_values=acr_values,
        unmet=unmet,
        subs=_subjects(claims, hinted),
        resource=request.resource[0] if request.resource else None,
    )


def _scopes(matched: MatchedRequest) -> tuple[str, ...]:
    known = dict.fromkeys(word for word in (matched.request.scope or "").split(" ") if word in matched.client.scopes)
    if not matched.client.may("refresh_token") or CODE not in words_of(matched.request.response_type):
        known.pop(OFFLINE, None)  # Core 11: ignored where no refresh token can come of it
    return tuple(known)


def _claims(matched: MatchedRequest) -> ClaimsRequest:
    # The claims parameter is no way around scopes: a client gets only claims of scopes it is registered for.
    # Claims about the sign-in itself tell nothing of the person, so no scope guards them.
    theirs = {name for name, scope in CLAIM_SCOPES.items() if scope in matched.client.scopes}
    return read_claims(matched.request.claims).only(theirs.union(SIGN_IN_CLAIMS))


def _levels(
    asked: str | None, claims: ClaimsRequest, attainable: tuple[str, ...], usual: tuple[str, ...]
) -> tuple[tuple[str, ...], bool]:
    """The levels to ask for, and whether an essential one is beyond us (Core 5.5.1.1). Voluntary ones beyond us are dropped.

    `usual` are those that the client registered for requests that name none.
    """
    reachable = ACR_ORDER[: max(ACR_ORDER.index(level) for level in attainable) + 1]
    essential = claims.values("id_token", "acr") if claims.essential("id_token", "acr") else ()
    wanted = essential or (asked or "").split() or claims.values("id_token", "acr") or usual
    within = tuple(level for level in wanted if level in reachable)
    return within, bool(essential) and not within


def _subjects(claims: ClaimsRequest, hinted: str | None) -> frozenset[str] | None:
    # Core 5.5.1: `values` is a choice, and what is no text is nobody. A hint beside it holds as well.
    bounds = [frozenset({hinted})] if hinted is not None else []
    if claims.bounds("id_token", "sub"):
        bounds.append(frozenset(claims.values("id_token", "sub")))
    return frozenset.intersection(*bounds) if bounds else None
