"""Whether two accounts are one person's, as far as it shows: nobody helps or vouches for themselves by a second one."""

from idp.signin.contacts import confirmed_number
from idp.subjects.names import name_key
from idp.subjects.subjects import Subject


def is_same_person(one: Subject, other: Subject) -> bool:
    """Whether they are one account, share a mailbox (whatever follows a `+`), or a confirmed phone number."""
    number = confirmed_number(one)
    same_phone = number is not None and number == confirmed_number(other)
    return one.id == other.id or same_phone or _mailbox(one) == _mailbox(other)


def _mailbox(subject: Subject) -> str:
    local, at, domain = name_key(subject.email).partition("@")
    return f"{local.partition('+')[0]}{at}{domain}" if at else subject.id
