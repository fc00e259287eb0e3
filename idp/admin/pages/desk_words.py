"""What the support desk's pages say: questions, ways for a code, acts, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.signin.words import Problem

QUESTIONS: Mapping[str, str] = {
    "agreement": "Agreement number",
    "birth_date": "Date of birth",
    "postcode": "Postcode",
    "full_name": "Full name",
    "last_payment": "Last payment",
    "vehicle": "Registration mark",
}


@dataclass(frozen=True, slots=True)
class Way:
    """A way for a code: the name of its button, how it went, what the button says, and what is said once it is out."""

    kind: str
    how: str
    button: str
    said: str


WAYS: Mapping[str, Way] = {
    way.kind: way
    for way in (
        Way("text_code", "by text", "Text it", "The code is on its way by text. Ask them to read it to you."),
        Way("mail_code", "by e-mail", "Mail it", "The code is on its way by e-mail. Ask them to read it to you."),
        Way(
            "account",
            "in their account",
            "Show it in their account",
            "They see the code when they open “Your account”. Ask them to read it to you.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that support does: its button, what it means for the customer, and what is said once it is done."""

    name: str
    button: str
    about: str
    said: str


ACTS = (
    Act(
        "unlock",
        "Open the lock",
        "Their password works again. It stays as it is, and nobody here sees it.",
        "The lock is open. They were told by e-mail.",
    ),
    Act(
        "recovery_link",
        "Send a way back in",
        "They get the e-mail of “Can’t sign in?”: it tells the username and lets them choose a new password.",
        "The e-mail is on its way.",
    ),
    Act(
        "end_sessions",
        "Sign them out everywhere",
        "Every browser and application is signed out.",
        "They are signed out everywhere, and were told by e-mail.",
    ),
    Act(
        "factor_reset",
        "Ask for a second-step reset",
        "For a lost phone or passkey. A second agent decides; then a waiting time of one to three days begins.",
        "A second agent has to decide now. They were told by e-mail.",
    ),
)

PROBLEMS: Mapping[str, Problem] = {
    "no_answers": Problem("Type what they answered", "Leave empty what they do not know.", None),
    "silent": Problem(
        "The brand does not answer", "Nothing was judged or kept. Try again in a few minutes, or send a code.", None
    ),
    "script_used_up": Problem(
        "No more tries for now",
        "Answers for this customer were judged five times today, or 15 times in a month. Use a code if the brand takes one.",
        None,
    ),
    "not_known": Problem(
        "The brand cannot judge this", "The customer has no number at this brand, so there is nothing to compare with.", None
    ),
    "too_soon": Problem("A code went out a moment ago", "The next one is possible after 30 seconds.", None),
    "no_way": Problem("There is no such contact", "Choose another way for the code.", None),
    "codes_used_up": Problem("No more codes for now", "As many codes were sent or tried as may be. Use the questions.", None),
    "no_code": Problem("Type the code", "Type the six digits that they read to you.", "code"),
    "no_reason": Problem("Type a reason", "Say in 3 to 300 letters why, such as “locked after a new phone”.", "reason"),
    "not_proven": Problem("They have not proven enough", "Ask the questions or send a code first.", None),
    "before": Problem("That was done in this call", "It stands below. Begin a new call to do it again.", None),
}
