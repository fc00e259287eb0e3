"""Passkeys that behave: registered, proven, told apart."""

from dataclasses import replace
from datetime import timedelta

import pytest
from webauthn.helpers import base64url_to_bytes

from idp.factors.passkey import Proven, Registered
from idp.factors.passkey_ceremony import RelyingParty, relying_party
from idp.subjects.authenticators import remove
from idp.subjects.proof import Proof
from tests.drivers.soft_authenticator import RP_ID, SoftAuthenticator
from tests.unit.factors.passkey_scene import ATTEMPT, Scene


def test_a_passkey_signs_in_without_a_name(scene: Scene) -> None:
    registered = scene.registered()
    scene.clock.advance(timedelta(days=1))
    expected = Proof("passkey", ("hwk", "user", "mfa"), "phr", scene.clock.now())
    assert scene.sign_in() == Proven(scene.ana.id, registered.authenticator_id, expected)
    with scene.database.transaction() as db:
        ((stored, _),) = scene.passkeys.enrolled(db, scene.ana.id)
    assert (stored.label, stored.counter, stored.last_used_at) == ("Laptop", 1, scene.clock.now())


@pytest.mark.parametrize("algorithm", [-8, -7, -257])
@pytest.mark.parametrize("counts", [True, False])
def test_every_algorithm_that_is_offered_works_again_and_again(scene: Scene, algorithm: int, counts: bool) -> None:
    scene.device = SoftAuthenticator(algorithm=algorithm, counts=counts)
    scene.registered()
    for _ in range(3):
        assert isinstance(scene.sign_in(), Proven)


def test_a_second_step_need_not_verify_its_owner_but_is_weaker_then(scene: Scene) -> None:
    scene.device.verifies = False
    assert not scene.registered().verifies
    weaker = scene.second_step()
    assert isinstance(weaker, Proven)
    assert weaker.proof == Proof("passkey", ("hwk", "user", "mfa"), "mfa", scene.clock.now())
    scene.device.verifies = True
    stronger = scene.second_step()
    assert isinstance(stronger, Proven)
    assert stronger.proof.strength == "phr"


def test_where_a_passkey_is_follows_its_latest_use(scene: Scene) -> None:
    scene.device.eligible = True
    assert scene.registered().record.where == "this device only"
    scene.device.backed_up = True
    proven = scene.sign_in()
    assert isinstance(proven, Proven)
    assert proven.proof.amr == ("swk", "user", "mfa")
    with scene.database.transaction() as db:
        ((_, record),) = scene.passkeys.enrolled(db, scene.ana.id)
    assert (record.where, record.eligible) == ("synced", True)


def test_options_ask_for_a_discoverable_passkey_and_not_for_a_second_one(scene: Scene) -> None:
    first = scene.creation()
    assert first["rp"] == {"name": "Sign-in", "id": RP_ID}
    assert [offered["alg"] for offered in first["pubKeyCredParams"]] == [-8, -7, -257]
    assert first["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "preferred",
    }
    assert (first["attestation"], first["timeout"], first["excludeCredentials"]) == ("none", 300_000, [])
    assert first["extensions"] == {"credProps": True}
    record = scene.registered().record
    second = scene.creation()
    assert [excluded["id"] for excluded in second["excludeCredentials"]] == [record.credential_id]
    assert second["user"] == first["user"]
    assert second["challenge"] != first["challenge"]
    assert len(base64url_to_bytes(second["challenge"])) == 32


def test_the_handle_is_random_and_one_for_each_subject(scene: Scene) -> None:
    with scene.database.transaction() as db:
        handles = [scene.passkeys.register_options(db, "a", who)["user"]["id"] for who in (scene.ana, scene.ana, scene.eve)]
    assert handles[0] == handles[1] != handles[2]
    assert len(base64url_to_bytes(handles[0])) == 64


def test_sign_in_options_know_nobody_and_second_step_options_know_the_subject(scene: Scene) -> None:
    record = scene.registered().record
    anybody = scene.request()
    assert (anybody["rpId"], anybody["allowCredentials"], anybody["userVerification"]) == (RP_ID, [], "required")
    known = scene.request(scene.ana)
    assert [allowed["id"] for allowed in known["allowCredentials"]] == [record.credential_id]
    assert known["userVerification"] == "preferred"
    assert scene.request(scene.eve)["allowCredentials"] == []


def test_several_passkeys_are_listed_oldest_first_and_a_removed_one_is_not(scene: Scene) -> None:
    first = scene.registered()
    scene.clock.advance(timedelta(minutes=1))
    second = scene.registered(replace(scene.device, credentials=[], id_bytes=64))
    with scene.database.transaction() as db:
        listed = scene.passkeys.enrolled(db, scene.ana.id)
        assert [one.id for one, _ in listed] == [first.authenticator_id, second.authenticator_id]
        remove(db, first.authenticator_id, scene.clock.now())
        assert [record for _, record in scene.passkeys.enrolled(db, scene.ana.id)] == [second.record]


def test_what_a_browser_makes_unasked_needs_no_touch(scene: Scene) -> None:
    scene.device.present = scene.device.verifies = False
    with scene.database.transaction() as db:
        sent = scene.device.create(scene.passkeys.register_options(db, ATTEMPT, scene.ana, unasked=True))
        answer = scene.passkeys.register(db, ATTEMPT, scene.ana.id, sent, "", scene.clock.now(), unasked=True)
    assert isinstance(answer, Registered)
    scene.device.present = scene.device.verifies = True
    assert isinstance(scene.sign_in(), Proven)


def test_the_longest_credential_id_is_found_again(scene: Scene) -> None:
    scene.device.id_bytes = 1023
    scene.registered()
    assert isinstance(scene.sign_in(), Proven)


def test_a_label_is_cut_to_what_can_be_shown(scene: Scene) -> None:
    scene.register(scene.device.create(scene.creation()), label=" \x00Ana's\n key\u202e " + "x" * 100)
    with scene.database.transaction() as db:
        ((stored, _),) = scene.passkeys.enrolled(db, scene.ana.id)
    assert stored.label == ("Ana's key " + "x" * 100)[:64]


@pytest.mark.parametrize(
    ("issuer", "rp_id", "origin"),
    [
        ("https://login.example.test", "login.example.test", "https://login.example.test"),
        ("https://Login.Example.test:443", "login.example.test", "https://login.example.test"),
        ("https://login.example.test:8443", "login.example.test", "https://login.example.test:8443"),
        ("http://localhost:80", "localhost", "http://localhost"),
        ("http://localhost:5000", "localhost", "http://localhost:5000"),
    ],
)
def test_the_issuer_is_read_as_browsers_write_it(issuer: str, rp_id: str, origin: str) -> None:
    assert relying_party(issuer) == RelyingParty(rp_id, origin, rp_id)
