"""The house: every part, built once and handed what it needs. The command line and the tests work with it too."""

import os
import time
from dataclasses import dataclass

from idp.app.ground import Ground
from idp.brands.registry import Brands
from idp.clients.consent import Consents
from idp.clients.keys import ClientKeys
from idp.clients.registry import Clients
from idp.core.events import SessionEnded, SubjectDisabled
from idp.core.fetcher import Fetcher
from idp.core.mail import MailDeliverer
from idp.core.outbox import Worker
from idp.core.secrets_store import kept_secret
from idp.core.signing import Sealer
from idp.core.throttle import Throttle
from idp.factors.hash_slots import HashSlots, slots_for
from idp.factors.password import Password
from idp.factors.password_hash import PasswordHasher
from idp.oidc.authorization.service import KIND as AUTHORIZE
from idp.oidc.authorization.service import Authorization
from idp.oidc.logout import KIND as LOGOUT_TOKEN
from idp.oidc.logout import LogoutNotices, LogoutTokens
from idp.oidc.tokens.code import Codes, Lifetimes
from idp.oidc.tokens.family import Families
from idp.oidc.tokens.keys import Keys
from idp.sessions.interaction import Interactions
from idp.sessions.session import Limits, Sessions
from idp.settings import Settings
from idp.subjects.pairwise import Pairwise
from idp.subjects.subjects import Subjects


@dataclass(frozen=True, slots=True)
class House:
    """All parts but the pages."""

    ground: Ground
    brands: Brands
    clients: Clients
    client_keys: ClientKeys
    consents: Consents
    subjects: Subjects
    hasher: PasswordHasher
    password: Password
    sessions: Sessions
    interactions: Interactions
    throttle: Throttle
    fetcher: Fetcher
    pairwise: Pairwise
    keys: Keys
    families: Families
    codes: Codes
    authorization: Authorization
    outbox: Worker


def build(ground: Ground) -> House:
    """Builds every part on a migrated database, and lets the subscribers listen. Raises `Misconfigured`, `BrokenFile`."""
    settings, clock, database, bus = ground.settings, ground.clock, ground.database, ground.bus
    with database.transaction() as db:
        pairwise = Pairwise(kept_secret(db, ground.keyring, "pairwise", clock))
    clients = Clients(database, clock)
    fetcher = Fetcher(settings.fetch_allow)
    sessions = Sessions(database, bus, clock, _limits(settings))
    interactions = Interactions(
        ground.kv, Sealer(ground.keyring, "request"), clock, settings.interaction_lifetime, {AUTHORIZE: "/authorize"}
    )
    keys = Keys(database, ground.keyring, clock)
    families = Families(bus)
    codes = Codes(bus, families, Lifetimes(settings.code_lifetime, settings.session_absolute, settings.offline_absolute))
    consents = Consents()
    authorization = Authorization(
        issuer=settings.issuer,
        clients=clients,
        consents=consents,
        sessions=sessions,
        interactions=interactions,
        codes=codes,
        keys=keys,
        pairwise=pairwise,
        database=database,
        bus=bus,
        clock=clock,
    )
    interactions.revivers[AUTHORIZE] = authorization.revive
    notices = LogoutNotices(sessions, pairwise, ground.keyring, clock)
    bus.subscribe(SessionEnded, notices.when_session_ended)
    bus.subscribe(SubjectDisabled, sessions.when_subject_disabled)
    hasher = _hasher(settings)
    return House(
        ground=ground,
        brands=Brands(settings.clients_file, time.monotonic),
        clients=clients,
        client_keys=ClientKeys(fetcher, clock),
        consents=consents,
        subjects=Subjects(),
        hasher=hasher,
        password=Password(hasher),
        sessions=sessions,
        interactions=interactions,
        throttle=Throttle(ground.kv, clock),
        fetcher=fetcher,
        pairwise=pairwise,
        keys=keys,
        families=families,
        codes=codes,
        authorization=authorization,
        outbox=_outbox(ground, clients, keys, fetcher),
    )


def _limits(settings: Settings) -> Limits:
    return Limits(settings.session_idle, settings.session_absolute, settings.shared_idle, settings.shared_absolute)


def _hasher(settings: Settings) -> PasswordHasher:
    cores = len(os.sched_getaffinity(0))
    return PasswordHasher(HashSlots(settings.data_dir, slots_for(cores)), settings.hash_memory_kib, settings.hash_time)


def _outbox(ground: Ground, clients: Clients, keys: Keys, fetcher: Fetcher) -> Worker:
    settings = ground.settings
    tokens = LogoutTokens(settings.issuer, clients, keys, fetcher, settings.logout_token_lifetime)
    mail = MailDeliverer(settings.mail_url, f"no-reply@{settings.host.partition(':')[0]}", ground.database, ground.clock)
    deliverers = {LOGOUT_TOKEN: tokens.deliver, "mail": mail}
    return Worker(ground.database, ground.keyring, ground.clock, deliverers)
