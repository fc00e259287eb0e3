"""What the sign-in form says when it cannot go on: what happened, then what to do."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class Problem:
    """Shown in the summary, and at `field` where one field is meant."""

    title: str
    text: str
    field: str | None


NOT_RECOGNISED = Problem(
    "That did not match",
    "The username or e-mail and the password do not belong together. Check both and try again; capital letters matter.",
    None,
)
USERNAME_MISSING = Problem("Something is missing", "Type your username or e-mail.", "username")
PASSWORD_MISSING = Problem("Something is missing", "Type your password.", "password")
TOO_LONG = Problem(
    "That password is too long",
    "It is longer than any password here can be. Check what was typed or pasted.",
    "password",
)


def wait_first(time: timedelta) -> Problem:
    """What is said to whoever did nothing wrong and has to wait because of others."""
    seconds = ceil(time.total_seconds())
    number, unit = (seconds, "second") if seconds < 60 else (ceil(seconds / 60), "minute")
    return Problem(
        f"Wait {number} {unit}{'' if number == 1 else 's'}, then sign in again",
        "Somebody is guessing passwords, so for now we take them slowly from browsers we do not know. Nothing is wrong "
        "with your account, and your password was not looked at yet.",
        None,
    )
