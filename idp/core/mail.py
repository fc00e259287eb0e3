"""Mail out of the outbox: to an SMTP server, to a folder, or to the mailbox of the demonstration."""

import re
import smtplib
import ssl
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, insert

from idp.core.clock import Clock
from idp.core.database import Database, UTCDateTime, metadata
from idp.core.errors import Misconfigured
from idp.core.outbox_rows import Attempt, Delivered, GiveUp, Outcome, Retry
from idp.core.subject_lines import WholeSubjects

TIMEOUT_SECONDS = 10
ONE_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"]+")

demo_messages = Table(
    "demo_messages",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("channel", String(16), nullable=False),
    Column("to", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("sent_at", UTCDateTime, nullable=False),
)


class DemoMailbox:
    """A deliverer that keeps what it is given in `demo_messages`. `channel` is `mail` or `text`."""

    def __init__(self, database: Database, clock: Clock, channel: str) -> None:
        self._database = database
        self._clock = clock
        self._channel = channel

    def __call__(self, payload: dict[str, Any], attempt: Attempt) -> Outcome:
        row = {name: payload.get(name, "") for name in ("to", "subject", "text", "html")}
        with self._database.transaction() as db:
            db.execute(insert(demo_messages), row | {"channel": self._channel, "sent_at": self._clock.now()})
        return Delivered()


class MailDeliverer:
    """Delivers payloads `{to, subject, text, html?, from_name?}` by IDP_MAIL_URL, from the address `sender`.

    The address is `smtp://user:pass@host:port?starttls=1`, `smtps://…`, `file:///folder` or `demo:`, which may name one of
    the others to deliver to as well. Raises `Misconfigured` for any other.
    """

    def __init__(self, url: str, sender: str, database: Database, clock: Clock) -> None:
        parts = urlsplit(url)
        self._sender = sender
        self._demo = DemoMailbox(database, clock, "mail") if parts.scheme == "demo" else None
        self._send = _way(parts)

    def __call__(self, payload: dict[str, Any], attempt: Attempt) -> Outcome:
        try:
            message = build_message(payload, self._sender, attempt)
        except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
            return GiveUp(f"not a mail: {type(error).__name__}")
        try:
            self._send(message, attempt)
        except (smtplib.SMTPException, OSError) as error:
            return _refusal(error)
        return self._demo(payload, attempt) if self._demo is not None else Delivered()


def build_message(payload: dict[str, Any], sender: str, attempt: Attempt) -> EmailMessage:
    """The mail of `payload`, with an id that stays the same at every try. Raises ValueError for CR or LF in a header."""
    name, to, subject = payload.get("from_name", ""), payload["to"], payload["subject"]
    sender = payload.get("from_address") or sender
    if any(character in text for text in (name, to, subject, sender) for character in "\r\n\0"):
        raise ValueError("a header may not hold a line break")
    if not ONE_ADDRESS.fullmatch(to):
        raise ValueError("not one address")
    message = EmailMessage(WholeSubjects())
    message["From"] = Address(display_name=name, addr_spec=sender)
    message["To"] = Address(addr_spec=on_the_wire(to))
    message["Subject"] = subject
    message["Date"] = format_datetime(attempt.created_at)
    message["Message-ID"] = f"<{attempt.delivery_id}.{int(attempt.created_at.timestamp())}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 5: no holiday note may answer
    message.set_content(payload["text"])
    if html := payload.get("html"):
        message.add_alternative(html, subtype="html")
    return message


def on_the_wire(address: str) -> str:
    """`address` as every mail server takes it, its domain in IDNA. Raises ValueError where only few would (RFC 6531)."""
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise ValueError("not every server takes letters beyond ASCII before the @")
    return f"{local}@{domain.encode('idna').decode()}"


def _way(parts: SplitResult) -> Callable[[EmailMessage, Attempt], None]:
    match parts.scheme:
        case "smtp" | "smtps" if parts.hostname:
            return lambda message, _attempt: _by_smtp(parts, message)
        case "file" if parts.path.startswith("/") and not parts.netloc:
            folder = Path(unquote(parts.path))
            return lambda message, attempt: write_whole(folder / f"{attempt.delivery_id:08}.eml", message.as_bytes())
        case "demo" if parts.path:
            return _way(urlsplit(parts.path))
        case "demo":
            return lambda _message, _attempt: None
        case _:
            raise Misconfigured("IDP_MAIL_URL must be smtp://…, smtps://…, file:///folder or demo:")


def _by_smtp(parts: SplitResult, message: EmailMessage) -> None:
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT_SECONDS)
    with server:
        if parts.scheme == "smtp" and parse_qs(parts.query).get("starttls") == ["1"]:
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def write_whole(file: Path, content: bytes) -> None:
    """Writes a message into a folder, which is made: whoever looks finds all of it or nothing. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(file)


def _refusal(error: Exception) -> Outcome:
    match error:
        case smtplib.SMTPRecipientsRefused():
            status = next(iter(error.recipients.values()))[0]
        case smtplib.SMTPAuthenticationError():
            return Retry("the mail server refuses our credentials")  # ours to mend, not the mail's fault
        case smtplib.SMTPResponseException():
            status = error.smtp_code
        case _:
            return Retry(type(error).__name__)
    return GiveUp(f"refused with {status}") if 500 <= status < 600 else Retry(f"put off with {status}")
