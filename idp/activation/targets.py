"""Where a code goes, and what a page shows of it: for agreements that nobody has too (S3.5).

A ghost's target is made from what was typed with a key of ours, so it stays the same however often that is typed again.
"""

import hmac
from dataclasses import dataclass, field
from typing import assert_never

from idp.brands.agreement_check import Found, NotFound, Silent, Verdict
from idp.factors.mail_code import MailCode
from idp.factors.text_code import TextCode
from idp.signin.agreement_details import Details
from idp.signin.masking import HIDDEN
from idp.subjects.names import is_email
from idp.subjects.phone_numbers import masked_number, mobile_number

# Initials of names, and of the domains that most people have their mail at, each as often as it is met.
INITIALS = "aaaabbccccdddeeefggghhijjjjjkkkllllmmmmmnnnooppprrrrssssstttvwyz"
DOMAINS = "gggggggghhhooiiyyybtvsl"
# Of sixteen customers: by mail, by text, and nothing on file.
BY_MAIL, BY_TEXT = 11, 15


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of code, the address or number, and the same as a page shows it. Without a kind there is nothing on file."""

    kind: str = ""
    address: str = field(default="", repr=False)
    shown: str = ""


NOWHERE = Target()


@dataclass(frozen=True, slots=True)
class Targets:
    """`key` makes ghosts; `kinds` are the kinds of code that can be sent."""

    key: bytes
    kinds: frozenset[str]

    def of(self, brand: str, details: Details, verdict: Verdict) -> Target:
        """What is shown for the brand's `verdict` on `details`."""
        match verdict:
            case Found():
                return self.real(verdict)
            case NotFound() | Silent():
                return self.ghost(brand, details, "unknown")
            case never:
                assert_never(never)

    def real(self, found: Found) -> Target:
        """The contact that the brand has on file: the e-mail address before the mobile, which costs more."""
        if found.email is not None and is_email(found.email) and MailCode.kind in self.kinds:
            return mail_target(found.email)
        number = mobile_number(found.phone) if found.phone is not None else None
        return text_target(number) if number is not None and TextCode.kind in self.kinds else NOWHERE

    def ghost(self, brand: str, details: Details, why: str) -> Target:
        """A target that nobody has. Another one for each reason: that it changes tells no more than that the reason did."""
        said = "\n".join((why, brand, details.agreement, details.birth_date.isoformat(), details.postcode))
        made = hmac.digest(self.key, said.encode(), "sha256")
        choice = made[0] % 16
        if choice < BY_MAIL and MailCode.kind in self.kinds:
            initial, domain = INITIALS[made[1] % len(INITIALS)], DOMAINS[made[2] % len(DOMAINS)]
            return mail_target(f"{initial}{made[3:11].hex()}@{domain}{made[11:19].hex()}.invalid")
        if choice < BY_TEXT and TextCode.kind in self.kinds:
            return text_target(f"+4470000{int.from_bytes(made[1:5]) % 10**5:05}")
        return NOWHERE


def mail_target(address: str) -> Target:
    """An address shown by the first letters of its halves: whoever reads it along learns neither name nor provider."""
    local, _, domain = address.rpartition("@")
    return Target(MailCode.kind, address, f"{local[:1]}{HIDDEN}@{domain[:1]}{HIDDEN}")


def text_target(number: str) -> Target:
    """A number shown by its last digits."""
    return Target(TextCode.kind, number, masked_number(number))
