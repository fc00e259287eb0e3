"""The transaction of every change on pages of one's own: it happens before the session ends, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from idp.core.database import Database
from idp.core.errors import Refused
from idp.sessions.session import Session, Sessions


@contextmanager
def changing(database: Database, sessions: Sessions, session: Session, now: datetime) -> Iterator[Connection]:
    """A transaction for a change that is made in `session`, as it was read a moment ago.

    What would end the session meanwhile waits for it. Raises `Refused` before anything was changed where it has ended.
    """
    with database.transaction() as db:
        if session.id not in {one.id for one in sessions.hold_all(db, session.subject_id, now)}:
            raise Refused("not_signed_in", because="the session ended before a change was made in it")
        yield db
