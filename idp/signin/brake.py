"""What slows guessing: a source that failed too often, and one password that is tried on many names."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from idp.core.throttle import Slowed, Throttle, source_of

WINDOW = timedelta(minutes=5)
# Failures with the same password, from wherever, before it is braked: one guess on many names comes from many sources.
SAME_PASSWORD = 100
# A million buckets: too few to tell which password was typed, enough that two passwords seldom meet in one.
BUCKET_BITS = 20


@dataclass(frozen=True, slots=True)
class Try:
    """What is counted of one attempt to sign in."""

    source: str
    bucket: str


@dataclass(frozen=True, slots=True)
class Brake:
    """Counts failures by source and by password; `key` keeps the buckets from being computed by others."""

    throttle: Throttle
    key: bytes
    most_failures: int

    def look_at(self, address: str, password: str) -> Try:
        """What is counted for a password that came from a network address."""
        keyed = hmac.digest(self.key, b"bucket:" + password.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return Try(source_of(address), str(int.from_bytes(keyed[:4], "big") >> (32 - BUCKET_BITS)))

    def wait(self, tried: Try) -> timedelta | None:
        """How long this try has to wait; None where it may go on. Counts nothing."""
        for verdict in (
            self.throttle.check("sign-in", tried.source, self.most_failures, WINDOW),
            self.throttle.check("password", tried.bucket, SAME_PASSWORD, WINDOW),
        ):
            if isinstance(verdict, Slowed):
                return verdict.retry_after
        return None

    def failed(self, tried: Try) -> bool:
        """Counts a failure; True where from now on such tries have to wait."""
        self.throttle.failed("sign-in", tried.source, WINDOW)
        self.throttle.failed("password", tried.bucket, WINDOW)
        return self.wait(tried) is not None
