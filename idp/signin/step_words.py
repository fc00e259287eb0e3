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
    "passkey": Words(
        "Use your passkey",
        "Your browser asks for your fingerprint, your face or your PIN, or for your security key.",
        "Use your passkey",
        "Use your passkey",
    ),
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
    "text_code": Words("Enter the code we texted", "It counts for 5 minutes.", "Code", "Get a code by text"),
    "mail_code": Words("Enter the code we mailed", "It counts for 5 minutes.", "Code", "Get a code by e-mail"),
}

CLOCK_WRONG = "The clock of your device is wrong"
CODE_MISSING = Problem("Something is missing", "Type the code.", "code")


def wrong_code(wrong: WrongCode) -> Problem:
    """What is said about a code that did not count."""
    return Problem(*_SAID[wrong.because](wrong), "code")


def wrong_clock(minutes: int) -> tuple[str, str]:
    """Title and text where the app's clock is so many `minutes` fast, or slow where that is negative."""
    return CLOCK_WRONG, clock_help(minutes)


def paused(left: timedelta) -> Problem:
    """What is said in place of a try, where codes are paused for `left`."""
    minutes = ceil(left / timedelta(minutes=1))
    text = f"There were too many wrong codes. We take the next one in {minutes} minute{'' if minutes == 1 else 's'}."
    return Problem("Codes are paused", text, "code")


def _wrong(wrong: WrongCode) -> tuple[str, str]:
    return "That code did not match", f"Check the code and type it again. {_tries(wrong.left)}"


def _used(wrong: WrongCode) -> tuple[str, str]:
    return "That code was used before", f"Wait until a new code is shown, then type that one. {_tries(wrong.left)}"


def _late(wrong: WrongCode) -> tuple[str, str]:
    return "That code is too old", f"A code counts for 5 minutes. Ask for another one and type that. {_tries(wrong.left)}"


def _clock(wrong: WrongCode) -> tuple[str, str]:
    title, text = wrong_clock(wrong.minutes)
    return title, f"{text} {_tries(wrong.left)}"


def clock_help(minutes: int) -> str:
    """What to do about a device whose clock is `minutes` fast, or slow where that is negative."""
    off = f"{abs(minutes)} minute{'' if abs(minutes) == 1 else 's'} {'fast' if minutes > 0 else 'slow'}"
    return f"The clock of the device with your app is about {off}. Let it set its time by itself, then type the new code."


def _tries(left: int) -> str:
    if left == 0:
        return "That was the last try for a while."
    return f"{left} more {'try' if left == 1 else 'tries'}, then codes pause for a while."


_SAID = {"wrong": _wrong, "used": _used, "late": _late, "clock": _clock}
