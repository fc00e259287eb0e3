"""What a factor takes with it when its owner gives it up or changes it (S1, what ends)."""

from dataclasses import dataclass

from sqlalchemy import Connection

from idp.core.clock import Clock
from idp.core.events import AuthenticatorRemoved, Bus, Event, RecoveryCodesVoided, Subscriber
from idp.factors.passkey import Passkeys
from idp.factors.passkey_record import is_known_to_its_owner
from idp.factors.recovery_codes import RecoveryCodes
from idp.sessions import trust
from idp.sessions.session import Sessions
from idp.signin.needs import STRONG_STEPS
from idp.subjects.authenticators import Authenticator, of

STANDS_FOR = STRONG_STEPS - {RecoveryCodes.kind}


@dataclass(frozen=True, slots=True)
class GivingUp:
    """A subscriber, so that it holds whichever page or command removes a factor, and in the same transaction."""

    sessions: Sessions
    recovery_codes: RecoveryCodes
    bus: Bus
    clock: Clock

    def when_authenticator_removed(self, db: Connection, event: Event) -> None:
        """Ends all other sessions and all trust; with the last strong factor the recovery codes that stand in for it."""
        if not isinstance(event, AuthenticatorRemoved) or event.subject_id is None:
            return
        self.sessions.end_all(db, event.subject_id, "factor_removed", self.clock.now(), keep=event.session_id)
        trust.withdraw(db, self.sessions, event.subject_id)
        if not has_strong(db, event.subject_id) and self.recovery_codes.void(db, event.subject_id):
            self.bus.record(db, RecoveryCodesVoided(subject_id=event.subject_id, brand=event.brand))

    def ending_others(self, reason: str) -> Subscriber:
        """A subscriber: ends all sessions but the event's own, and all trust, for what may have been somebody else's too."""

        def end_others(db: Connection, event: Event) -> None:
            if event.subject_id is not None:
                self.sessions.end_all(db, event.subject_id, reason, self.clock.now(), keep=event.session_id)
                trust.withdraw(db, self.sessions, event.subject_id)

        return end_others


def has_strong(db: Connection, subject_id: str) -> bool:
    """Whether the subject has a strong factor, one that recovery codes stand in for."""
    return any(map(is_strong, of(db, subject_id)))


def is_last(db: Connection, subject_id: str, authenticator_id: str) -> bool:
    """Whether without this authenticator the subject has no strong factor left."""
    return not any(is_strong(one) and one.id != authenticator_id for one in of(db, subject_id))


def is_strong(one: Authenticator) -> bool:
    """Whether this is a strong factor, one that recovery codes stand in for."""
    # A passkey that its owner never heard of is nobody's reason to make codes that stand in for it.
    return one.kind in STANDS_FOR and (one.kind != Passkeys.kind or is_known_to_its_owner(one))
