"""Who signs in and under whose name: the parts that know subjects, browsers, brands and clients."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from idp.activation.desk import DONE_AT, LINK_AT
from idp.activation.desk import KIND as ACTIVATE
from idp.activation.desk import LINK_KIND as ACTIVATE_LINK
from idp.admin.console import KIND as CONSOLE
from idp.admin.console import RESUME as CONSOLE_RESUME
from idp.app.clients_file import read_clients_file
from idp.app.ground import Ground
from idp.brands.brand import Brand
from idp.brands.registry import Brands, read_brands
from idp.clients import in_force
from idp.clients.consent import Consents
from idp.clients.keys import ClientKeys
from idp.clients.registry import Clients
from idp.clients.sectors import Sectors
from idp.core.fetcher import Fetcher, believing
from idp.core.key_sets import KeySets
from idp.core.metrics import HASH_REFUSED, HASH_WAITING
from idp.core.secrets_store import kept_secret
from idp.core.signing import Sealer
from idp.core.throttle import Quota
from idp.core.yaml_lines import BrokenFile, load, parse
from idp.factors.hash_slots import HashSlots, Told, slots_for
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
from idp.recovery.lost_finishing import KIND as LOST
from idp.recovery.lost_finishing import RESUME as LOST_RESUME
from idp.recovery.recovering import KIND as RECOVERY
from idp.recovery.recovering import RESUME as RECOVERY_RESUME
from idp.selfservice.own import KIND as OWN
from idp.selfservice.own import RESUME
from idp.sessions.interaction import Interactions
from idp.sessions.limits import Limits
from idp.sessions.session import Sessions
from idp.signin.unlocking import KIND as UNLOCK
from idp.signin.unlocking import RESUME as UNLOCK_RESUME
from idp.subjects.closed_names import ClosedNames
from idp.subjects.pairwise import Pairwise
from idp.subjects.subjects import Subjects

# Who resumes a parked request, by kind.
RESUMED_AT = {
    RECOVERY: RECOVERY_RESUME,
    LOST: LOST_RESUME,
    AUTHORIZE: "/authorize",
    OWN: RESUME,
    CONSOLE: CONSOLE_RESUME,
    UNLOCK: UNLOCK_RESUME,
    ACTIVATE: DONE_AT,
    ACTIVATE_LINK: LINK_AT,
}


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
    key_sets: KeySets
    consents: Consents
    fetcher: Fetcher
    sectors: Sectors


def build_people(ground: Ground, parking: Quota) -> People:
    """The parts about people. `parking` limits what one source may begin."""
    settings, clock = ground.settings, ground.clock
    with ground.database.transaction() as db:
        pairwise = Pairwise(kept_secret(db, ground.keyring, "pairwise", clock))
        closed_names = ClosedNames(kept_secret(db, ground.keyring, "closed names", clock))
    limits = Limits(
        idle=settings.session_idle,
        absolute=settings.session_absolute,
        shared_idle=settings.shared_idle,
        shared_absolute=settings.shared_absolute,
        staff_idle=settings.staff_idle,
    )
    sealer = Sealer(ground.keyring, "request")
    hasher, sent_codes = _hasher(ground), SentCodes(ground.keyring)
    return People(
        subjects=Subjects(closed_names),
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


def _hasher(ground: Ground) -> PasswordHasher:
    settings, meter, cores = ground.settings, ground.meter, len(os.sched_getaffinity(0))
    told = Told(lambda more: meter.add(HASH_WAITING, by=more), lambda: meter.add(HASH_REFUSED))
    slots = HashSlots(settings.data_dir, slots_for(cores), told=told)
    return PasswordHasher(slots, settings.hash_memory_kib, settings.hash_time)


def build_parties(ground: Ground, *, last_good: bool) -> Parties:
    """The parts about brands and clients. A broken file may give way to the `last_good` one.

    Raises `Misconfigured`, and `BrokenFile` where nothing takes the file's place.
    """
    settings = ground.settings
    fetcher = Fetcher(settings.fetch_allow, tls=believing(settings.fetch_ca_file))
    key_sets = KeySets(fetcher, ground.clock)
    return Parties(
        brands=Brands(_brands(ground, last_good)),
        clients=Clients(ground.database, ground.clock),
        client_keys=ClientKeys(key_sets),
        key_sets=key_sets,
        consents=Consents(),
        fetcher=fetcher,
        sectors=Sectors(fetcher),
    )


def _brands(ground: Ground, last_good: bool) -> Mapping[str, Brand]:
    path = ground.settings.clients_file
    try:
        return read_clients_file(ground.settings).brands if last_good else read_brands(load(path))
    except BrokenFile:
        with ground.database.reading() as db:
            text = in_force.last_good(db) if last_good else None
        if text is None:
            raise
        return read_brands(parse(path, text))
