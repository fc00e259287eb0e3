"""Nonces for proofs of possession (RFC 9449 9): texts of ours that are good for a short while; none of them is stored."""

import hashlib

from itsdangerous import BadData, TimestampSigner
from joserfc.jwk import ECKey

from portals.clock import Clock

HEADER = "DPoP-Nonce"
# In seconds. Each answer brings a fresh one, so this bounds only how long a caller may be silent.
GOOD_FOR = 120


class Nonces(TimestampSigner):
    """Makes nonces and knows them again, in every process that has the private `key` of the API."""

    def __init__(self, key: ECKey, clock: Clock) -> None:
        secret = str(key.as_dict(private=True)["d"])
        super().__init__(secret, salt="dpop nonces", key_derivation="hmac", digest_method=hashlib.sha256)
        self._clock = clock

    def get_timestamp(self) -> int:
        """Return the time that nonces are made and judged at, in seconds since 1970."""
        return int(self._clock().timestamp())

    def current(self) -> str:
        """Return a nonce of now."""
        return self.sign("").decode()

    def accepts(self, nonce: object) -> bool:
        """Return whether `nonce` is one of ours, and not too old."""
        if not isinstance(nonce, str) or not nonce.isascii():
            return False
        try:
            self.unsign(nonce, max_age=GOOD_FOR)
        except BadData:
            return False
        return True
