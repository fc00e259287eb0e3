"""Customers as an agent sees them: enough to know that it is the right one, too little to take away."""

from idp.signin.masking import masked
from idp.subjects.subjects import Subject


def initials(subject: Subject) -> str:
    """`Ana Ferreira` as `A. F.`; the masked username where no name is known."""
    parts = [part for part in (subject.given_name, subject.family_name) if part]
    return " ".join(f"{part[0]}." for part in parts) or masked(subject.username)


def address(email: str) -> str:
    """`ana@example.test` as `a…@e…`."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}…@{domain[:1]}…"
