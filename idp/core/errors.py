"""The error tree: violations only. What is expected (a wrong password, a lock) is returned, not raised.

Each error has a public face (`code`, `public`) and a private cause: `because` goes to the log, never to a page or a client.
"""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Facts:
    """What may be remembered of a refused request: names and addresses, never a value that proves something.

    `client_id` as the request claims it; `parameters` the names it sent, `repeated` those that came more than once;
    `returns_to` where the answer should have gone.
    """

    client_id: str | None = None
    parameters: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    returns_to: str | None = None


NOTHING_KNOWN = Facts()


class IdpError(Exception):
    """A violation. `code` is stable and machine readable, `public` may be shown, `because` may not."""

    status = 400

    def __init__(self, code: str, public: str = "", *, because: str = "", status: int | None = None) -> None:
        super().__init__(code, because)
        self.code = code
        self.public = public
        self.because = because
        self.facts = NOTHING_KNOWN
        if status is not None:
            self.status = status

    def about(self, facts: Facts) -> Self:
        """The same error, with what is known of the request; what was said of it first stays."""
        if self.facts is NOTHING_KNOWN:
            self.facts = facts
        return self


class Refused(IdpError):
    """Shown to people as a page; `code` picks its words (`web/problems.py`)."""


class TooMany(Refused):
    """Somebody did something too often: 429. `retry_after` in seconds."""

    def __init__(self, because: str, retry_after: int) -> None:
        super().__init__("too_many_requests", because=because, status=429)
        self.retry_after = retry_after


class OAuthError(IdpError):
    """Told to clients as RFC 6749 5.2 JSON; redirected only by a matched request. `public` is printable ASCII.

    `challenge` is the WWW-Authenticate header that goes with it (RFC 6749 5.2, RFC 6750 3), or empty.
    `headers` are further ones.
    """

    def __init__(
        self,
        code: str,
        public: str = "",
        *,
        because: str = "",
        status: int | None = None,
        challenge: str = "",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(code, public, because=because, status=status)
        self.challenge = challenge
        self.headers = headers


class Unavailable(IdpError):
    """A part we need does not answer: 503. `retry_after` in seconds."""

    status = 503

    def __init__(self, because: str, retry_after: int = 5) -> None:
        super().__init__("temporarily_unavailable", because=because)
        self.retry_after = retry_after


class Misconfigured(IdpError):
    """Refuses to start. `public` is one line that says what to do."""

    def __init__(self, public: str) -> None:
        super().__init__("misconfigured", public, because=public)

    def __str__(self) -> str:
        return self.public
