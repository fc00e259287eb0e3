"""What stands in the trail and in the outbox, in words: proofs, reasons, deliveries, and why one did not arrive."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from idp.core.tallies import Tally

NO_BRAND = "no brand"

# RFC 8176, as far as a sign-in consists of it; what else stands in `amr` says how, not with what.
METHODS: Mapping[str, str] = {"pwd": "password", "otp": "code", "sms": "text code", "swk": "passkey", "hwk": "passkey"}

KINDS: Mapping[str, str] = {
    "totp": "app code",
    "text_code": "text code",
    "mail_code": "mail code",
    "locked": "password locked",
    "disabled_or_changed": "account disabled",
}
BARE: Mapping[str, str] = {"SourceThrottled": "source slowed", "PasswordLocked": "password locked"}

DELIVERIES: Mapping[str, str] = {
    "mail": "Mail",
    "text": "Text",
    "logout_token": "Sign-out notice",
    "audit_trail": "Audit trail",
    "nobody": "Code to nobody",
}

# Those whose receivers are applications. Of all others the receiver may be a person.
NAMED = frozenset({"logout_token", "audit_trail"})

# What Python calls a fault of the network, as an administrator would say it.
FAULTS: Mapping[str, str] = {
    "ConnectionRefusedError": "nothing listens there",
    "ConnectionResetError": "the connection was cut",
    "TimeoutError": "no answer in time",
    "gaierror": "its name is not known",
    "SMTPServerDisconnected": "the mail server hung up",
    "SSLCertVerificationError": "its certificate is not trusted",
    "PermissionError": "the folder cannot be written to",
    "FileNotFoundError": "the folder is not there",
}
LONGEST_FAULT = 200
_ADDRESS = re.compile(r"https?://\S+")
_NAME = re.compile(r"\b[A-Za-z]+\b")


def kind_words(tally: Tally) -> str:
    """What a sum is told apart by, by kind; an event that has none is named itself."""
    if tally.event == "SignedIn":
        methods = (METHODS[method] for method in tally.kind.split() if method in METHODS)
        return " and ".join(dict.fromkeys(methods)) or "other"
    if not tally.kind:
        return BARE.get(tally.event, "other")
    return KINDS.get(tally.kind, tally.kind.replace("_", " "))


def delivery_words(kind: str) -> str:
    """A kind of delivery."""
    return DELIVERIES.get(kind, kind.replace("_", " ").capitalize())


def fault_words(because: str) -> str:
    """Why a delivery did not arrive. Of an address only the host is told: a query may hold a secret."""
    told = _ADDRESS.sub(_host, because)
    return _NAME.sub(lambda found: FAULTS.get(found[0], found[0]), told)[:LONGEST_FAULT]


def masked_target(kind: str, target: str) -> str:
    """A receiver that is an application, by its name; a mail provider only as far as it tells nothing about a person."""
    if kind in NAMED or not target:
        return target
    name, _, end = target.rpartition(".")
    return f"{name[:1]}•••.{end}" if name else "•••"


def _host(address: re.Match[str]) -> str:
    try:
        name = urlsplit(address[0]).hostname or "?"
    except ValueError:
        name = "?"
    return name + (":" if address[0].endswith(":") else "")
