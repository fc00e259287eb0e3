"""The house: every part, built once and handed what it needs. The command line and the tests work with it too."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from idp.app.deliveries import outbox_worker
from idp.app.ground import Ground
from idp.brands.registry import Brands
from idp.clients.audiences import Audiences
from idp.clients.consent import Consents
from idp.clients.keys import ClientKeys
from idp.clients.registry import Clients
from idp.core.errors import Unavailable
from idp.core.events import AccountClosing, AuthenticatorRemoved, ConsentWithdrawn, NotMe, SessionEnded, SubjectDisabled
from idp.core.fetcher import Fetcher
from idp.core.kv import epoch
from idp.core.outbox import Worker
from idp.core.places import Places, read_places
from idp.core.secrets_store import kept_secret
from idp.core.signing import Sealer
from idp.core.throttle import Quota, Throttle
from idp.factors.hash_slots import HashSlots, slots_for
from idp.factors.mail_code import MailCode
from idp.factors.passkey import Passkeys
from idp.factors.passkey_ceremony import relying_party
from idp.factors.password import Password
from idp.factors.password_hash import PasswordHasher
from idp.factors.recovery_codes import RecoveryCodes
from idp.factors.sent_code import SentCodes
from idp.factors.text_code import TextCode
from idp.factors.totp import Totp
from idp.oidc.authorization.service import KIND as AUTHORIZE
from idp.oidc.authorization.service import Authorization
from idp.oidc.logout import LogoutNotices
from idp.oidc.tokens.access import AccessTokens
from idp.oidc.tokens.code import Codes, Lifetimes
from idp.oidc.tokens.family import Families
from idp.oidc.tokens.identity import IdTokens
from idp.oidc.tokens.inspection import Inspection
from idp.oidc.tokens.issuance import Issuance
from idp.oidc.tokens.keys import Keys
from idp.oidc.tokens.minting import Minting
from idp.oidc.tokens.refresh import Limits as RefreshLimits
from idp.oidc.tokens.refresh import RefreshTokens
from idp.selfservice.own import KIND as OWN
from idp.selfservice.own import RESUME
from idp.sessions.interaction import Interactions
from idp.sessions.limits import Limits
from idp.sessions.session import Sessions
from idp.settings import Settings
from idp.signin.gate import Gate
from idp.signin.giving_up import GivingUp
from idp.signin.locking import Locking
from idp.signin.lockout import Lockout
from idp.subjects.pairwise import Pairwise
from idp.subjects.subjects import Subjects

# A parked request fills some KiB of the KV for half an hour and asks for no credential. One source, which may be a whole
# office or a mobile network, begins this many; an attacker behind one address fills no store.
MOST_PARKED = 3000
PARKING_WINDOW = timedelta(minutes=5)
# Who resumes a parked request, by kind.
RESUMED_AT = {AUTHORIZE: "/authorize", OWN: RESUME}


@dataclass(frozen=True, slots=True)
class People:
    """Who signs in, how they prove it, and what we remember of their browsers."""

    subjects: Subjects
    hasher: PasswordHasher
    password: Password
    passkeys: Passkeys
    sessions: Sessions
    interactions: Interactions
    pairwise: Pairwise
    totp: Totp
    recovery_codes: RecoveryCodes
    sent_codes: SentCodes
    text_code: TextCode
    mail_code: MailCode


@dataclass(frozen=True, slots=True)
class Parties:
    """Under whose name, and for whom."""

    brands: Brands
    clients: Clients
    client_keys: ClientKeys
    consents: Consents
    fetcher: Fetcher


@dataclass(frozen=True, slots=True)
class Protocol:
    """What relying parties come for."""

    keys: Keys
    authorization: Authorization
    issuance: Issuance
    inspection: Inspection
    outbox: Worker


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
    places: Places


def build(ground: Ground) -> House:
    """Builds every part on a migrated database, and lets the subscribers listen. Raises `Misconfigured`, `BrokenFile`."""
    places = read_places(ground.settings.places_file)
    throttle = Throttle(ground.kv, ground.clock)
    parking = Quota(throttle, "park", MOST_PARKED, PARKING_WINDOW)
    people = _people(ground, parking)
    parties = _parties(ground)
    gate = Gate(parties.brands, people.recovery_codes)
    protocol = _protocol(ground, people, parties, gate)
    people.interactions.revivers[AUTHORIZE] = protocol.authorization.revive
    notices = LogoutNotices(people.sessions, people.pairwise, ground.keyring, ground.clock)
    ground.bus.subscribe(SessionEnded, notices.when_session_ended)
    ground.bus.subscribe(SubjectDisabled, people.sessions.ending("disabled"))
    ground.bus.subscribe(SubjectDisabled, protocol.issuance.families.when_subject_disabled)
    giving_up = GivingUp(people.sessions, people.recovery_codes, ground.bus, ground.clock)
    ground.bus.subscribe(AuthenticatorRemoved, giving_up.when_authenticator_removed)
    ground.bus.subscribe(AuthenticatorRemoved, protocol.issuance.families.when_authenticator_removed)
    ground.bus.subscribe(AccountClosing, people.sessions.ending("closing"))
    ground.bus.subscribe(AccountClosing, protocol.issuance.families.when_account_closing)
    ground.bus.subscribe(ConsentWithdrawn, protocol.issuance.families.when_consent_withdrawn)
    ground.bus.subscribe(ConsentWithdrawn, notices.when_consent_withdrawn)
    ground.bus.subscribe(NotMe, people.sessions.ending("not_me"))
    ground.bus.subscribe(NotMe, protocol.issuance.families.when_not_me)
    with suppress(Unavailable):
        # What is signed before the KV has its epoch is refused as a possible replay: the first client must not meet that.
        epoch(ground.kv, ground.clock)
    locking = Locking(Lockout(ground.keyring.derive("lockout")), parties.brands, ground.bus)
    return House(ground, throttle, parking, people, parties, protocol, locking, gate, places)


def _people(ground: Ground, parking: Quota) -> People:
    settings, clock = ground.settings, ground.clock
    with ground.database.transaction() as db:
        pairwise = Pairwise(kept_secret(db, ground.keyring, "pairwise", clock))
    limits = Limits(settings.session_idle, settings.session_absolute, settings.shared_idle, settings.shared_absolute)
    sealer = Sealer(ground.keyring, "request")
    hasher, sent_codes = _hasher(settings), SentCodes(ground.keyring)
    return People(
        subjects=Subjects(),
        hasher=hasher,
        password=Password(hasher),
        passkeys=Passkeys(ground.kv, ground.bus, relying_party(settings.issuer)),
        sessions=Sessions(ground.database, ground.bus, clock, limits),
        interactions=Interactions(ground.kv, sealer, clock, settings.interaction_lifetime, RESUMED_AT, parking),
        pairwise=pairwise,
        totp=Totp(ground.keyring),
        recovery_codes=RecoveryCodes(),
        sent_codes=sent_codes,
        text_code=TextCode(ground.keyring, sent_codes),
        mail_code=MailCode(sent_codes),
    )


def _hasher(settings: Settings) -> PasswordHasher:
    cores = len(os.sched_getaffinity(0))
    return PasswordHasher(HashSlots(settings.data_dir, slots_for(cores)), settings.hash_memory_kib, settings.hash_time)


def _parties(ground: Ground) -> Parties:
    fetcher = Fetcher(ground.settings.fetch_allow)
    return Parties(
        brands=Brands(ground.settings.clients_file, time.monotonic),
        clients=Clients(ground.database, ground.clock),
        client_keys=ClientKeys(fetcher, ground.clock),
        consents=Consents(),
        fetcher=fetcher,
    )


def _protocol(ground: Ground, people: People, parties: Parties, gate: Gate) -> Protocol:
    keys = Keys(ground.database, ground.keyring, ground.clock)
    issuance = _issuance(ground, people, keys)
    authorization = Authorization(
        issuer=ground.settings.issuer,
        clients=parties.clients,
        consents=parties.consents,
        sessions=people.sessions,
        interactions=people.interactions,
        codes=issuance.codes,
        keys=keys,
        pairwise=people.pairwise,
        subjects=people.subjects,
        gate=gate,
        database=ground.database,
        bus=ground.bus,
        clock=ground.clock,
    )
    inspection = Inspection(
        issuer=ground.settings.issuer,
        clients=parties.clients,
        families=issuance.families,
        access_tokens=issuance.minting.access_tokens,
        refresh_tokens=issuance.refresh_tokens,
        pairwise=people.pairwise,
    )
    return Protocol(keys, authorization, issuance, inspection, outbox_worker(ground, parties.clients, parties.fetcher, keys))


def _issuance(ground: Ground, people: People, keys: Keys) -> Issuance:
    settings = ground.settings
    families = Families(ground.bus, ground.clock)
    lifetimes = Lifetimes(settings.code_lifetime, settings.session_absolute, settings.offline_absolute)
    minting = Minting(
        issuer=settings.issuer,
        access_tokens=AccessTokens(settings.issuer, keys, ground.keyring),
        id_tokens=IdTokens(settings.issuer, keys, settings.id_token_lifetime),
        pairwise=people.pairwise,
        audiences=Audiences(ground.database, ground.clock),
        access_token_lifetime=settings.access_token_lifetime,
    )
    return Issuance(
        database=ground.database,
        bus=ground.bus,
        clock=ground.clock,
        sessions=people.sessions,
        families=families,
        codes=Codes(ground.bus, families, lifetimes),
        refresh_tokens=RefreshTokens(
            ground.bus, ground.keyring, families, RefreshLimits(settings.offline_idle, settings.refresh_grace)
        ),
        minting=minting,
    )
