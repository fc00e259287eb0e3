"""The house: every part, built once and handed what it needs. The command line and the tests work with it too."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from idp.app.ends import let_end
from idp.app.ground import Ground
from idp.app.people import Parties, People, build_parties, build_people
from idp.app.programs import follow_programs
from idp.app.protocol import Protocol, build_protocol
from idp.core.errors import Unavailable
from idp.core.events import PasswordChanged
from idp.core.kv import epoch
from idp.core.places import Places, read_places
from idp.core.throttle import Quota, Throttle
from idp.oidc.authorization.service import KIND as AUTHORIZE
from idp.recovery.asked import AskedCases
from idp.recovery.cases import Cases
from idp.signin.gate import Gate
from idp.signin.locking import Locking
from idp.signin.lockout import Lockout
from idp.signin.new_password import NewPasswords

# A parked request fills some KiB of the KV for half an hour and asks for no credential. One source, which may be a whole
# office or a mobile network, begins this many; an attacker behind one address fills no store.
MOST_PARKED = 3000
PARKING_WINDOW = timedelta(minutes=5)


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
    asked_cases: AskedCases
    recovery_cases: Cases
    places: Places


def build(ground: Ground, *, last_good: bool = False) -> House:
    """Builds every part on a migrated database, and lets the subscribers listen. Raises `Misconfigured`, `BrokenFile`.

    With `last_good`, a clients.yaml that is broken gives way to the one that was in force before.
    """
    places = read_places(ground.settings.places_file)
    throttle = Throttle(ground.kv, ground.clock)
    parking = Quota(throttle, "park", MOST_PARKED, PARKING_WINDOW)
    people = build_people(ground, parking)
    parties = build_parties(ground, last_good=last_good)
    gate = Gate(parties.brands, people.recovery_codes)
    protocol = build_protocol(ground, people, parties, gate)
    people.interactions.revivers[AUTHORIZE] = protocol.authorization.revive
    let_end(ground, people, protocol)
    follow_programs(ground, people, parties)
    with suppress(Unavailable):
        # What is signed before the KV has its epoch is refused as a possible replay: the first client must not meet that.
        epoch(ground.kv, ground.clock)
    locking = Locking(Lockout(ground.keyring.derive("lockout")), parties.brands, ground.bus)
    new_passwords = NewPasswords(people.hasher, people.sessions, parties.brands, ground.bus)
    asked_cases, cases = AskedCases(ground.keyring), Cases(ground.keyring, ground.clock)
    ground.bus.subscribe(PasswordChanged, cases.when_password_changed)
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
        asked_cases,
        cases,
        places,
    )
