"""What ends with what (S1, what ends): who listens to the events that end sessions, token families and trust."""

from idp.admin.access_given import AccessGiven
from idp.admin.roles import Roles
from idp.app.ground import Ground
from idp.app.people import People
from idp.app.protocol import Protocol
from idp.clients.initial_access import InitialAccessTokens
from idp.core.account_events import AccountClosing, EmailChanged, PhoneChanged
from idp.core.events import AuthenticatorRemoved, Event, NotMe, PasswordChanged, SessionEnded, SubjectDisabled, Subscriber
from idp.core.protocol_events import ClientBecameAnother, ClientDeleted, ConsentWithdrawn
from idp.core.staff_events import RoleRevoked
from idp.oidc.logout import LogoutNotices
from idp.signin.giving_up import GivingUp

# What ends all sessions, families and trust but those of the session that did it, and for what reason.
OTHERS: tuple[tuple[type[Event], str], ...] = (
    (PasswordChanged, "password_changed"),
    (EmailChanged, "email_changed"),
    (PhoneChanged, "phone_changed"),
)


def let_end(ground: Ground, people: People, protocol: Protocol) -> None:
    """Subscribes everything that ends, in the order in which it does."""
    sessions, families = people.sessions, protocol.issuance.families
    notices = LogoutNotices(people.pairwise, ground.keyring, ground.clock)
    giving_up = GivingUp(sessions, people.recovery_codes, ground.bus, ground.clock)
    given = AccessGiven(Roles(people.subjects, ground.bus), InitialAccessTokens(ground.bus), ground.clock)
    listeners: tuple[tuple[type[Event], Subscriber], ...] = (
        (SessionEnded, notices.when_session_ended),
        (SubjectDisabled, sessions.ending("disabled")),
        (SubjectDisabled, families.when_subject_disabled),
        (AuthenticatorRemoved, giving_up.when_authenticator_removed),
        (AuthenticatorRemoved, families.when_authenticator_removed),
        *((kind, giving_up.ending_others(reason)) for kind, reason in OTHERS),
        *((kind, families.ending_others(reason)) for kind, reason in OTHERS),
        (ConsentWithdrawn, families.when_consent_withdrawn),
        (ConsentWithdrawn, notices.when_consent_withdrawn),
        (ClientBecameAnother, families.when_client_became_another),
        (ClientDeleted, families.when_client_deleted),
        (RoleRevoked, given.when_role_revoked),
        (SubjectDisabled, given.when_disabled),
        (AccountClosing, sessions.ending("closing")),
        (AccountClosing, families.when_account_closing),
        (NotMe, sessions.ending("not_me")),
        (NotMe, families.when_not_me),
    )
    for kind, listener in listeners:
        ground.bus.subscribe(kind, listener)
