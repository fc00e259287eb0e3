"""Whose a passkey is: its owner's alone, under one id, until it is removed."""

import json

import pytest
from webauthn.helpers import base64url_to_bytes

from idp.factors.passkey import Proven, UnknownCredential
from idp.factors.passkey_ceremony import Because
from idp.subjects.authenticators import remove
from tests.drivers.soft_authenticator import SoftAuthenticator
from tests.unit.factors.passkey_scene import ATTEMPT, Scene, why


def test_a_credential_is_its_owners_alone(scene: Scene) -> None:
    scene.registered()
    with scene.database.transaction() as db:
        eves = base64url_to_bytes(scene.passkeys.register_options(db, "eve's", scene.eve)["user"]["id"])
    for handle in (eves, b"", b"nobody", scene.ana.id.encode()):
        assert why(scene.verify(scene.device.get(scene.request(), handle=handle))) is Because.NOT_THEIRS
        assert why(scene.verify(scene.device.get(scene.request(scene.ana), handle=handle), scene.ana)) is Because.NOT_THEIRS
    assert why(scene.verify(scene.device.get(scene.request(scene.eve)), scene.eve)) is Because.NOT_THEIRS


@pytest.mark.parametrize("handle", [None, 7, ["a"], "not base64url!"])
def test_at_sign_in_the_handle_must_be_told(scene: Scene, handle: object) -> None:
    scene.registered()

    def changed(sent: str) -> str:
        whole = json.loads(sent)
        whole["response"]["userHandle"] = handle
        return json.dumps(whole)

    assert why(scene.verify(changed(scene.device.get(scene.request())))) is Because.NOT_THEIRS
    # A security key that is asked for by its id need not know whose it is (WebAuthn 7.2).
    second = scene.verify(changed(scene.device.get(scene.request(scene.ana))), scene.ana)
    assert isinstance(second, Proven) is (handle is None)


def test_a_credential_never_gets_a_second_owner(scene: Scene) -> None:
    scene.registered()
    (credential,) = scene.device.credentials
    twin = SoftAuthenticator()
    with scene.database.transaction() as db:
        options = scene.passkeys.register_options(db, ATTEMPT, scene.eve)
        sent = twin.create(options, credential_id=credential.id)
        answer = scene.passkeys.register(db, ATTEMPT, scene.eve.id, sent, "Mine", scene.clock.now())
        assert why(answer) is Because.TAKEN
        assert scene.passkeys.enrolled(db, scene.eve.id) == ()
    assert isinstance(scene.sign_in(), Proven)


def test_the_id_outside_must_be_the_one_inside(scene: Scene) -> None:
    sent = scene.device.create(scene.creation(), id="AAAA", rawId="AAAA")
    assert why(scene.register(sent)) is Because.UNVERIFIABLE


def test_an_unknown_or_removed_passkey_is_named(scene: Scene) -> None:
    registered = scene.registered()
    with scene.database.transaction() as db:
        assert remove(db, registered.authenticator_id, scene.clock.now())
    expected = UnknownCredential(registered.record.credential_id)
    assert scene.sign_in() == expected
    assert scene.second_step() == expected
    other = SoftAuthenticator()
    other.create(scene.creation())
    assert isinstance(scene.verify(other.get(scene.request())), UnknownCredential)
