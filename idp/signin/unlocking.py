"""The owner's answer to the mail about a lock: "it was me", which opens it, or "not me", which ends what runs.

Either uses the link up. Where time alone opens no lock, a mailbox alone must not either: who has a second step proves it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import NotMe
from idp.sessions import known_browsers
from idp.sessions.interaction import Interaction
from idp.signin import unlock_links
from idp.signin.gate import Gate
from idp.signin.locking import BY_OWNER, Locking
from idp.signin.outcomes import Browser
from idp.signin.unlock_links import UnlockLink
from idp.signin.vouching import Vouching

KIND, RESUME = "unlock", "/unlock/resume"
LINK = "link"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the link does, under `brand`; `steps`: a second step is proven first."""

    brand: str
    steps: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The link is used up and what it was for is done, as `brand` says it."""

    brand: str


@dataclass(frozen=True, slots=True)
class LinkOver:
    """There is no such link, or no longer."""


@dataclass(frozen=True, slots=True)
class NotVouched:
    """A second step is still to be proven."""


@dataclass(frozen=True, slots=True)
class Unlocking:
    """Collaborators. Links are named by the digest of their handle."""

    database: Database
    clock: Clock
    locking: Locking
    gate: Gate
    vouching: Vouching

    def asked(self, handle_digest: str) -> Asked | LinkOver:
        """What the link would do. Uses nothing up."""
        now = self.clock.now()
        with self.database.reading() as db:
            link = unlock_links.find(db, handle_digest, now)
            return Asked(link.brand, self._takes_steps(db, link, now)) if link else LinkOver()

    def begin(self, handle_digest: str, browser: str) -> Interaction | LinkOver:
        """Parks the way to `unlock`, through the gate, which asks for a second step that is left."""
        with self.database.reading() as db:
            link = unlock_links.find(db, handle_digest, self.clock.now())
        if link is None:
            return LinkOver()
        return self.vouching.begin(KIND, link.subject_id, link.brand, browser, **{LINK: handle_digest})

    def unlock(self, interaction: Interaction, browser: Browser) -> Answered | LinkOver | NotVouched:
        """Ends every lock of the owner, once what it takes was proven in `interaction`."""
        now, handle_digest = self.clock.now(), str(interaction.request.get(LINK, ""))
        with self.database.transaction() as db:
            link = unlock_links.find(db, handle_digest, now)
            if link is None:
                return LinkOver()
            self.locking.hold(db, link.subject_id)  # before it is judged: a stricter lock may fall meanwhile
            vouched = self.vouching.is_done(db, interaction, browser, link.subject_id)
            if self._takes_steps(db, link, now) and not vouched:
                return NotVouched()
            if unlock_links.use(db, handle_digest, now) is None:
                return LinkOver()
            self.locking.release(db, link.subject_id, BY_OWNER, now)
        self.vouching.end(interaction)
        return Answered(link.brand)

    def deny(self, handle_digest: str) -> Answered | LinkOver:
        """Ends all sessions and tokens of the owner (S1, "not me") and leaves the lock.

        No browser is trusted any more. Those without a lock of their own stay known, for they are the owner's way past it.
        """
        now = self.clock.now()
        with self.database.transaction() as db:
            link = unlock_links.find(db, handle_digest, now)
            if link is None:
                return LinkOver()
            self.vouching.progress.sessions.hold_all(db, link.subject_id, now)  # before the link, as whoever voids it does
            if unlock_links.use(db, handle_digest, now) is None:
                return LinkOver()
            known_browsers.distrust_all(db, link.subject_id)
            for browser in self._locks(db, link, now):
                known_browsers.forget(db, link.subject_id, browser)
            self.locking.bus.record(db, NotMe(subject_id=link.subject_id, brand=link.brand, reason="lock"))
        return Answered(link.brand)

    def _takes_steps(self, db: Connection, link: UnlockLink, now: datetime) -> bool:
        # A lock of another brand may have fallen since the mail: each that would open is asked.
        strict = is_strict(self.gate, {link.brand, *self._locks(db, link, now).values()})
        return strict and self.vouching.is_needed(db, link.subject_id, link.brand)

    def _locks(self, db: Connection, link: UnlockLink, now: datetime) -> dict[str, str | None]:
        lockout = self.locking.lockout
        return lockout.locks(db, lockout.who(link.subject_id), now)


def is_strict(gate: Gate, brands: Iterable[str | None]) -> bool:
    """Whether any of the brands where locks fell asks for a second step before its lock opens."""
    return any(gate.policy(brand).unlock_asks_second_step for brand in brands)
