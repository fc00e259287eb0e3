"""Attempts: a sign-in under way, with what was proven so far. Brief, so it lives in the KV; losing it means "start again"."""

import json
from dataclasses import dataclass
from datetime import timedelta

from idp.core.kv import KV
from idp.sessions.interaction import Interaction
from idp.subjects.proof import Proof, newest

LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What was proven for one interaction.

    `verifier` is the digest of the password verifier that was matched, empty where no password was given. `shared` and
    `trust` are the ticks on the pages: a shared computer, and a browser whose owner wants to be asked for less.
    """

    subject_id: str
    proofs: tuple[Proof, ...] = ()
    verifier: str = ""
    shared: bool = False
    trust: bool = False

    def proven(self, proof: Proof) -> tuple[Proof, ...]:
        """Its proofs with one more."""
        return newest((*self.proofs, proof))


class Attempts:
    """The store of attempts, one for an interaction; so it is bound to the interaction's browser."""

    def __init__(self, kv: KV) -> None:
        self._kv = kv

    def find(self, interaction: Interaction) -> Attempt | None:
        """The attempt under way; None where there is none, or it was left for too long."""
        stored = self._kv.get(_key(interaction))
        return _from_bytes(stored) if stored else None

    def keep(self, interaction: Interaction, attempt: Attempt) -> None:
        """Stores how far it has come, for a quarter of an hour from now."""
        self._kv.set(_key(interaction), _to_bytes(attempt), LIFETIME)

    def end(self, interaction: Interaction) -> None:
        """Forgets it: it became a session, or was given up."""
        self._kv.delete(_key(interaction))


def _key(interaction: Interaction) -> str:
    return f"attempt:{interaction.id}"


def _to_bytes(attempt: Attempt) -> bytes:
    plain = {name: getattr(attempt, name) for name in ("subject_id", "verifier", "shared", "trust")}
    return json.dumps(plain | {"proofs": [proof.to_dict() for proof in attempt.proofs]}).encode()


def _from_bytes(stored: bytes) -> Attempt | None:
    # What cannot be read, after an update say, is as good as gone.
    try:
        value = json.loads(stored)
        return Attempt(**{**value, "proofs": tuple(Proof.from_dict(proof) for proof in value["proofs"])})
    except (ValueError, KeyError, TypeError):
        return None
