"""How strongly, and how recently, a bearer has to have signed in for one act (RFC 9470)."""

from dataclasses import dataclass
from datetime import datetime

LEVELS = ("pwd", "2sv", "mfa", "phr")
AHEAD = 5


@dataclass(frozen=True, slots=True)
class SignIn:
    """What an access token says of the sign-in behind it (RFC 9470 6.1): `auth_time` in seconds since the epoch."""

    acr: str | None
    auth_time: int | None


@dataclass(frozen=True, slots=True)
class Strength:
    """At least the level `acr`, proven at most `max_age` seconds ago."""

    acr: str
    max_age: int

    def met_by(self, sign_in: SignIn, now: datetime) -> bool:
        """Return whether `sign_in` is enough at `now`. A level or a time that is missing or unknown never is."""
        if sign_in.acr not in LEVELS or sign_in.auth_time is None:
            return False
        age = now.timestamp() - sign_in.auth_time
        return LEVELS.index(sign_in.acr) >= LEVELS.index(self.acr) and -AHEAD <= age <= self.max_age

    def challenge(self) -> str:
        """Return the parameters of the WWW-Authenticate challenge (RFC 9470 section 3)."""
        return (
            'error="insufficient_user_authentication", '
            'error_description="This act needs a stronger or a more recent sign-in.", '
            f'acr_values="{self.acr}", max_age="{self.max_age}"'
        )


PAYMENT = Strength("mfa", 300)
