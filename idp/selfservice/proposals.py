"""Secrets proposed to an authenticator app and not confirmed yet. A page shows them; none is ever taken from a form (S3.7)."""

from dataclasses import dataclass
from datetime import timedelta

from idp.core.kv import KV
from idp.core.sealing import Keyring, Unsealable
from idp.factors.totp import Proposal, Totp, proposal
from idp.selfservice.own import Owner

LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Proposals:
    """One secret for a session at a time, so that reloading the page does not change what was scanned."""

    kv: KV
    keyring: Keyring
    totp: Totp

    def show(self, owner: Owner, issuer: str) -> Proposal:
        """The secret proposed to this session, a new one where there is none. The app will call it by `issuer`."""
        account = owner.subject.username
        kept = self.find(owner)
        if kept is not None:
            return proposal(kept, account, issuer)
        fresh = self.totp.propose(account, issuer)
        sealed = self.keyring.seal(fresh.secret.encode(), _purpose(owner))
        if self.kv.add(_key(owner), sealed, LIFETIME):
            return fresh
        # Two tabs at once: both show what came first.
        return proposal(self.find(owner) or fresh.secret, account, issuer)

    def find(self, owner: Owner) -> str | None:
        """The secret, in base32; None where none is proposed, or it was left for too long."""
        sealed = self.kv.get(_key(owner))
        try:
            return self.keyring.open(sealed, _purpose(owner)).decode() if sealed else None
        except Unsealable:
            return None

    def end(self, owner: Owner) -> None:
        """Forgets it: it was confirmed."""
        self.kv.delete(_key(owner))


def _key(owner: Owner) -> str:
    return f"totp-proposal:{owner.session.id}"


def _purpose(owner: Owner) -> str:
    return f"totp proposal {owner.session.id} {owner.subject.id}"
