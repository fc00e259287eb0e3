"""An authorization request tried without consequences: the same checks, the same decision, and nothing is stored or told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from idp.core.errors import IdpError, OAuthError, Refused
from idp.oidc.authorization import checks
from idp.oidc.authorization.arriving import Unread
from idp.oidc.authorization.case import Case
from idp.oidc.authorization.checks import CHECKS, Check
from idp.oidc.authorization.decision import Decision, Known, decide
from idp.oidc.authorization.parameters import read_parameters
from idp.oidc.authorization.request import MatchedRequest, read_request
from idp.oidc.authorization.service import Authorization
from idp.sessions.session import Session

CLIENT_AND_ADDRESS = "The client is known, and the redirect URI is one of its own, character by character"
WHOLE = "The request is understood as a whole"
WORDS: Mapping[Check, str] = {
    checks.nothing_is_repeated: "No parameter is sent twice",
    checks.nothing_is_too_long: "No value is too long to be kept",
    checks.nobody_registers_here: "It registers no client, which is done elsewhere",
    checks.comes_as_it_must: "It was pushed and signed, where the client is registered so",
    checks.response_type_is_offered: "response_type is one that is offered",
    checks.client_may_ask: "The client is registered for this response_type and its grant",
    checks.tokens_may_come_this_way: "Tokens that come with the answer come in the fragment or a form, with a nonce",
    checks.response_mode_is_offered: "response_mode is one that is offered",
    checks.redirect_uri_is_named: "The redirect URI is named, where the profile of the client asks for that",
    checks.pkce_is_s256: "PKCE with S256, where the client is not exempt",
    checks.scope_is_allowed: "The scopes are well formed, and the client is registered for them",
    checks.prompt_is_consistent: "prompt has values that are known and go together",
    checks.max_age_is_a_number: "max_age is a number of seconds",
    checks.claims_can_be_read: "The claims parameter can be read",
    checks.resource_is_theirs: "The resource is one of the client's",
    checks.dpop_jkt_is_a_thumbprint: "dpop_jkt is the thumbprint of a key",
}


class Result(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    REFUSED = "refused"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class Checked:
    """One check, in words, and what became of it."""

    words: str
    result: Result


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would happen. Either `error` says why the request is refused, or `case` and `decision` what comes next.

    `known` is what would be known of the subject of the session.
    """

    checked: tuple[Checked, ...]
    error: IdpError | None = None
    case: Case | None = None
    known: Known | None = None
    decision: Decision | None = None


def rehearse(authorization: Authorization, query: bytes, session: Session) -> Rehearsed:
    """What a request with this `query` would come to in the browser of `session`."""
    try:
        matched = authorization.requests.read(read_request(read_parameters(query)))
    except Refused as error:
        return _ended([CLIENT_AND_ADDRESS], error)
    if isinstance(matched, Unread):
        return _ended([CLIENT_AND_ADDRESS], matched.error)
    passed = [CLIENT_AND_ADDRESS]
    for check in CHECKS:
        passed.append(WORDS[check])
        try:
            check(matched, authorization.profiles[matched.client.profile])
        except OAuthError as error:
            return _ended(passed, error)
    try:
        return _decided(authorization, matched, session)
    except OAuthError as error:
        return _ended([*passed, WHOLE], error)


def _decided(authorization: Authorization, matched: MatchedRequest, session: Session) -> Rehearsed:
    case = Case(matched, authorization.understand(matched))
    known = authorization.known(case, session)
    decision = decide(case.asked, case.client.first_party, known)
    return Rehearsed(tuple(Checked(words, Result.PASSED) for words in _all()), None, case, known, decision)


def _ended(tried: list[str], error: IdpError) -> Rehearsed:
    def result(place: int) -> Result:
        return Result.PASSED if place < len(tried) - 1 else Result.REFUSED if place < len(tried) else Result.NOT_REACHED

    return Rehearsed(tuple(Checked(words, result(place)) for place, words in enumerate(_all())), error)


def _all() -> tuple[str, ...]:
    return (CLIENT_AND_ADDRESS, *(WORDS[check] for check in CHECKS), WHOLE)
