"""Authenticator apps to be: the secret an app was shown stays here until the first code has proven that it got there.

Which secret a code must fit is never a form's to say (S3.7).
"""

from dataclasses import dataclass
from datetime import timedelta

from idp.core.kv import KV
from idp.core.sealing import Keyring, Unsealable
from idp.factors.totp import Proposal, Totp, proposal
from idp.subjects.subjects import Subject

LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Proposals:
    """The store of proposed secrets, sealed, one for a subject at a `place`: an interaction or a session, by its id."""

    kv: KV
    keyring: Keyring
    totp: Totp

    def show(self, place: str, subject: Subject, issuer: str) -> Proposal:
        """What to show: the same secret however often the page is opened, for 15 minutes. The app calls it by `issuer`."""
        found = self.find(place, subject.id)
        if found is None:
            fresh = self.totp.propose(subject.username, issuer).secret
            sealed = self.keyring.seal(fresh.encode(), _purpose(place, subject.id))
            # Of two pages opened at once both show the secret that came first.
            kept = self.kv.add(_key(place, subject.id), sealed, LIFETIME)
            found = fresh if kept else self.find(place, subject.id) or fresh
        return proposal(found, subject.username, issuer)

    def find(self, place: str, subject_id: str) -> str | None:
        """The secret that was shown; None where none was, or too long ago."""
        sealed = self.kv.get(_key(place, subject_id))
        try:
            return self.keyring.open(sealed, _purpose(place, subject_id)).decode() if sealed else None
        except Unsealable:
            # Its master key was taken away meanwhile: as good as gone, and a new one can be kept.
            self.end(place, subject_id)
            return None

    def end(self, place: str, subject_id: str) -> None:
        """Forgets it: it was confirmed, or given up."""
        self.kv.delete(_key(place, subject_id))


def in_groups(secret: str) -> str:
    """The secret for typing: in groups of four, in which nobody loses their place."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def _key(place: str, subject_id: str) -> str:
    return f"proposal:{place}:{subject_id}"


def _purpose(place: str, subject_id: str) -> str:
    return f"proposal:{place}:{subject_id}"
