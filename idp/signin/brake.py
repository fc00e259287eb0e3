"""What slows guessing by browsers that are not known: at one name, at many, from one source or from very many.

Nothing here looks at a known browser, a passkey or a recovery: what strangers do slows only strangers.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from idp.core.throttle import Slowed, Throttle, network_of, source_of

WINDOW = timedelta(minutes=5)
# Failures with the same password, from wherever, before it is braked: one guess on many names comes from many sources.
SAME_PASSWORD = 100
# A million buckets: too few to tell which password was typed, enough that two passwords seldom meet in one.
BUCKET_BITS = 20
# A busy morning has many failures and many more sign-ins; only a flood of guesses has so many failures for each of them.
FAILURES_FOR_EACH_SIGN_IN = 3
# In a flood a source says that it will try, and may after this long, doubled by each of its failures. People hardly notice;
# whoever has an address for every guess must keep it, and gets six guesses out of it where there were twenty.
PAUSE = timedelta(seconds=5)
# How long it may take to come back after the pause.
COMES_BACK = timedelta(minutes=2)

Kind = Literal["source", "network", "password", "flood"]
EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Limits:
    """Failures in five minutes: of one source, of the /48 around it, and of all unknown browsers before that is a flood."""

    source: int
    network: int
    flood: int


@dataclass(frozen=True, slots=True)
class Try:
    """What is counted of one attempt to sign in. `network` is empty where the source has none around it."""

    source: str
    network: str
    bucket: str


@dataclass(frozen=True, slots=True)
class Braked:
    """The try was not looked at; the next one is possible after `retry_after`."""

    kind: Kind
    retry_after: timedelta


@dataclass(frozen=True, slots=True)
class Brake:
    """Counts the failures of unknown browsers; `key` keeps the buckets of passwords from being computed by others.

    Raises `Unavailable` with the throttle's store.
    """

    throttle: Throttle
    key: bytes
    limits: Limits

    def look_at(self, address: str, password: str) -> Try:
        """What is counted for a password that came from a network address."""
        keyed = hmac.digest(self.key, b"bucket:" + password.encode("utf-8", "surrogatepass"), hashlib.sha256)
        bucket = int.from_bytes(keyed[:4], "big") >> (32 - BUCKET_BITS)
        return Try(source_of(address), network_of(address), str(bucket))

    def wait(self, tried: Try) -> Braked | None:
        """How long this try has to wait; None where it may be looked at, which in a flood is said once."""
        for kind, key, most in self._counted(tried):
            verdict = self.throttle.check(_name(kind), key, most, WINDOW)
            if isinstance(verdict, Slowed):
                return Braked(kind, verdict.retry_after)
        if self._is_flood():
            failures = int(self.throttle.count(_name("source"), tried.source, WINDOW))
            pause = min(PAUSE * 2 ** min(failures, self.limits.source), WINDOW)
            paced = self.throttle.announced(_name("flood"), tried.source, pause, COMES_BACK)
            if isinstance(paced, Slowed):
                return Braked("flood", paced.retry_after)
        return None

    def failed(self, tried: Try) -> tuple[Kind, ...]:
        """Counts a failure; gives the brakes that it put on, each once in a window, for those who watch."""
        for kind, key, _ in self._counted(tried):
            self.throttle.failed(_name(kind), key, WINDOW)
        self.throttle.failed(_name("flood"), EVERYBODY, WINDOW)
        on = [
            (kind, key)
            for kind, key, most in self._counted(tried)
            if isinstance(self.throttle.check(_name(kind), key, most, WINDOW), Slowed)
        ]
        if self._is_flood():
            on.append(("flood", EVERYBODY))
        return tuple(kind for kind, key in on if self.throttle.first(_name(kind), key, WINDOW))

    def succeeded(self, subject_id: str) -> None:
        """Counts a right password, once in a window for each subject: nobody hides a flood behind their own account.

        It makes no source's failures undone.
        """
        if self.throttle.first("signed in", subject_id, WINDOW):
            self.throttle.failed("signed in", EVERYBODY, WINDOW)

    def _counted(self, tried: Try) -> tuple[tuple[Kind, str, int], ...]:
        counted: tuple[tuple[Kind, str, int], ...] = (
            ("source", tried.source, self.limits.source),
            ("network", tried.network, self.limits.network),
            ("password", tried.bucket, SAME_PASSWORD),
        )
        return tuple(one for one in counted if one[1])

    def _is_flood(self) -> bool:
        failures = self.throttle.count(_name("flood"), EVERYBODY, WINDOW)
        if failures < self.limits.flood:
            return False
        return failures > FAILURES_FOR_EACH_SIGN_IN * self.throttle.count("signed in", EVERYBODY, WINDOW)


def _name(kind: Kind) -> str:
    return f"sign-in {kind}"
