"""What is sent to each endpoint, and what has to be reached (the goals are shares of the empty view's rate)."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks.load import Plan
from benchmarks.provider import Provider

# More than one core can spend in a round; a round that runs out does not count.
SINGLE_USE_PER_SECOND = 3000
FAMILIES = 256
OWN_TOKEN = urlencode({"grant_type": "client_credentials", "scope": "accounts"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A row of the table: `plan` makes fresh requests for a round of so many seconds."""

    name: str
    goal: float | None
    plan: Callable[[Provider, int], Plan]


def discovery(provider: Provider, _: int) -> Plan:
    return Plan("/.well-known/openid-configuration", headers={"Host": provider.host})


def jwks(provider: Provider, _: int) -> Plan:
    return Plan("/jwks", headers={"Host": provider.host})


def client_credentials(provider: Provider, _: int) -> Plan:
    return Plan("/token", "POST", provider.headers("bench"), body=OWN_TOKEN)


def bound_client_credentials(provider: Provider, seconds: int) -> Plan:
    proofs = provider.proofs(SINGLE_USE_PER_SECOND * seconds)
    return Plan("/token", "POST", provider.headers("bench"), body=OWN_TOKEN, proofs=proofs)


def push(provider: Provider, _: int) -> Plan:
    return Plan("/par", "POST", provider.headers("bench"), body=provider.request())


def signed_client_credentials(provider: Provider, seconds: int) -> Plan:
    return Plan("/token", "POST", provider.headers(), bodies=provider.assertion_bodies(SINGLE_USE_PER_SECOND * seconds))


def code_exchange(provider: Provider, seconds: int) -> Plan:
    return Plan("/token", "POST", provider.headers("bench"), bodies=provider.code_bodies(SINGLE_USE_PER_SECOND * seconds))


def refresh(provider: Provider, _: int) -> Plan:
    pool = [answer["refresh_token"] for answer in provider.tokens(FAMILIES)]
    return Plan("/token", "POST", provider.headers("bench"), prefix="grant_type=refresh_token&refresh_token=", pool=pool)


def userinfo(provider: Provider, _: int) -> Plan:
    (answer,) = provider.tokens(1)
    return Plan("/userinfo", headers={"Host": provider.host, "Authorization": f"Bearer {answer['access_token']}"})


def introspection(provider: Provider, _: int) -> Plan:
    (answer,) = provider.tokens(1)
    return Plan("/introspect", "POST", provider.headers("bench-api"), body=urlencode({"token": answer["access_token"]}))


ENDPOINTS = (
    Endpoint("discovery", 0.80, discovery),
    Endpoint("JWKS", 0.80, jwks),
    Endpoint("client_credentials, secret", 0.35, client_credentials),
    Endpoint("client_credentials, signed assertion", None, signed_client_credentials),
    Endpoint("DPoP token", None, bound_client_credentials),
    Endpoint("PAR", None, push),
    Endpoint("code exchange", 0.13, code_exchange),
    Endpoint("refresh", None, refresh),
    Endpoint("userinfo", 0.30, userinfo),
    Endpoint("introspection", None, introspection),
)
