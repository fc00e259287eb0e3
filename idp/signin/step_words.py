"""What the pages of further steps say, by kind of factor: what happened, then what to do."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from idp.core.language import N_, _, ngettext
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
        N_("Use your passkey"),
        N_("Your browser asks for your fingerprint, your face or your PIN, or for your security key."),
        N_("Use your passkey"),
        N_("Use your passkey"),
    ),
    "totp": Words(
        N_("Enter the code from your app"),
        N_("Open your authenticator app and type the six digits it shows now."),
        N_("Code"),
        N_("Use a code from your authenticator app"),
    ),
    "recovery_code": Words(
        N_("Enter a recovery code"),
        N_("Type one of the codes you printed or saved. Each works once."),
        N_("Recovery code"),
        N_("Use one of your recovery codes"),
    ),
    "text_code": Words(N_("Enter the code we texted"), N_("It counts for 5 minutes."), N_("Code"), N_("Get a code by text")),
    "mail_code": Words(N_("Enter the code we mailed"), N_("It counts for 5 minutes."), N_("Code"), N_("Get a code by e-mail")),
}

CLOCK_WRONG = N_("The clock of your device is wrong")
CODE_MISSING = Problem(N_("Something is missing"), N_("Type the code."), "code")


def wrong_code(wrong: WrongCode) -> Problem:
    """What is said about a code that did not count."""
    return Problem(*_SAID[wrong.because](wrong), "code")


def wrong_clock(minutes: int) -> tuple[str, str]:
    """Title and text where the app's clock is so many `minutes` fast, or slow where that is negative."""
    return CLOCK_WRONG, clock_help(minutes)


def paused(left: timedelta) -> Problem:
    """What is said in place of a try, where codes are paused for `left`."""
    minutes = ceil(left / timedelta(minutes=1))
    text = ngettext(
        "There were too many wrong codes. We take the next one in %(num)d minute.",
        "There were too many wrong codes. We take the next one in %(num)d minutes.",
        minutes,
    )
    return Problem(N_("Codes are paused"), text, "code")


def _wrong(wrong: WrongCode) -> tuple[str, str]:
    return N_("That code did not match"), _with(N_("Check the code and type it again."), wrong)


def _used(wrong: WrongCode) -> tuple[str, str]:
    return N_("That code was used before"), _with(N_("Wait until a new code is shown, then type that one."), wrong)


def _late(wrong: WrongCode) -> tuple[str, str]:
    return N_("That code is too old"), _with(N_("A code counts for 5 minutes. Ask for another one and type that."), wrong)


def _clock(wrong: WrongCode) -> tuple[str, str]:
    title, text = wrong_clock(wrong.minutes)
    return title, f"{text} {_tries(wrong.left)}"


def _with(advice: str, wrong: WrongCode) -> str:
    return f"{_(advice)} {_tries(wrong.left)}"


def clock_help(minutes: int) -> str:
    """What to do about a device whose clock is `minutes` fast, or slow where that is negative."""
    if minutes > 0:
        return ngettext(
            "The clock of the device with your app is about %(num)d minute fast. Let it set its time by itself, then type the "
            "new code.",
            "The clock of the device with your app is about %(num)d minutes fast. Let it set its time by itself, then type the "
            "new code.",
            minutes,
        )
    return ngettext(
        "The clock of the device with your app is about %(num)d minute slow. Let it set its time by itself, then type the new "
        "code.",
        "The clock of the device with your app is about %(num)d minutes slow. Let it set its time by itself, then type the new "
        "code.",
        -minutes,
    )


def _tries(left: int) -> str:
    if left == 0:
        return _("That was the last try for a while.")
    return ngettext(
        "%(num)d more try, then codes pause for a while.", "%(num)d more tries, then codes pause for a while.", left
    )


_SAID = {"wrong": _wrong, "used": _used, "late": _late, "clock": _clock}
