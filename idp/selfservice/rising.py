"""A session that has just enrolled a factor has proven it too: it goes on under a new handle, with that proof (S1, session)."""

from datetime import datetime

from sqlalchemy import Connection

from idp.core.errors import Refused
from idp.core.events import Bus, SignedIn
from idp.selfservice.own import Owner
from idp.sessions.session import Sessions, Started
from idp.signin.policy import context_of
from idp.subjects.proof import Proof, newest


def rise(db: Connection, sessions: Sessions, bus: Bus, owner: Owner, proof: Proof, now: datetime) -> Started:
    """The owner's session with one more proof. Runs in a change of theirs (`changing`), which holds the session.

    Raises `Refused`, which undoes the change, where the change itself ended it.
    """
    session = sessions.get(db, owner.session.id, now)
    if session is None:
        raise Refused("not_signed_in", because="enrolling a factor ended the session")
    proofs = newest((*session.proofs, proof))
    context = context_of(proofs)
    started = sessions.start(
        db,
        subject_id=session.subject_id,
        context=context,
        proofs=proofs,
        trusted=session.trusted,
        brand=session.brand,
        shared=session.shared,
        browser=session.browser,
        replaces=session,
        now=now,
    )
    bus.record(db, SignedIn(**owner.by, acr=context.acr, amr=context.amr))
    return started
