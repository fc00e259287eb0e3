"""Eight parameters at once, at every endpoint that machines and applications speak to: no input gives a 5xx (P12).

The endpoints come from the tables of routes, so that a new one is among them from its first day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from werkzeug.test import Client

from idp.clients.metadata import ClientMetadata
from idp.oidc.authorization.request import AuthorizationRequest
from idp.web.routes import Guard
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.admin_api import EVERY_SCOPE, AdminApi
from tests.drivers.provider import Provider, a_provider
from tests.drivers.registrant import Registrant
from tests.drivers.relying_party import ASSERTION, basic

PARAMETERS = 8
EXAMPLES = 8
# Those whose rules are the protocol's; forms of people have rules of their own, and are fuzzed with their tokens elsewhere.
ASKED_BY_APPLICATIONS = (Guard.AUTHORIZE, Guard.PROTOCOL, Guard.DOCUMENT, Guard.HEALTH)
NAMES = (
    *AuthorizationRequest.__dataclass_fields__,
    *ClientMetadata.model_fields,
    *("grant_type", "code", "code_verifier", "refresh_token", "client_secret", "client_assertion", "client_assertion_type"),
    *("token", "token_type_hint", "access_token", "post_logout_redirect_uri", "logout_hint", "user_code", "device_code"),
    *("dpop_jkt", "authorization_details", "subject_token", "actor_token", "limit", "after", "q", "cursor", "\x00", "", "é"),
)
# Percent-encoded already: not UTF-8, lone surrogates as careless software writes them, NUL, line breaks, half an escape.
RAW = ("%ff%fe", "%ed%a0%80", "%00", "%0d%0aSet-Cookie:%20a=b", "%zz%", "%", "%f0%9f%98%80", "+", "&", "=", ";")
TEXTS = (
    *(
        "",
        "0",
        "-1",
        "9" * 400,
        "1e999",
        "NaN",
        "１２",
        "null",
        "true",
        "[]",
        "{}",
        "[" * 3000,
        '{"a":' * 500,
        '{"id_token":1}',
    ),
    *("openid", "openid offline_access", "code", "none", "none login", "login", "S256", "plain", "query", "form_post"),
    *("authorization_code", "refresh_token", "client_credentials", ASSERTION, "urn:ietf:params:oauth:request_uri:x"),
    *("https://shop.example/callback", "https://[", "http://[::1]:99999/", "javascript:alert(1)", "//x", "\u202e", "x\ud800"),
    *("e30.e30.e30", "e30.e30.", "eyJhbGciOiJub25lIn0.e30.", ".".join(["e30"] * 40), "eyJhbGciOiJFUzI1NiJ9.W10.AA", "a" * 5000),
)
KINDS = (
    *("application/x-www-form-urlencoded", "application/json", "application/jwt", "multipart/form-data; boundary=x"),
    *("text/plain", "", "\xff", "application/json; charset=utf-7", "application/x-www-form-urlencoded; charset=\xff"),
)
Sent = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Door:
    """One endpoint by one method; a part of its path may be anything."""

    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Attack:
    """Parameters, percent-encoded, the first `split` of them in the query; and what comes with them."""

    sent: Sent
    split: int
    kind: str
    authorization: str
    place: str


@dataclass(frozen=True, slots=True)
class Ground:
    """A provider in use: what is known there is among what is sent, and `good` is what some endpoints wait for."""

    provider: Provider
    known: tuple[str, ...]
    good: dict[str, dict[str, str]]
    authorizations: tuple[str, ...]
    cookie: str

    def doors(self) -> list[Door]:
        """Every endpoint by every method that it answers, and by one that it does not."""
        extensions = self.provider.app.extensions
        pages = {route.endpoint for route in extensions["idp.routes"] if route.guard in ASKED_BY_APPLICATIONS}
        rules = [(rule.rule, rule.methods or ()) for rule in self.provider.app.url_map.iter_rules() if rule.endpoint in pages]
        direct = [(route.path, route.understood) for route in extensions["idp.direct"]]
        return [Door(method, path) for path, methods in chain(rules, direct) for method in sorted({*methods, "PUT"})]

    def attacks(self) -> st.SearchStrategy[Attack]:
        """Whatever may be sent to any of them."""
        texts = st.sampled_from([*map(encoded, TEXTS), *map(encoded, self.known), *RAW])
        value = st.one_of(texts, st.text(max_size=30).map(encoded))
        sent = st.lists(st.tuples(st.sampled_from(NAMES).map(encoded), value), min_size=PARAMETERS, max_size=PARAMETERS)
        kind, authorization = st.sampled_from(KINDS), st.sampled_from(self.authorizations)
        return st.builds(Attack, sent, st.integers(0, PARAMETERS), kind, authorization, st.one_of(value, st.just("shop")))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    unslowed = {"source_failures": "1000000", "flood_failures": "1000000", "open_registration": "true"}
    with a_provider(tmp_path_factory.mktemp("fuzz"), TestClock(), **unslowed) as provider:
        provider.add_customer("ana")
        shop = provider.add_client("shop", brand="stellantis", consent="implied")
        browser = provider.browser()
        browser.open(shop.request())
        code = shop.code(browser.sign_in("ana", ANA_PASSWORD))
        tokens, registered = shop.redeem(code).body, Registrant(provider).registers().body
        begun = dict(parse_qsl(urlsplit(shop.request()).query))
        browser.open(shop.last.url)
        grant = {"grant_type": "authorization_code", "redirect_uri": shop.redirect_uri, "code_verifier": shop.last.verifier}
        token = {"token": tokens["access_token"]}
        good = {
            "/authorize": begun,
            "/token": grant | {"code": shop.code(browser.page)},
            "/introspect": token,
            "/revoke": token,
            "/logout": {"id_token_hint": tokens["id_token"]},
        }
        bearers = (
            tokens["access_token"],
            AdminApi.of_client(provider, EVERY_SCOPE).token,
            registered["registration_access_token"],
        )
        authorizations = ("", basic("shop", shop.secret or ""), "Basic \xff", "Basic YQ==", "Bearer \x80", "Bearer x.y.z")
        cookie = f"idp_session={browser.cookie('idp_session')}; idp_browser={browser.cookie('idp_browser')}"
        known = (code, "shop", shop.secret or "", *map(str, tokens.values()), *map(str, registered.values()))
        yield Ground(provider, known, good, (*authorizations, *map("Bearer {}".format, bearers)), cookie)


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def test_no_endpoint_answers_anything_with_a_5xx(ground: Ground) -> None:
    """P12: by eight parameters in the query, in a form and in JSON, by whoever is let in as far as possible."""
    doors, attacks = ground.doors(), ground.attacks()
    assert {"/token", "/authorize", "/logout", "/jwks", "/register"} <= {door.path for door in doors}
    statuses = {status for door in doors for status in answers(ground, door, attacks)}
    assert statuses >= {200, 204, 303, 400, 401, 404, 405}


def answers(ground: Ground, door: Door, attacks: st.SearchStrategy[Attack]) -> set[int]:
    """The statuses of all answers at one door."""
    seen: set[int] = set()

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=[*HealthCheck])
    @given(attacks)
    def holds(attack: Attack) -> None:
        note(f"{door}")
        status, said = answered(ground, door, attack)
        assert status < 500
        assert [line for line in said if line["event"] == "unforeseen"] == []
        seen.add(status)

    holds()
    return seen


def answered(ground: Ground, door: Door, attack: Attack) -> tuple[int, list[Any]]:
    """The status of the answer, and what was logged."""
    head, hole, rest = door.path.replace("<path:", "{").replace("<", "{").replace(">", "}").partition("{")
    before, after = dealt(ground.good.get(door.path, {}), door, attack)
    headers = {
        "Cookie": ground.cookie,
        "DPoP": attack.sent[0][1],
        "Accept": attack.sent[1][1],
        "Origin": "https://shop.example",
    }
    with capture_logs() as said:
        answer = Client(ground.provider.app, use_cookies=False).open(
            head + (attack.place[:500] + rest.partition("}")[2] if hole else ""),
            method=door.method,
            query_string="&".join(f"{name}={value}" for name, value in before),
            data=body_of(after, attack.kind),
            content_type=attack.kind,
            headers=headers | ({"Authorization": attack.authorization} if attack.authorization else {}),
            base_url=ground.provider.issuer,
            buffered=True,
        )
    return answer.status_code, said


def dealt(good: dict[str, str], door: Door, attack: Attack) -> tuple[Sent, Sent]:
    """What goes into the query, and what into the body: where a good request is known, only some of it is spoilt."""
    if not good:
        return attack.sent[: attack.split], attack.sent[attack.split :]
    spoilt = attack.sent[: attack.split // 2]
    whole = [*((name, encoded(value)) for name, value in good.items() if name not in dict(spoilt)), *spoilt]
    return (whole, []) if door.method in ("GET", "HEAD") else ([], whole)


def body_of(sent: Sent, kind: str) -> bytes:
    if "json" in kind:
        return ("{" + ",".join(f'"{name}":{value or 0}' for name, value in sent) + "}").encode()
    return "&".join(f"{name}={value}" for name, value in sent).encode()
