"""Somebody's letter box and phone: what the outbox delivered to a mail server, and to the folder of texts."""

import json
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from idp.app import lost
from idp.app.recovery import answering
from tests.drivers.household import Household
from tests.drivers.mail_server import mail_server

CODE = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")


@dataclass(frozen=True)
class Text:
    """A text on a phone."""

    to: str
    text: str

    @property
    def code(self) -> str:
        return CODE.findall(self.text)[0]


@dataclass(frozen=True)
class Post:
    """Delivers what is due, and opens it, oldest first. `folder` is where the provider's stores are."""

    household: Household
    folder: Path

    def texts(self) -> list[Text]:
        lost.codes(self.household.house).answer(1000)
        self.household.house.protocol.outbox.run_once()
        return [Text(**json.loads(file.read_text("utf-8"))) for file in sorted(self.folder.glob("texts/*.json"))]

    def mails(self) -> list[EmailMessage]:
        answering(self.household.house).answer(1000)
        lost.codes(self.household.house).answer(1000)
        self.household.house.protocol.outbox.run_once()
        return mail_server().arrived(self.folder)

    def code(self, kind: str) -> str:
        """The code that came last by `text_code` or `mail_code`."""
        if kind == "text_code":
            return self.texts()[-1].code
        codes = [mail for mail in self.mails() if mail["Subject"].startswith("Your code")]
        return CODE.findall(read(codes[-1]))[0]


def read(mail: EmailMessage, kind: str = "plain") -> str:
    """The words of a mail."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def other_than(code: str) -> str:
    """Six digits that are not `code`."""
    return f"{(int(code) + 1) % 10**6:06}"
