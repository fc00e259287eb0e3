"""The names of closed accounts: nobody gets them again, and nobody can read them."""

import hmac

from sqlalchemy import Connection

from idp.subjects.held import held_names


class TakenMeanwhile(Exception):
    """Undoes what was given to a subject though it went to somebody else between the look and the statement."""


class ClosedNames:
    """By a `secret` that stays, they are known again."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def key(self, key: str) -> str:
        """What a closed account has in place of a name's key."""
        return f"closed {hmac.digest(self._secret, key.encode(), 'sha256').hex()}"

    def refuse(self, db: Connection, *keys: str) -> None:
        """Raises `TakenMeanwhile` where one of these was the key of a closed account's name."""
        if held_names(db, [self.key(key) for key in keys]):
            raise TakenMeanwhile
