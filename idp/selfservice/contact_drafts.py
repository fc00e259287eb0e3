"""A contact that waits for its codes: what was typed once stays here, so that a form brings the code alone (S3.7)."""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from idp.core.kv import KV
from idp.core.sealing import Keyring, Unsealable
from idp.selfservice.own import Owner

LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to become the contact, empty for none. `by` is the kind of code that is asked for now.

    `vouched`: nothing but the new contact's own code is missing; else one comes first from a contact that is held already.
    """

    value: str
    vouched: bool
    by: str


@dataclass(frozen=True, slots=True)
class Drafts:
    """The store: one draft for a session and a kind of contact, sealed."""

    kv: KV
    keyring: Keyring

    def keep(self, owner: Owner, kind: str, draft: Draft) -> None:
        """Remembers it, in place of any other, for a quarter of an hour."""
        sealed = self.keyring.seal(json.dumps(asdict(draft)).encode(), _purpose(owner, kind))
        self.kv.set(_key(owner, kind), sealed, LIFETIME)

    def find(self, owner: Owner, kind: str) -> Draft | None:
        """What waits; None where nothing does, or no longer."""
        sealed = self.kv.get(_key(owner, kind))
        try:
            return Draft(**json.loads(self.keyring.open(sealed, _purpose(owner, kind)))) if sealed else None
        except Unsealable:
            return None

    def drop(self, owner: Owner, kind: str) -> None:
        """Forgets it."""
        self.kv.delete(_key(owner, kind))


def _key(owner: Owner, kind: str) -> str:
    return f"own-contact:{kind}:{owner.session.id}"


def _purpose(owner: Owner, kind: str) -> str:
    return f"own {kind} {owner.session.id} {owner.subject.id}"
