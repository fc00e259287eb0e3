"""What relying parties come for: keys, authorization, tokens, and what is delivered to them."""

from dataclasses import dataclass

from idp.app.agreements import agreement_checks
from idp.app.deliveries import outbox_worker
from idp.app.ground import Ground
from idp.app.people import Parties, People
from idp.brands.agreement_check import AgreementChecks
from idp.clients.audiences import Audiences
from idp.clients.profiles import offered
from idp.core.outbox import Worker
from idp.oidc.authorization.arriving import Requests
from idp.oidc.authorization.front_channel import FrontChannel
from idp.oidc.authorization.pushed import PushedRequests
from idp.oidc.authorization.request_file import RequestFiles
from idp.oidc.authorization.request_object import RequestObjects
from idp.oidc.authorization.service import Authorization
from idp.oidc.refusals.noting import Refusals
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
from idp.signin.gate import Gate


@dataclass(frozen=True, slots=True)
class Protocol:
    """What relying parties come for."""

    keys: Keys
    authorization: Authorization
    issuance: Issuance
    inspection: Inspection
    outbox: Worker
    agreement_checks: AgreementChecks
    refusals: Refusals


def build_protocol(ground: Ground, people: People, parties: Parties, gate: Gate) -> Protocol:
    """Every part of the protocol. Raises `Misconfigured`."""
    keys = Keys(ground.database, ground.keyring, ground.clock)
    issuance = _issuance(ground, people, keys)
    refusals = Refusals(ground.database, parties.clients, ground.clock)
    authorization = Authorization(
        issuer=ground.settings.issuer,
        profiles=offered(front_channel=ground.settings.front_channel_tokens),
        requests=_requests(ground, parties),
        consents=parties.consents,
        sessions=people.sessions,
        interactions=people.interactions,
        codes=issuance.codes,
        front_channel=FrontChannel(issuance),
        keys=keys,
        pairwise=people.pairwise,
        subjects=people.subjects,
        gate=gate,
        database=ground.database,
        bus=ground.bus,
        clock=ground.clock,
        refusals=refusals,
    )
    inspection = Inspection(
        issuer=ground.settings.issuer,
        clients=parties.clients,
        families=issuance.families,
        access_tokens=issuance.minting.access_tokens,
        refresh_tokens=issuance.refresh_tokens,
        pairwise=people.pairwise,
    )
    worker = outbox_worker(ground, parties.clients, parties.fetcher, keys)
    checks = agreement_checks(ground, parties.fetcher, parties.key_sets, keys)
    return Protocol(keys, authorization, issuance, inspection, worker, checks, refusals)


def _requests(ground: Ground, parties: Parties) -> Requests:
    settings = ground.settings
    return Requests(
        clients=parties.clients,
        pushed=PushedRequests(ground.kv, settings.pushed_lifetime, settings.interaction_lifetime),
        objects=RequestObjects(settings.issuer, parties.client_keys, RequestFiles(parties.fetcher), ground.clock),
    )


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
