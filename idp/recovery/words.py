"""What the pages of a recovery say when they cannot go on."""

from idp.core.language import N_, ngettext
from idp.signin.words import Problem

SOMETHING_MISSING = N_("Something is missing")
NAME_MISSING = Problem(SOMETHING_MISSING, N_("Type your username, your e-mail or your agreement number."), "name")
BRAND_MISSING = Problem(SOMETHING_MISSING, N_("Say with whom your agreement is."), "brand")
CODE_MISSING = Problem(SOMETHING_MISSING, N_("Type the code from the mail."), "code")
NO_TRIES_LEFT = Problem(
    N_("That was one try too many"),
    N_("The code of this mail counts no more here. Use the link in it, or ask for a new mail."),
    None,
)


def wrong_key(left: int) -> Problem:
    """For a code that opens nothing."""
    if not left:
        return NO_TRIES_LEFT
    return Problem(
        N_("That code did not match"),
        ngettext(
            "Check it against the newest mail. You have %(num)d more try.",
            "Check it against the newest mail. You have %(num)d more tries.",
            left,
        ),
        "code",
    )
