"""How many codes are sent: to one subject, to one number or address, and for one source. Texts cost money (toll fraud)."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from idp.core.throttle import Slowed, Throttle, source_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EACH = ((5, HOUR), (10, DAY))
# A source may be a whole office or a mobile network.
FROM_ONE_SOURCE = ((60, HOUR),)


@dataclass(frozen=True, slots=True)
class Used:
    """The quota `name` is used up; the next code is possible after `retry_after`."""

    name: str
    retry_after: timedelta


@dataclass(frozen=True, slots=True)
class SendQuotas:
    """Counts what is sent; `key` keeps numbers and addresses from being read from the store."""

    throttle: Throttle
    key: bytes

    def use(self, kind: str, subject_id: str, address: str, source: str) -> Used | None:
        """Counts one code, unless a quota is used up. Raises `Unavailable` with the store: who cannot count sends nothing."""
        target = hmac.digest(self.key, address.encode(), "sha256").hex()
        counted = [
            *((f"{kind}:subject", subject_id, *limit) for limit in EACH),
            *((f"{kind}:target", target, *limit) for limit in EACH),
            *(("code:source", source_of(source), *limit) for limit in FROM_ONE_SOURCE),
        ]
        # All are looked at before one is counted: what is not sent because of one must not use up the others.
        for count in (self.throttle.check, self.throttle.tries):
            for name, who, most, window in counted:
                verdict = count(f"{name}:{int(window.total_seconds())}", who, most, window)
                if isinstance(verdict, Slowed):
                    return Used(name.rpartition(":")[2], verdict.retry_after)
        return None
