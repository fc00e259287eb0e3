"""What the pages of further steps say, by kind of factor: what happened, then what to do."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from idp.signin.outcomes import WrongCode
from idp.signin.words import Problem


@dataclass(frozen=True, slots=True)
class Words:
    """One kind of step: its heading, what to do, the label of its field, and how it is called among others."""

    heading: str
    text: str
    label: str
    choice: str


STEPS: dict[str, Words] = {
    "totp": Words(
        "Enter the code from your app",
        "Open your authenticator app and type the six digits it shows now.",
        "Code",
        "Use a code from your authenticator app",
    ),
    "recovery_code": Words(
        "Enter a recovery code",
        "Type one of the codes you printed or saved. Each works once.",
        "Recovery code",
        "Use one of your recovery codes",
    ),
}

CODE_MISSING = Problem("Something is missing", "Type the code.", "code")


def wrong_code(wrong: WrongCode) -> Problem:
    """What is said about a code that did not count."""
    return Problem(*_SAID[wrong.because](wrong), "code")


def paused(left: timedelta) -> Problem:
    """What is said in place of a try, where codes are paused for `left`."""
    minutes = ceil(left / timedelta(minutes=1))
    text = f"There were too many wrong codes. We take the next one in {minutes} minute{'' if minutes == 1 else 's'}."
    return Problem("Codes are paused", text, "code")


def _wrong(wrong: WrongCode) -> tuple[str, str]:
    return "That code did not match", f"Check the code and type it again. {_tries(wrong.left)}"


def _used(wrong: WrongCode) -> tuple[str, str]:
    return "That code was used before", f"Wait until a new code is shown, then type that one. {_tries(wrong.left)}"


def _clock(wrong: WrongCode) -> tuple[str, str]:
    minutes = abs(wrong.minutes)
    off = f"{minutes} minute{'' if minutes == 1 else 's'} {'fast' if wrong.minutes > 0 else 'slow'}"
    text = f"The clock of the device with your app is about {off}. Let it set its time by itself, then type the new code."
    return "The clock of your device is wrong", f"{text} {_tries(wrong.left)}"


def _tries(left: int) -> str:
    if left == 0:
        return "That was the last try for the next 15 minutes."
    return f"{left} more {'try' if left == 1 else 'tries'}, then codes pause for 15 minutes."


_SAID = {"wrong": _wrong, "used": _used, "clock": _clock}
