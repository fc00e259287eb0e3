"""Rehearsals: what would be written is written, looked at, and undone, so that nobody is told of what never happened."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from idp.brands.brand import Brand
from idp.core.database import Database
from idp.core.language import speaking
from idp.core.outbox_rows import PURPOSE, outbox
from idp.core.sealing import Keyring
from idp.demo.occasions import Act, Occasions
from idp.subjects.subjects import Subject


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as its reader gets it; `html` is empty for a text, whose first line is its subject."""

    subject: str
    text: str
    html: str


class _Undo(Exception):
    """Ends a rehearsal."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Collaborators."""

    database: Database
    keyring: Keyring
    occasions: Occasions

    def previews(self, brand: Brand, language: str, somebody: Subject, now: datetime) -> tuple[Preview, ...]:
        """Every message there is, in the name of `brand` and in `language`, to a customer with a confirmed address."""
        found: list[Preview] = []
        with suppress(_Undo), self.database.transaction() as db, speaking(language):
            found += self._written(db, self.occasions.all(brand, language, somebody, now))
            raise _Undo
        return tuple(found)

    def _written(self, db: Connection, acts: Iterable[Act]) -> list[Preview]:
        newest = db.scalar(select(func.max(outbox.c.id))) or 0
        for act in acts:
            act(db)
        rows = db.scalars(select(outbox.c.payload_sealed).where(outbox.c.id > newest).order_by(outbox.c.id))
        return [_preview(json.loads(self.keyring.open(sealed, PURPOSE))) for sealed in rows.all()]


def _preview(payload: dict[str, str]) -> Preview:
    text = payload["text"]
    return Preview(payload.get("subject", text.partition("\n")[0]), text, payload.get("html", ""))
