"""What the pages say about sending a code, by kind: what we do, where to, and what helps when it does not arrive."""

from dataclasses import dataclass
from datetime import timedelta

from idp.core.language import N_, _
from idp.factors.mail_code import MailCode
from idp.factors.text_code import TextCode
from idp.web.formats import waiting


@dataclass(frozen=True, slots=True)
class SendingWords:
    """One kind: the page before a code was sent, and what is said once it was. `%(target)s` is masked."""

    heading: str
    before: str
    button: str
    sent: str
    missing: str
    again: str


SENDING = {
    TextCode.kind: SendingWords(
        N_("Get a code by text"),
        N_("We text a code with six digits to %(target)s. It counts for 5 minutes."),
        N_("Text me a code"),
        N_("We texted a code to %(target)s."),
        N_("Nothing there after a minute? See whether your phone has signal."),
        N_("Text me another code"),
    ),
    MailCode.kind: SendingWords(
        N_("Get a code by e-mail"),
        N_("We mail a code with six digits to %(target)s. It counts for 5 minutes."),
        N_("Mail me a code"),
        N_("We mailed a code to %(target)s."),
        N_("Nothing there after a minute? Look into your spam folder."),
        N_("Mail me another code"),
    ),
}


@dataclass(frozen=True, slots=True)
class NotSent:
    """Why no code was sent: what happened, then what to do."""

    title: str
    text: str


UNREACHABLE = NotSent(
    N_("We cannot send you a code"), N_("Codes cannot be sent at the moment. Choose another way, or call us.")
)


def withheld(retry_after: timedelta) -> NotSent:
    """What is said where as many codes were sent as may be."""
    return NotSent(
        N_("No more codes for now"),
        _("We sent as many codes as we may. The next one is possible in %(wait)s.", wait=waiting(retry_after)),
    )
