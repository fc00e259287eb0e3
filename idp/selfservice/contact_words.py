"""What the pages of e-mail address and phone number say, by kind. Whoever shows a text of this table says `_(text)`."""

from dataclasses import dataclass

from idp.core.language import N_
from idp.factors.mail_code import MailCode
from idp.factors.text_code import TextCode
from idp.selfservice.contact_undos import EMAIL, PHONE
from idp.signin.words import Problem


@dataclass(frozen=True, slots=True)
class ContactWords:
    """One kind of contact: its pages, its field, and what is said when it is done."""

    heading: str
    field: str
    button: str
    changed: str
    same: Problem
    malformed: Problem


@dataclass(frozen=True, slots=True)
class CodeWords:
    """One kind of code: where it was sent (`%(target)s`), what helps when it does not arrive, how another contact is asked."""

    sent: str
    missing: str
    instead: str


CONTACTS = {
    EMAIL: ContactWords(
        N_("Your e-mail address"),
        N_("New e-mail address"),
        N_("Mail me a code"),
        N_("Your e-mail address is changed. You are signed out everywhere but here."),
        Problem(N_("That is your address already"), N_("Type another address, or leave it as it is."), "contact"),
        Problem(N_("That is no address we can write to"), N_("Type an e-mail address, such as name@example.com."), "contact"),
    ),
    PHONE: ContactWords(
        N_("Your phone number"),
        N_("Mobile number"),
        N_("Text me a code"),
        N_("Your phone number is changed. You are signed out everywhere but here."),
        Problem(N_("That is your number already"), N_("Type another number, or leave it as it is."), "contact"),
        Problem(
            N_("That is no mobile number"),
            N_("Type the number of a mobile, such as 07700 900118 or +44 7700 900118."),
            "contact",
        ),
    ),
}
CODES = {
    MailCode.kind: CodeWords(
        N_("We mailed a code with six digits to %(target)s. It counts for 5 minutes."),
        N_("Nothing there after a minute? Look into your spam folder."),
        N_("Mail me a code instead"),
    ),
    TextCode.kind: CodeWords(
        N_("We texted a code with six digits to %(target)s. It counts for 5 minutes."),
        N_("Nothing there after a minute? See whether your phone has signal."),
        N_("Text me a code instead"),
    ),
}
IN_USE = Problem(
    N_("This address already has an account"),
    N_("An address belongs to one account only. Sign in with it, or use another one here."),
    "contact",
)
REMOVED = N_("Your phone number is removed. You are signed out everywhere but here.")
REMOVED_ALREADY = N_("There was no phone number.")
