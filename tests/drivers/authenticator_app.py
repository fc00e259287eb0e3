"""An authenticator app in somebody's hand: it shows a new code every 30 seconds."""

from dataclasses import dataclass
from datetime import timedelta

import pyotp

from idp.core.clock import Clock

STEP = timedelta(seconds=30)


@dataclass(frozen=True)
class AuthenticatorApp:
    """Holds one secret. `clock` is the clock of the device."""

    secret: str
    clock: Clock

    def code(self, off: timedelta = timedelta(0)) -> str:
        """What it shows now, on a device whose clock is `off` by so much."""
        return pyotp.TOTP(self.secret).at(self.clock.now() + off)

    def other_than_right(self) -> str:
        """Six digits that it shows at no time near now."""
        near = {self.code(STEP * step) for step in range(-25, 26)}
        return next(digits for digits in (f"{number:06}" for number in range(1000)) if digits not in near)
