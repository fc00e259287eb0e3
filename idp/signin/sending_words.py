"""What the pages say about sending a code, by kind: what we do, where to, and what helps when it does not arrive."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from idp.factors.mail_code import MailCode
from idp.factors.text_code import TextCode


@dataclass(frozen=True, slots=True)
class SendingWords:
    """One kind: the page before a code was sent, and what is said once it was. `{}` is the target, masked."""

    heading: str
    before: str
    button: str
    sent: str
    missing: str
    again: str


SENDING = {
    TextCode.kind: SendingWords(
        "Get a code by text",
        "We text a code with six digits to {}. It counts for 5 minutes.",
        "Text me a code",
        "We texted a code to {}.",
        "Nothing there after a minute? See whether your phone has signal.",
        "Text me another code",
    ),
    MailCode.kind: SendingWords(
        "Get a code by e-mail",
        "We mail a code with six digits to {}. It counts for 5 minutes.",
        "Mail me a code",
        "We mailed a code to {}.",
        "Nothing there after a minute? Look into your spam folder.",
        "Mail me another code",
    ),
}


@dataclass(frozen=True, slots=True)
class NotSent:
    """Why no code was sent: what happened, then what to do."""

    title: str
    text: str


UNREACHABLE = NotSent("We cannot send you a code", "Codes cannot be sent at the moment. Choose another way, or call us.")


def withheld(retry_after: timedelta) -> NotSent:
    """What is said where as many codes were sent as may be."""
    hours, minutes = retry_after / timedelta(hours=1), ceil(retry_after / timedelta(minutes=1))
    wait = f"{ceil(hours)} hours" if hours > 1 else f"{minutes} minute{'' if minutes == 1 else 's'}"
    return NotSent("No more codes for now", f"We sent as many codes as we may. The next one is possible in {wait}.")
