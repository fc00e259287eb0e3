"""Where somebody is told that a second factor is about to be removed: their confirmed e-mail address and their phone."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from idp.core.sealing import Keyring
from idp.factors.mail_code import MailCode
from idp.factors.text_code import TextCode
from idp.signin.contacts import Contacts, Target
from idp.subjects.subjects import Subject

PURPOSE = "lost contacts"
# Who can be told by one channel only may look there once a day, or have lost it to whoever is at it.
ONE_CHANNEL = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Reach:
    """Collaborators. `channels` are the kinds of code that can be sent, `delay` the usual waiting time."""

    contacts: Contacts
    channels: frozenset[str]
    keyring: Keyring
    delay: timedelta

    def targets(self, db: Connection, subject: Subject) -> Mapping[str, Target]:
        """Every confirmed contact, by the kind of code that goes there; the mailbox first."""
        found = {kind: self.contacts.target(db, subject, kind) for kind in (MailCode.kind, TextCode.kind)}
        return {kind: target for kind, target in found.items() if target is not None and kind in self.channels}

    def wait(self, targets: Mapping[str, Target]) -> timedelta:
        """How long a reset waits whose owner is told at `targets`."""
        return self.delay if len(targets) > 1 else max(self.delay, ONE_CHANNEL)

    def digest(self, targets: Mapping[str, Target]) -> str:
        """By which it shows that a contact is another one now; it tells nobody which."""
        return self._digest(targets, self.keyring.key_id)

    def is_digest(self, digest: str, targets: Mapping[str, Target]) -> bool:
        """Whether `digest` was made of these `targets`, under whichever master key: a new one changes no contact."""
        return digest in {self._digest(targets, key_id) for key_id in self.keyring.key_ids}

    def _digest(self, targets: Mapping[str, Target], key_id: bytes) -> str:
        said = "\n".join(f"{kind} {target.address}" for kind, target in targets.items())
        return hmac.digest(self.keyring.derive(PURPOSE, key_id), said.encode(), "sha256").hex()
