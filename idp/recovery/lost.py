"""The delayed reset of lost second factors: begun with two proofs, announced, stopped by anybody it is announced to, finished.

Mail alone never removes a factor: beginning takes two proofs, and finishing one more that did not come by the link's way.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus, Event
from idp.core.handles import digest, new_handle
from idp.core.language import current_language
from idp.core.outbox import Arrived, Lost
from idp.core.recovery_events import FactorResetCancelled, FactorResetReady, FactorResetStarted, RecoveryWithheld
from idp.core.sealing import Keyring
from idp.recovery import lost_notices as say
from idp.recovery import lost_store as store
from idp.recovery.lost_half_way import told
from idp.recovery.lost_notices import Links, LostNotices, Telling
from idp.recovery.lost_objections import may_object, objection
from idp.recovery.lost_proofs import LostProofs, Proven
from idp.recovery.lost_store import Beginning, Reset
from idp.sessions.interaction import Interaction
from idp.signin.contacts import Target
from idp.subjects.subjects import Subject

PURPOSE = "factor reset"


@dataclass(frozen=True, slots=True)
class Begun:
    """It runs: factors can be removed from `ready_at` on, and the owner was told at `shown`, masked."""

    ready_at: datetime
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotProven:
    """More is to be proven first."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """One runs already, or three were begun within a week."""

    running: bool


@dataclass(frozen=True, slots=True)
class LostResets:
    """Collaborators."""

    database: Database
    clock: Clock
    bus: Bus
    keyring: Keyring
    proofs: LostProofs
    notices: LostNotices

    def begin(self, interaction: Interaction) -> Begun | NotProven | NotNow:
        """Begins the reset for which two proofs were given in `interaction`, and tells its owner on every channel."""
        now = self.clock.now()
        with self.database.transaction() as db:
            standing = self.proofs.standing(db, interaction, now)
            if not isinstance(standing, Proven) or standing.reset is not None:
                return NotProven()
            begun = self.start(db, standing.subject, interaction.brand, standing.given, say.STARTED, current_language())
        if isinstance(begun, Begun):
            self.proofs.attempts.end(interaction)
        return begun

    def start(
        self, db: Connection, subject: Subject, brand: str | None, given: tuple[str, ...], telling: Telling, language: str
    ) -> Begun | NotNow:
        """Begins a reset on the proofs `given`, which the caller has judged to be enough, and tells its owner.

        It is told in `language` where the subject has none on file.
        """
        now, targets, stop = self.clock.now(), self.proofs.reach.targets(db, subject), new_handle()
        ready_at = now + self.proofs.reach.wait(targets)
        new = self._new(subject, brand, given, targets, stop, ready_at, language)
        if not store.begin(db, new, now):
            refused = RecoveryWithheld(subject_id=subject.id, brand=brand, outcome="refused", reason="resets")
            self.bus.record(db, refused)
            return NotNow(store.running(db, subject.id) is not None)
        began = FactorResetStarted(subject_id=subject.id, brand=brand, kinds=new.proofs, ready_at=ready_at.isoformat())
        self.bus.record(db, began)
        self.notices.tell(db, subject, brand, targets, telling, ready_at, Links(stop), language)
        return Begun(ready_at, tuple(target.shown for target in targets.values()))

    def stoppable(self, stop_digest: str) -> Reset | None:
        """The reset that a link of its notices stops. Uses nothing up."""
        with self.database.reading() as db:
            return store.by_stop(db, stop_digest)

    def stop(self, stop_digest: str) -> bool:
        """Stops it; False where there is nothing to stop any more."""
        with self.database.transaction() as db:
            reset = store.by_stop(db, stop_digest)
            return reset is not None and self.cancel(db, reset, "link")

    def running(self, db: Connection, subject_id: str) -> Reset | None:
        """The reset of this subject that runs."""
        return store.running(db, subject_id)

    def cancel(self, db: Connection, reset: Reset, reason: str) -> bool:
        """Ends a reset without its having removed anything, and tells its owner; one of many callers does."""
        now = self.clock.now()
        if not store.end(db, reset, reason, now):
            return False
        self.bus.record(db, FactorResetCancelled(subject_id=reset.subject_id, brand=reset.brand, reason=reason))
        subject = self.proofs.subjects.get(db, reset.subject_id)
        if subject is not None and not subject.disabled:
            self._tell(db, subject, reset, say.STOPPED, now, Links())
        return True

    def tick(self, batch: int) -> int:
        """What time brings about: tells of up to `batch` resets, and ends those left for too long. Returns how many."""
        done = 0
        acts = ((store.half_way, self._half_way), (store.ripe, self._ripe), (store.lapsed, self._lapsed))
        for due, act in acts:
            with self.database.reading() as db:
                resets = due(db, self.clock.now(), batch)
            for reset in resets:
                self._act(reset, act)
            done += len(resets)
        return done

    def when_objected(self, db: Connection, event: Event) -> None:
        """Ends the reset that runs, where the event says that nothing was lost or that it is not its owner's wish."""
        reset = store.running(db, event.subject_id or "") if may_object(event) else None
        reason = objection(db, event, reset.proofs, reset.started_at) if reset is not None else ""
        if reset is not None and reason:
            self.cancel(db, reset, reason)

    def _new(
        self,
        subject: Subject,
        brand: str | None,
        given: tuple[str, ...],
        targets: Mapping[str, Target],
        stop: str,
        ready_at: datetime,
        language: str,
    ) -> Beginning:
        return Beginning(
            id=f"r_{secrets.token_urlsafe(16)}",
            subject_id=subject.id,
            brand=brand,
            language=language,
            proofs=" ".join(given),
            contacts_digest=self.proofs.reach.digest(targets),
            ready_at=ready_at,
            stop_digest=digest(stop),
            stop_sealed=self.keyring.seal(stop.encode(), PURPOSE),
        )

    def _act(self, reset: Reset, act: Callable[[Connection, Subject, Reset, datetime], object]) -> None:
        with self.database.transaction() as db:
            owner = self.proofs.owner(db, reset)
            if isinstance(owner, str):
                self.cancel(db, reset, owner)
            else:
                act(db, owner, reset, self.clock.now())

    def _half_way(self, db: Connection, subject: Subject, reset: Reset, now: datetime) -> None:
        if store.told_half_way(db, reset, now):
            self._tell(db, subject, reset, say.HALF_WAY, reset.ready_after(now), self._links(reset), reset)

    def _ripe(self, db: Connection, subject: Subject, reset: Reset, now: datetime) -> None:
        # What never arrived is no warning, whoever was away: the worker, or those who carry mails and texts.
        fate = told(db, reset.id)
        if isinstance(fate, Lost):
            self.cancel(db, reset, "unreachable")
        elif (later := reset.ready_after(fate.at or reset.middle_at if isinstance(fate, Arrived) else now)) > now:
            store.put_off(db, reset, later)
        else:
            self._ready(db, subject, reset, now)

    def _ready(self, db: Connection, subject: Subject, reset: Reset, now: datetime) -> None:
        finish = new_handle()
        if store.told_ready(db, reset, digest(finish), now):
            self.bus.record(db, FactorResetReady(subject_id=subject.id, brand=reset.brand))
            self._tell(db, subject, reset, say.READY, now + store.FINISH_WITHIN, self._links(reset, finish))

    def _lapsed(self, db: Connection, _subject: Subject, reset: Reset, _now: datetime) -> None:
        self.cancel(db, reset, "lapsed")

    def _links(self, reset: Reset, finish: str = "") -> Links:
        return Links(self.keyring.open(reset.stop_sealed, PURPOSE).decode(), finish)

    def _tell(
        self,
        db: Connection,
        subject: Subject,
        reset: Reset,
        telling: Telling,
        when: datetime,
        links: Links,
        half_way: Reset | None = None,
    ) -> None:
        targets = self.proofs.reach.targets(db, subject)
        self.notices.tell(db, subject, reset.brand, targets, telling, when, links, reset.language, half_way)
