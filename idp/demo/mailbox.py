"""The mailbox of the demonstration, read."""

from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from idp.core.database import Database
from idp.core.mail import demo_messages

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Message:
    """A mail or text that was sent, a text with its first line as subject; `sent_at` in words, UTC."""

    channel: str
    to: str
    subject: str
    text: str
    sent_at: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Everything sent, newest first."""

    database: Database

    def messages(self) -> list[Message]:
        """The newest 100."""
        newest = select(demo_messages).order_by(demo_messages.c.id.desc()).limit(MOST_SHOWN)
        with self.database.reading() as db:
            rows = db.execute(newest).mappings().all()
        return [
            Message(row["channel"], row["to"], _title(row), row["text"], f"{row['sent_at']:%d %B %Y, %H:%M:%S} UTC")
            for row in rows
        ]


def _title(row: RowMapping) -> str:
    return str(row["subject"] or row["text"].partition("\n")[0])
