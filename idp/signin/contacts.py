"""Where a code can be sent: the contacts of a subject that were confirmed earlier, and what a page may show of them."""

from dataclasses import dataclass

from sqlalchemy import Connection

from idp.factors.mail_code import MailCode
from idp.factors.text_code import TextCode
from idp.signin.masking import masked
from idp.subjects.phone_numbers import masked_number, mobile_number
from idp.subjects.subjects import Subject


@dataclass(frozen=True, slots=True)
class Target:
    """An address or a number, and the same as somebody may see it who looks at the page."""

    address: str
    shown: str


@dataclass(frozen=True, slots=True)
class Contacts:
    """Finds the target of a code."""

    text_code: TextCode

    def target(self, db: Connection, subject: Subject, kind: str) -> Target | None:
        """Where a code of `kind` goes; None where the subject has nothing of the sort. An enrolled number comes first."""
        if kind == MailCode.kind:
            return Target(subject.email, masked(subject.email)) if subject.email_verified else None
        number = self.text_code.number(db, subject.id) or confirmed_number(subject)
        return Target(number, masked_number(number)) if number else None


def confirmed(subject: Subject) -> frozenset[str]:
    """The kinds of code that reach the subject at a contact that was confirmed, enrolled or not."""
    by_mail = {MailCode.kind} if subject.email_verified else set()
    return frozenset(by_mail | ({TextCode.kind} if confirmed_number(subject) else set()))


def confirmed_number(subject: Subject) -> str | None:
    """The mobile number that was the subject's at a time (OIDC Core 5.1, `phone_number_verified`); None without one."""
    number = subject.claims.get("phone_number")
    if subject.claims.get("phone_number_verified") is not True or not isinstance(number, str):
        return None
    return mobile_number(number)
