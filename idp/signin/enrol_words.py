"""What the pages of an enrolment say: what happened, then what to do."""

from dataclasses import dataclass
from typing import assert_never

from idp.core.language import N_
from idp.factors.factor import Wrong
from idp.factors.totp import BadLabel, ClockOff, Replayed, TooMany
from idp.signin.app_enrolment import Lapsed, Unconfirmed
from idp.signin.step_words import wrong_clock
from idp.signin.words import Problem


@dataclass(frozen=True, slots=True)
class Offer:
    """One kind of factor that can be enrolled in place: its button, and what it is."""

    choice: str
    about: str


# One row for each kind that has a page at /signin/<interaction>/enrol/<kind>.
OFFERS: dict[str, Offer] = {
    "passkey": Offer(
        N_("Make a passkey"), N_("Your fingerprint, your face or the PIN of your device signs you in, without a password.")
    ),
    "totp": Offer(
        N_("Set up an authenticator app"),
        N_("An app on your phone shows a new code every 30 seconds. Your password manager may do it too."),
    ),
}


def unconfirmed(why: Unconfirmed) -> Problem:
    """What is said where an app could not be enrolled."""
    match why:
        case Wrong():
            text = N_("Check that the app has taken the key on this page, then type the six digits it shows now.")
            return Problem(N_("That code did not match"), text, "code")
        case ClockOff(minutes):
            return Problem(*wrong_clock(minutes), "code")
        case Replayed():
            return Problem(N_("This app is set up already"), N_("Open the page again to set up another one."), None)
        case BadLabel():
            return Problem(N_("The app needs a name"), N_("Give it a name of 1 to 64 characters."), "label")
        case TooMany():
            return Problem(
                N_("You have five authenticator apps"), N_("That is the most there can be. Remove one of them first."), None
            )
        case Lapsed():
            text = N_("Take away from your app what you just added, give it the new key on this page, and type its code.")
            return Problem(N_("The key on this page was too old"), text, "code")
        case never:
            assert_never(never)
