"""How the admin API refuses: problem details (RFC 9457) with the field and the reason."""

from collections.abc import Iterable
from typing import Any

from idp.core.errors import IdpError, Misconfigured, OAuthError, Unavailable
from idp.core.origin import current_origin
from idp.oidc.dpop_keys import ALGS
from idp.web.bearer import challenge
from idp.web.call import Answer, Headers, json_answer

PROBLEM = "application/problem+json"
REALM = "admin"
TITLES = {
    400: "The request cannot be understood",
    401: "A better access token is needed",
    403: "This is not allowed",
    404: "There is nothing here",
    405: "This address takes other methods",
    409: "It cannot be done as things are",
    412: "It was changed meanwhile",
    413: "The body is too large",
    422: "Some values cannot be used",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Not available at the moment",
}


class Problem(IdpError):
    """A refusal. `code` is stable; `errors` are pairs of a field and a reason."""

    def __init__(
        self, status: int, code: str, detail: str, errors: Iterable[tuple[str, str]] = (), headers: Headers = ()
    ) -> None:
        super().__init__(code, detail, because=detail, status=status)
        self.errors = tuple(errors)
        self.headers = headers


def problem_answer(problem: Problem) -> Answer:
    """The problem as an answer, with the reference that the log has."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(problem.status, TITLES[400]),
        "status": problem.status,
        "code": problem.code,
        "detail": problem.public,
        "reference": current_origin().request_id,
    }
    if problem.errors:
        content["errors"] = [{"field": field, "reason": reason} for field, reason in problem.errors]
    answer = json_answer(content, problem.status, problem.headers)
    return Answer(answer.body, PROBLEM, problem.status, problem.headers)


def answered(error: Exception) -> Answer:
    """Whatever went wrong before an operation was found, or in it, in the form of every other refusal."""
    match error:
        case Problem():
            return problem_answer(error)
        case Unavailable():
            again = (("Retry-After", str(error.retry_after)),)
            return problem_answer(Problem(error.status, error.code, TITLES[503], headers=again))
        case IdpError() if not isinstance(error, Misconfigured):
            return problem_answer(Problem(error.status, error.code, error.public or TITLES.get(error.status, TITLES[400])))
        case _:
            return problem_answer(Problem(500, "server_error", TITLES[500]))


def no_token() -> Problem:
    """RFC 6750 3.1: whoever did not try learns no error code in the challenge."""
    known = challenge(REALM), challenge(REALM, scheme="DPoP", algs=" ".join(ALGS))
    return Problem(401, "no_token", "An access token is needed", headers=tuple(("WWW-Authenticate", one) for one in known))


def bad_token(scheme: str) -> Problem:
    """Unknown, ended, for another API, or not shown with the key that it is bound to: come by `scheme`."""
    return _unproven(scheme, "invalid_token", "The access token is not valid here")


def of_oauth(error: OAuthError) -> Problem:
    """A proof of possession that is refused, as a resource tells it (RFC 9449 7.1, 9)."""
    problem = _unproven("DPoP", error.code, error.public)
    problem.because, problem.headers = error.because or error.public, (*problem.headers, *error.headers)
    return problem


def not_enough(scope: str, detail: str) -> Problem:
    """RFC 6750 3.1: the token, or whoever it is about, is not allowed this."""
    headers = _challenged(challenge(REALM, "insufficient_scope", detail, scope=scope))
    return Problem(403, "insufficient_scope", detail, headers=headers)


def prove_again(acr: str, max_age: int) -> Problem:
    """RFC 9470 3: the sign-in behind the token is too weak, or too long ago."""
    detail = "A stronger or more recent sign-in is needed"
    said = challenge(REALM, "insufficient_user_authentication", detail, acr_values=acr, max_age=str(max_age))
    return Problem(401, "insufficient_user_authentication", detail, headers=_challenged(said))


def malformed(field: str, reason: str) -> Problem:
    """One thing of the request that cannot be read."""
    return Problem(400, "malformed", f"{field}: {reason}" if field else reason, [(field, reason)] if field else ())


def not_there() -> Problem:
    """What is not there, or is another brand's."""
    return Problem(404, "not_found", "There is nothing of this name that you can reach")


def conflict(code: str, detail: str) -> Problem:
    """It was understood and cannot be done."""
    return Problem(409, code, detail)


def _unproven(scheme: str, code: str, detail: str) -> Problem:
    more = {"algs": " ".join(ALGS)} if scheme == "DPoP" else {}
    return Problem(401, code, detail, headers=_challenged(challenge(REALM, code, detail, scheme, **more)))


def _challenged(text: str) -> Headers:
    return (("WWW-Authenticate", text),)
