"""What the sign-in form says when it cannot go on: what happened, then what to do."""

from dataclasses import dataclass
from datetime import timedelta

from idp.core.language import N_, _
from idp.web.formats import waiting


@dataclass(frozen=True, slots=True)
class Problem:
    """Shown in the summary, and at `field` where one field is meant."""

    title: str
    text: str
    field: str | None


NOT_RECOGNISED = Problem(
    N_("That did not match"),
    N_("The username or e-mail and the password do not belong together. Check both and try again; capital letters matter."),
    None,
)
USERNAME_MISSING = Problem(N_("Something is missing"), N_("Type your username or e-mail."), "username")
PASSWORD_MISSING = Problem(N_("Something is missing"), N_("Type your password."), "password")
TOO_LONG = Problem(
    N_("That password is too long"),
    N_("It is longer than any password here can be. Check what was typed or pasted."),
    "password",
)


def wait_first(time: timedelta) -> Problem:
    """What is said to whoever did nothing wrong and has to wait because of others."""
    return Problem(
        _("Wait %(wait)s, then sign in again", wait=waiting(time)),
        N_(
            "Somebody is guessing passwords, so for now we take them slowly from browsers we do not know. Nothing is wrong "
            "with your account, and your password was not looked at yet."
        ),
        None,
    )
