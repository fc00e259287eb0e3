"""What the pages about a lost second factor say."""

from dataclasses import dataclass
from datetime import datetime

from idp.core.language import N_, _
from idp.recovery.lost_proofs import AGREEMENT
from idp.signin.flow import Step
from idp.signin.outcomes import Incomplete, LockedOut, NotRecognised, TooLong, TooManyTries
from idp.signin.words import PASSWORD_MISSING, TOO_LONG, Problem, wait_first
from idp.web.formats import waiting


@dataclass(frozen=True, slots=True)
class ProofWords:
    """One kind of proof: how it is called among others, once given, and on its own page, before and after a code is sent."""

    choice: str
    given: str
    heading: str
    text: str
    known: str = ""
    button: str = ""
    sent: str = ""
    missing: str = ""


PROOFS = {
    "password": ProofWords(N_("Your password"), N_("your password"), N_("Type your password"), N_("The one you sign in with.")),
    "mail_code": ProofWords(
        N_("A code to your e-mail"),
        N_("a code to your e-mail"),
        N_("Get a code by e-mail"),
        N_("We mail six digits to the address of your account. They count for 5 minutes."),
        N_("We mail six digits to %(target)s. They count for 5 minutes."),
        N_("Mail me a code"),
        N_("If we know an account by what you typed, a code is on its way to its e-mail address."),
        N_("Nothing there after a minute? Look into your spam folder."),
    ),
    "text_code": ProofWords(
        N_("A code to your phone"),
        N_("a code to your phone"),
        N_("Get a code by text"),
        N_("We text six digits to your phone. They count for 5 minutes."),
        N_("We text six digits to %(target)s. They count for 5 minutes."),
        N_("Text me a code"),
        N_("A code is on its way to your phone."),
        N_("Nothing there after a minute? See whether your phone has signal."),
    ),
    AGREEMENT: ProofWords(
        N_("Your agreement, birth date and postcode"),
        N_("your agreement"),
        N_("Tell us about your agreement"),
        N_("We ask whether it all fits together. What you type is not kept."),
    ),
}


@dataclass(frozen=True, slots=True)
class Saying:
    """A page that only says something: what happened, then what to do. `call`: the person is asked to call."""

    title: str
    paragraphs: tuple[str, ...]
    call: bool = False


SAID = {
    "few": Saying(
        N_("Please call us"),
        (
            N_("Here you cannot prove enough of who you are for us to remove a second step. A person can help you."),
            N_("Have your agreement at hand: we ask a few questions, and we never ask for your password."),
        ),
        call=True,
    ),
    "nothing": Saying(
        N_("There is nothing to remove"),
        (N_("Your account has no second step that could be lost. Sign in with your password, or choose a new one."),),
    ),
    "running": Saying(
        N_("It has begun already"),
        (N_("Your second step is about to be removed. The messages we sent you say when, and how to stop it."),),
    ),
    "used_up": Saying(
        N_("Not again this week"),
        (N_("This was begun and stopped three times within a week. Wait a few days, or call us."),),
        call=True,
    ),
    "stopped": Saying(
        N_("Your second step stays"),
        (
            N_("It is stopped. Nothing in your account was changed."),
            N_("If you did not begin it, somebody knows enough of you to try: change your password, and call us."),
        ),
    ),
    "done": Saying(
        N_("Your second step is removed"),
        (
            N_("You are signed out everywhere. We have written to you about it."),
            N_("Sign in and set up a new second step: until then only your password protects your account."),
        ),
    ),
}

CODE_MISSING = Problem(N_("Something is missing"), N_("Type the code."), "code")
NAME_MISSING = Problem(N_("Something is missing"), N_("Type your username or e-mail."), "name")
WRONG_PASSWORD = Problem(
    N_("That did not match"), N_("The password does not belong to the name you typed. Capital letters matter."), "password"
)
WRONG_CODE = Problem(
    N_("That code did not match"),
    N_("Check it against the newest message. A code counts for 5 minutes, once."),
    "code",
)
WRONG_AGREEMENT = Problem(
    N_("That did not match"),
    N_("What you typed does not fit together, or not with your account. Check the number, the date and the postcode."),
    "agreement",
)
USED_UP = Problem(
    N_("Too many tries"), N_("We take no more of these for a quarter of an hour. Choose another way, or come back."), None
)
NO_ANSWER = Problem(
    N_("We cannot ask at the moment"), N_("Nothing is wrong with what you typed. Choose another way, or try later."), None
)


def about_password(step: Step, now: datetime) -> Problem | None:
    """What is said about a password that does not count; None where it does."""
    match step:
        case NotRecognised():
            return WRONG_PASSWORD
        case LockedOut(_brand, until):
            text = N_("Too many were wrong. Choose another way, or have the lock opened first.")
            if until is not None:
                text = _(
                    "Too many were wrong. The lock ends in %(minutes)s. Or choose another way.", minutes=waiting(until - now)
                )
            return Problem(N_("Sign-in by password is locked"), text, None)
        case Incomplete():
            return PASSWORD_MISSING
        case TooLong():
            return TOO_LONG
        case TooManyTries(retry_after):
            return wait_first(retry_after)
        case _:
            return None
