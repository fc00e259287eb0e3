"""The house: every part, built once and handed what it needs. The command line and the tests work with it too."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from idp.app.ground import Ground
from idp.app.people import Parties, People, build_parties, build_people
from idp.app.protocol import Protocol, build_protocol
from idp.core.errors import Unavailable
from idp.core.events import (
    AccountClosing,
    AuthenticatorRemoved,
    EmailChanged,
    NotMe,
    PasswordChanged,
    PhoneChanged,
    SessionEnded,
    SubjectDisabled,
)
from idp.core.kv import epoch
from idp.core.places import Places, read_places
from idp.core.protocol_events import ConsentWithdrawn
from idp.core.throttle import Quota, Throttle
from idp.oidc.authorization.service import KIND as AUTHORIZE
from idp.oidc.logout import LogoutNotices
from idp.recovery.cases import Cases
from idp.signin.gate import Gate
from idp.signin.giving_up import GivingUp
from idp.signin.locking import Locking
from idp.signin.lockout import Lockout
from idp.signin.new_password import NewPasswords

# A parked request fills some KiB of the KV for half an hour and asks for no credential. One source, which may be a whole
# office or a mobile network, begins this many; an attacker behind one address fills no store.
MOST_PARKED = 3000
PARKING_WINDOW = timedelta(minutes=5)
# What ends all sessions, families and trust but those of the session that did it (S1, what ends), and for what reason.
ENDS_OTHERS = (
    (PasswordChanged, "password_changed"),
    (EmailChanged, "email_changed"),
    (PhoneChanged, "phone_changed"),
)


@dataclass(frozen=True, slots=True)
class House:
    """All parts but the pages."""

    ground: Ground
    throttle: Throttle
    parking: Quota
    people: People
    parties: Parties
    protocol: Protocol
    locking: Locking
    gate: Gate
    new_passwords: NewPasswords
    recovery_cases: Cases
    places: Places


def build(ground: Ground) -> House:
    """Builds every part on a migrated database, and lets the subscribers listen. Raises `Misconfigured`, `BrokenFile`."""
    places = read_places(ground.settings.places_file)
    throttle = Throttle(ground.kv, ground.clock)
    parking = Quota(throttle, "park", MOST_PARKED, PARKING_WINDOW)
    people = build_people(ground, parking)
    parties = build_parties(ground)
    gate = Gate(parties.brands, people.recovery_codes)
    protocol = build_protocol(ground, people, parties, gate)
    people.interactions.revivers[AUTHORIZE] = protocol.authorization.revive
    notices = LogoutNotices(people.sessions, people.pairwise, ground.keyring, ground.clock)
    ground.bus.subscribe(SessionEnded, notices.when_session_ended)
    ground.bus.subscribe(SubjectDisabled, people.sessions.ending("disabled"))
    ground.bus.subscribe(SubjectDisabled, protocol.issuance.families.when_subject_disabled)
    giving_up = GivingUp(people.sessions, people.recovery_codes, ground.bus, ground.clock)
    ground.bus.subscribe(AuthenticatorRemoved, giving_up.when_authenticator_removed)
    ground.bus.subscribe(AuthenticatorRemoved, protocol.issuance.families.when_authenticator_removed)
    for kind, reason in ENDS_OTHERS:
        ground.bus.subscribe(kind, giving_up.ending_others(reason))
        ground.bus.subscribe(kind, protocol.issuance.families.ending_others(reason))
    ground.bus.subscribe(ConsentWithdrawn, protocol.issuance.families.when_consent_withdrawn)
    ground.bus.subscribe(ConsentWithdrawn, notices.when_consent_withdrawn)
    ground.bus.subscribe(AccountClosing, people.sessions.ending("closing"))
    ground.bus.subscribe(AccountClosing, protocol.issuance.families.when_account_closing)
    ground.bus.subscribe(NotMe, people.sessions.ending("not_me"))
    ground.bus.subscribe(NotMe, protocol.issuance.families.when_not_me)
    with suppress(Unavailable):
        # What is signed before the KV has its epoch is refused as a possible replay: the first client must not meet that.
        epoch(ground.kv, ground.clock)
    locking = Locking(Lockout(ground.keyring.derive("lockout")), parties.brands, ground.bus)
    new_passwords = NewPasswords(people.hasher, parties.brands, ground.bus)
    return House(
        ground,
        throttle,
        parking,
        people,
        parties,
        protocol,
        locking,
        gate,
        new_passwords,
        Cases(ground.keyring),
        places,
    )
