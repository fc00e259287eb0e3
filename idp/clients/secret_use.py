"""When a secret was last used: to within five minutes, so that a busy client costs one statement in that time."""

from datetime import datetime, timedelta
from threading import local

from sqlalchemy import or_, update

from idp.clients.model import client_secrets
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.errors import Unavailable
from idp.core.logs import get_log

log = get_log(__name__)
AT_MOST_EVERY = timedelta(minutes=5)
MOST_REMEMBERED = 10_000


class SecretUse:
    """Writes the time of a use down, at most every five minutes for each secret, also where several processes see it used.

    It is noted while a request is under way, and written once that has succeeded: where the database is held by somebody
    else, a request must not wait for that twice.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._written: dict[str, datetime] = {}
        self._noted = local()

    def note(self, digest: str) -> None:
        """The request of this thread is made with the secret of this digest."""
        self._noted.digest = digest

    def settle(self) -> None:
        """What this thread noted is written down. Nobody is refused where that cannot be done."""
        digest, self._noted.digest = getattr(self._noted, "digest", None), None
        now = self._clock.now()
        last = self._written.get(digest or "")
        if digest is None or (last is not None and timedelta(0) <= now - last < AT_MOST_EVERY):
            return
        if len(self._written) >= MOST_REMEMBERED:
            self._written.clear()
        self._written[digest] = now
        before = client_secrets.c.last_used_at
        due = (client_secrets.c.digest == digest) & or_(before.is_(None), before <= now - AT_MOST_EVERY)
        try:
            with self._database.transaction() as db:
                db.execute(update(client_secrets).where(due).values(last_used_at=now))
        except Unavailable as error:
            log.warning("use_of_secret_not_written", because=error.because)
