"""A real mail server of this process, and what arrived there: whoever delivers logs in, and each login has a box of its own."""

import atexit
import re
from collections import defaultdict
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cache
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ADDRESS = "127.0.0.1"
NUMBER = re.compile(r"<([0-9]+)\.")


class MailServer:
    """Takes every mail from everybody, as the bytes that came."""

    def __init__(self) -> None:
        self._boxes: dict[str, list[bytes]] = defaultdict(list)
        server = _OnAnyPort(self, ADDRESS, 0, authenticator=_welcome, auth_require_tls=False, decode_data=False)
        server.start()
        atexit.register(server.stop)
        self.port = int(server.port)

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keeps a mail where its login says."""
        assert isinstance(session.auth_data, LoginPassword), "mail of nobody"
        self._boxes[session.auth_data.login.decode()].append(envelope.content or b"")
        return "250 OK"

    def arrived(self, box: Path) -> list[EmailMessage]:
        """What the provider of this folder sent, in the order in which it was written: deliveries overtake each other."""
        return sorted((_read(content) for content in self._boxes[str(box)]), key=_number)


class _OnAnyPort(Controller):
    """Test runs beside each other must not look for free ports at once, so the system gives one."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@cache
def mail_server() -> MailServer:
    """The one of this process, which runs from when it is first asked for."""
    return MailServer()


def mail_url(box: Path) -> str:
    """Where the provider of this folder delivers."""
    return f"smtp://{quote(str(box), safe='')}:any@{ADDRESS}:{mail_server().port}"


def _welcome(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=True, auth_data=data)


def _read(content: bytes) -> EmailMessage:
    # From a file, so that lines end as they do in a mailbox and not as on the wire.
    message = BytesParser(policy=policy.default).parse(BytesIO(content))
    assert isinstance(message, EmailMessage)
    return message


def _number(mail: EmailMessage) -> int:
    found = NUMBER.match(mail["Message-ID"])
    assert found is not None
    return int(found.group(1))
