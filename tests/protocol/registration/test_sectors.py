"""Pairwise subjects by sector document (Core 8.1, Registration 5, P6), and what a conformance client registers (P8)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from idp.clients.client import client_of
from idp.clients.metadata import ClientMetadata
from tests.drivers.admin_api import AdminApi
from tests.drivers.provider import Provider
from tests.drivers.registrant import APPLICATION, Registrant
from tests.drivers.site import Site, a_site

HERE = APPLICATION["redirect_uris"]


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site("/sector.json", json.dumps([*HERE, "https://other.example/cb"]).encode(), "application/json") as told:
        yield told


def test_a_document_that_names_every_redirect_uri(developer: Registrant, site: Site) -> None:
    """Registration 5: fetched when the client registers, and again when it changes; stored and told."""
    answer = developer.registers(subject_type="pairwise", sector_identifier_uri=site.url)
    assert (answer.status, answer["sector_identifier_uri"], site.calls) == (201, site.url, ["/sector.json"])
    again = {**APPLICATION, "client_id": answer["client_id"], "sector_identifier_uri": site.url}
    assert developer.manages("PUT", answer, again).status == 200
    beyond = developer.manages("PUT", answer, {**again, "redirect_uris": ["https://more.example/cb"]})
    assert (beyond.status, beyond.error) == (400, "invalid_client_metadata")
    assert developer.manages("PUT", answer, again, token="x").status == 401
    assert len(site.calls) == 3  # nothing is fetched for somebody who is not the client


BAD: tuple[tuple[str, bytes], ...] = (
    ("application/json", b'["https://other.example/cb"]'),
    ("application/json", b"[]"),
    ("application/json", b'{"redirect_uris": ["https://ledger.example/callback"]}'),
    ("application/json", b"[" * 10_000),
    ("application/json", b"no"),
    ("text/html", json.dumps(HERE).encode()),
    ("application/json", b" " * (64 * 1024 + 1)),
)


def test_a_document_that_does_not(developer: Registrant, site: Site) -> None:
    """Registration 5, P8: invalid_client_metadata, at the field, and nothing is stored or used up."""
    for kind, body in BAD:
        site.kind, site.body = kind, body
        answer = developer.registers(sector_identifier_uri=site.url)
        assert (answer.status, answer.error) == (400, "invalid_client_metadata"), body[:40]
        assert answer["error_description"].startswith("sector_identifier_uri: "), body[:40]
    for uri in ("http://ledger.example/sector", "https://127.0.0.2.nip.invalid/x", "https://10.0.0.1/x", "javascript:1", "x"):
        assert developer.registers(sector_identifier_uri=uri).error == "invalid_client_metadata", uri


def test_staff_cannot_claim_a_sector_either(provider: Provider, site: Site) -> None:
    """P6: a client of the admin API is proven by the same document, before anything is saved."""
    api = AdminApi.of_client(provider, "admin:clients")
    ledger = {**APPLICATION, "client_id": "ledger", "brand": "alphera", "sector_identifier_uri": site.url}
    made = api.call("POST", "/clients", ledger)
    assert (made.status, made["metadata"]["sector_identifier_uri"]) == (201, site.url)
    site.body = b"[]"
    for refused in (api.call("POST", "/clients", {**ledger, "client_id": "two"}), api.call("PUT", "/clients/ledger", ledger)):
        assert (refused.status, [one["field"] for one in refused["errors"]]) == (422, ["sector_identifier_uri"])


def sector(registered_itself: bool, **changed: Any) -> str:
    meta = ClientMetadata.model_validate({"client_id": "ledger", **APPLICATION, **changed})
    return client_of(meta, (), False, registered_itself=registered_itself).sector


def test_the_sector_is_the_host_of_the_document() -> None:
    """Core 8.1: what was proven by the fetch, also for applications that registered themselves; no other host's."""
    at = "https://sector.example/ledger.json"
    assert sector(True) == "client:ledger"
    assert sector(False) == "host:ledger.example"
    for by_itself in (True, False):
        assert sector(by_itself, sector_identifier_uri=at) == "host:sector.example"
        assert sector(by_itself, sector_identifier_uri="http://127.0.0.1/x") == "client:ledger"
    assert sector(False, sector_identifier_uri=at, consent="implied", brand="alphera") == "brand:alphera"


def test_what_the_conformance_suite_registers(developer: Registrant) -> None:
    """P8, Registration 2, 3.2: all that it sends is taken; what is not ours to keep is passed over; defaults are told."""
    jwks = {"keys": [RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "k"}).as_dict(private=False)]}
    sent = {
        "client_name": "OIDC Conformance zGkYWpS",
        "redirect_uris": ["https://localhost.emobix.co.uk:8443/test/a/idp/callback"],
        "post_logout_redirect_uris": ["https://localhost.emobix.co.uk:8443/test/a/idp/post_logout_redirect"],
        "contacts": ["certification@oidf.org"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "application_type": "web",
        "subject_type": "pairwise",
        "jwks": jwks,
        "request_object_signing_alg": "RS256",
        "request_uris": ["https://localhost.emobix.co.uk:8443/requesturi/a#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM"],
        "userinfo_signed_response_alg": "RS256",
        "id_token_signed_response_alg": "RS256",
        "introspection_signed_response_alg": "ES256",
        "initiate_login_uri": "https://localhost.emobix.co.uk:8443/test/a/idp/login",
        "logo_uri": "https://localhost.emobix.co.uk:8443/logo.png",
        "policy_uri": "https://localhost.emobix.co.uk:8443/policy",
        "tos_uri": "https://localhost.emobix.co.uk:8443/tos",
        "client_uri": "https://localhost.emobix.co.uk:8443/",
        "default_max_age": 3600,
        "require_auth_time": True,
        "default_acr_values": ["mfa"],
        "software_id": "4NRB1-0XZABZI9E6-5SM3R",
        "software_version": "2.1",
    }
    ignored = {"software_statement": "a.b.c", "id_token_encrypted_response_alg": "RSA-OAEP", "client_name#fr": "Suite"}
    answer = developer.send("POST", "/register", sent | ignored, developer.token)
    assert answer.status == 201, answer.body
    assert {name: answer[name] for name in sent} == sent
    assert not ignored.keys() & answer.body.keys()
    assert answer.body.keys() >= {"client_secret", "client_secret_expires_at", "registration_client_uri", "client_id_issued_at"}
    bare = developer.registers()
    assert (bare["require_signed_request_object"], bare["require_pushed_authorization_requests"]) == (False, False)
    assert (bare["request_uris"], bare["application_type"], bare["id_token_signed_response_alg"]) == ([], "web", "RS256")


WRONG: tuple[dict[str, Any], ...] = (
    {"request_object_signing_alg": "none"},
    {"request_object_signing_alg": "HS256"},
    {"introspection_signed_response_alg": "none"},
    {"request_uris": ["http://ledger.example/r"]},
    {"request_uris": ["urn:ietf:params:oauth:request_uri:x"]},
    {"request_uris": [f"https://ledger.example/{n}" for n in range(33)]},
    {"require_signed_request_object": True},
    {"require_signed_request_object": "maybe"},
    {"software_id": ["x"]},
)


def test_request_metadata_that_cannot_be(developer: Registrant) -> None:
    """Registration 2, RFC 9101 10.5, RFC 9701 6: unknown algorithms, other schemes, signing without keys."""
    for wrong in WRONG:
        answer = developer.registers(**wrong)
        assert (answer.status, answer.error) == (400, "invalid_client_metadata"), wrong
        assert next(iter(wrong)) in answer["error_description"], wrong
