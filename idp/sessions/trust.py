"""Trust in browsers, withdrawn: wherever it ends, it ends for what is remembered and for what is running alike."""

from sqlalchemy import Connection

from idp.sessions import known_browsers
from idp.sessions.session import Sessions


def withdraw(db: Connection, sessions: Sessions, subject_id: str) -> None:
    """Asks the subject for the second step everywhere again, as after a change of password or the loss of a factor.

    Browsers stay known and sessions go on, with what was proven in them and no more.
    """
    known_browsers.distrust_all(db, subject_id)
    sessions.distrust(db, subject_id)
