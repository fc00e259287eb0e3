"""Every way a passkey's answer can be wrong: refused, told why, and nothing kept of it."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from idp.factors.passkey import Proven, Registered
from idp.factors.passkey_ceremony import Because
from tests.drivers.soft_authenticator import ORIGIN, SoftAuthenticator
from tests.unit.factors.passkey_scene import ATTEMPT, Scene, why

MISPLACED: dict[str, tuple[dict[str, Any], Because]] = {
    "another site": ({"origin": "https://evil.example"}, Because.ORIGIN),
    "a host below": ({"origin": ORIGIN.replace("login.", "a.login.")}, Because.ORIGIN),
    "without TLS": ({"origin": ORIGIN.replace("https", "http")}, Because.ORIGIN),
    "another port": ({"origin": f"{ORIGIN}:8443"}, Because.ORIGIN),
    "a slash more": ({"origin": f"{ORIGIN}/"}, Because.ORIGIN),
    "a list of origins": ({"origin": [ORIGIN]}, Because.ORIGIN),
    "framed": ({"crossOrigin": True}, Because.FRAMED),
    "framed, in words": ({"crossOrigin": "false"}, Because.FRAMED),
    "framed, as a number": ({"crossOrigin": 0}, Because.FRAMED),
    "under another page": ({"topOrigin": "https://evil.example"}, Because.FRAMED),
    "under our own page": ({"topOrigin": ORIGIN}, Because.FRAMED),
    "another challenge": ({"challenge": "A" * 43}, Because.CHALLENGE),
    "no challenge": ({"challenge": None}, Because.CHALLENGE),
    "a padded challenge": ({"challenge": "A" * 43 + "="}, Because.CHALLENGE),
    "no kind": ({"type": None}, Because.CEREMONY),
    "a payment": ({"type": "payment.get"}, Because.CEREMONY),
}


@pytest.mark.parametrize("said", MISPLACED)
def test_made_in_the_wrong_place(scene: Scene, said: str) -> None:
    client, because = MISPLACED[said]
    scene.registered()
    scene.device.client = client
    assert why(scene.sign_in()) is because
    assert why(scene.second_step()) is because
    assert why(scene.register(scene.device.create(scene.creation()))) is because


def test_made_for_the_other_ceremony(scene: Scene) -> None:
    scene.registered()
    scene.device.client = {"type": "webauthn.create"}
    assert why(scene.sign_in()) is Because.CEREMONY
    scene.device.client = {"type": "webauthn.get"}
    assert why(scene.register(scene.device.create(scene.creation()))) is Because.CEREMONY


def test_a_challenge_is_of_one_kind_of_ceremony(scene: Scene) -> None:
    scene.registered()
    first_step, second_step = scene.device.get(scene.request()), scene.device.get(scene.request(scene.ana))
    assert why(scene.verify(second_step)) is Because.CHALLENGE
    assert why(scene.verify(first_step, scene.ana)) is Because.CHALLENGE


def test_a_challenge_is_of_one_attempt_and_one_subject(scene: Scene) -> None:
    scene.registered()
    assert why(scene.verify(scene.device.get(scene.request()), attempt="interaction-2")) is Because.CHALLENGE
    assert why(scene.verify(scene.device.get(scene.request(scene.eve)), scene.ana)) is Because.CHALLENGE
    assert why(scene.register(scene.device.create(scene.creation()), attempt="interaction-2")) is Because.CHALLENGE


def test_asked_and_unasked_are_two_ceremonies(scene: Scene) -> None:
    with scene.database.transaction() as db:
        unasked = scene.device.create(scene.passkeys.register_options(db, ATTEMPT, scene.ana, unasked=True))
        asked = scene.device.create(scene.passkeys.register_options(db, ATTEMPT, scene.ana))
        now, ana = scene.clock.now(), scene.ana.id
        assert why(scene.passkeys.register(db, ATTEMPT, ana, asked, "", now, unasked=True)) is Because.CHALLENGE
        assert why(scene.passkeys.register(db, ATTEMPT, ana, unasked, "", now)) is Because.CHALLENGE


def test_a_challenge_is_good_for_five_minutes(scene: Scene) -> None:
    scene.registered()
    in_time, late = timedelta(minutes=4, seconds=59), timedelta(minutes=5, seconds=1)
    for wait, expected in ((in_time, True), (late, False)):
        sent = scene.device.get(scene.request())
        scene.clock.advance(wait)
        assert isinstance(scene.verify(sent), Proven) is expected
    sent = scene.device.create(scene.creation())
    scene.clock.advance(late)
    assert why(scene.register(sent)) is Because.CHALLENGE


def test_a_challenge_is_good_once_even_where_it_failed(scene: Scene) -> None:
    scene.registered()
    sent = scene.device.get(scene.request())
    assert isinstance(scene.verify(sent), Proven)
    assert why(scene.verify(sent)) is Because.CHALLENGE
    sent = scene.device.get(scene.request())
    assert why(scene.verify("{}")) is Because.MALFORMED
    assert why(scene.verify(sent)) is Because.CHALLENGE


def test_a_newer_challenge_replaces_the_older_one(scene: Scene) -> None:
    scene.registered()
    older, newer = scene.request(), scene.request()
    assert isinstance(scene.verify(scene.device.get(newer)), Proven)
    assert why(scene.verify(scene.device.get(older))) is Because.CHALLENGE


def test_another_relying_partys_passkey(scene: Scene) -> None:
    scene.registered()
    scene.device.rp_id = "example.test"
    assert why(scene.sign_in()) is Because.UNVERIFIABLE
    assert why(scene.register(scene.device.create(scene.creation()))) is Because.UNVERIFIABLE


def test_without_verification_there_is_no_sign_in(scene: Scene) -> None:
    scene.registered()
    scene.device.verifies = False
    assert why(scene.sign_in()) is Because.NOT_VERIFIED


def test_nobody_was_present(scene: Scene) -> None:
    scene.registered()
    scene.device.present = False
    assert why(scene.sign_in()) is Because.UNVERIFIABLE
    assert why(scene.second_step()) is Because.UNVERIFIABLE
    assert why(scene.register(scene.device.create(scene.creation()))) is Because.UNVERIFIABLE


def test_another_keys_signature(scene: Scene) -> None:
    scene.registered()
    (credential,) = scene.device.credentials
    scene.device.credentials = [replace(credential, key=stranger_key())]
    assert why(scene.sign_in()) is Because.UNVERIFIABLE


def test_what_was_signed_cannot_be_changed(scene: Scene) -> None:
    scene.registered()
    scene.device.verifies = False
    whole = json.loads(scene.device.get(scene.request()))
    scene.device.verifies = True
    verified = json.loads(scene.device.get({"challenge": "A"}))
    whole["response"]["authenticatorData"] = verified["response"]["authenticatorData"]
    assert why(scene.verify(json.dumps(whole))) is Because.UNVERIFIABLE
    assert scene.witness.named("PasskeyCounterStoodStill") == []


@pytest.mark.parametrize("stood_at", [0, 3, 9])
def test_a_counter_that_does_not_move_forward_is_refused_and_told(scene: Scene, stood_at: int) -> None:
    registered = scene.registered()
    (credential,) = scene.device.credentials
    credential.counter = 8
    assert isinstance(scene.sign_in(), Proven)
    credential.counter = None if stood_at == 0 else stood_at - 1
    assert why(scene.sign_in()) is Because.COUNTER
    (told,) = scene.witness.named("PasskeyCounterStoodStill")
    assert (told.subject_id, told.outcome, told.reason) == (scene.ana.id, "refused", "counter")
    assert told.details() == {"authenticator_id": registered.authenticator_id}
    credential.counter = 9
    assert isinstance(scene.sign_in(), Proven)


def test_eligibility_for_backup_never_changes(scene: Scene) -> None:
    scene.registered()
    scene.device.eligible = True
    assert why(scene.sign_in()) is Because.BACKUP
    synced = SoftAuthenticator(eligible=True, backed_up=True)
    assert scene.registered(synced).record.where == "synced"
    synced.eligible = synced.backed_up = False
    assert why(scene.verify(synced.get(scene.request()))) is Because.BACKUP


def test_backed_up_without_being_eligible_is_impossible(scene: Scene) -> None:
    scene.registered()
    scene.device.backed_up = True
    assert why(scene.sign_in()) is Because.UNVERIFIABLE
    assert why(scene.register(scene.device.create(scene.creation()))) is Because.UNVERIFIABLE


def test_an_algorithm_that_was_not_offered(scene: Scene) -> None:
    scene.device.algorithm = -35
    assert why(scene.register(scene.device.create(scene.creation()))) is Because.UNVERIFIABLE


def test_a_passkey_that_cannot_be_discovered(scene: Scene) -> None:
    sent = scene.device.create(scene.creation(), clientExtensionResults={"credProps": {"rk": False}})
    assert why(scene.register(sent)) is Because.NOT_DISCOVERABLE


@pytest.mark.parametrize("told", [None, {}, {"credProps": None}, {"credProps": {}}, [], "x"])
def test_a_browser_that_does_not_tell_is_believed(scene: Scene, told: object) -> None:
    assert isinstance(scene.register(scene.device.create(scene.creation(), clientExtensionResults=told)), Registered)


def test_a_refused_registration_leaves_nothing(scene: Scene) -> None:
    scene.device.origin = "https://evil.example"
    scene.register(scene.device.create(scene.creation()))
    with scene.database.transaction() as db:
        assert scene.passkeys.enrolled(db, scene.ana.id) == ()


def stranger_key() -> Any:
    other = SoftAuthenticator()
    other.create({"user": {"id": "AA"}, "challenge": "AA"})
    return other.credentials[0].key
