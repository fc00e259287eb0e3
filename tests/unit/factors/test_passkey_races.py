"""What may happen once happens once, however many try at the same moment."""

from collections import Counter
from dataclasses import replace

from idp.core.clock import SystemClock
from idp.core.events import Bus
from idp.core.kv import open_kv
from idp.factors.passkey import Passkeys, Proven, Registered, UnknownCredential
from idp.factors.passkey_ceremony import Because, Refused, RelyingParty
from tests.drivers.soft_authenticator import ORIGIN, RP_ID, SoftAuthenticator
from tests.faults.scene import AT_ONCE, at_once
from tests.unit.factors.passkey_scene import ATTEMPT, Scene


def outcomes(answers: list[Proven | Refused | UnknownCredential] | list[Registered | Refused]) -> Counter[object]:
    return Counter(answer.because if isinstance(answer, Refused) else type(answer) for answer in answers)


def on(scene: Scene, kv_url: str) -> Scene:
    """The same scene with its challenges in another KV."""
    kv = open_kv(kv_url, SystemClock())
    return replace(scene, kv=kv, passkeys=Passkeys(kv, Bus(), RelyingParty(RP_ID, ORIGIN, "Sign-in")))


def test_of_ten_uses_of_one_challenge_one_proves(scene: Scene, kv_url: str) -> None:
    scene = on(scene, kv_url)
    scene.device.counts = False  # so that nothing but the challenge stands in the way
    scene.registered()
    sent = scene.device.get(scene.request())
    assert outcomes(at_once(lambda _: scene.verify(sent))) == {Proven: 1, Because.CHALLENGE: AT_ONCE - 1}


def test_of_ten_uses_of_one_challenge_one_registers(scene: Scene, kv_url: str) -> None:
    scene = on(scene, kv_url)
    options = scene.creation()
    sent = [SoftAuthenticator().create(options) for _ in range(AT_ONCE)]
    answers = at_once(lambda number: scene.register(sent[number]))
    assert outcomes(answers) == {Registered: 1, Because.CHALLENGE: AT_ONCE - 1}


def test_ten_copies_of_one_counter_prove_once(scene: Scene) -> None:
    scene.registered()
    (credential,) = scene.device.credentials
    sent = []
    for number in range(AT_ONCE):
        with scene.database.transaction() as db:
            options = scene.passkeys.authenticate_options(db, f"attempt {number}")
        credential.counter = 4
        sent.append(scene.device.get(options))
    answers = at_once(lambda number: scene.verify(sent[number], attempt=f"attempt {number}"))
    assert outcomes(answers) == {Proven: 1, Because.COUNTER: AT_ONCE - 1}
    assert len(scene.witness.named("PasskeyCounterStoodStill")) == AT_ONCE - 1


def test_of_ten_registrations_of_one_credential_one_is_kept(scene: Scene) -> None:
    sent = []
    for number in range(AT_ONCE):
        with scene.database.transaction() as db:
            options = scene.passkeys.register_options(db, f"attempt {number}", scene.ana)
        sent.append(scene.device.create(options, credential_id=b"one and the same"))
    answers = at_once(lambda number: scene.register(sent[number], attempt=f"attempt {number}"))
    assert outcomes(answers) == {Registered: 1, Because.TAKEN: AT_ONCE - 1}


def test_ten_first_calls_agree_on_one_handle(scene: Scene) -> None:
    def handle(number: int) -> object:
        with scene.database.transaction() as db:
            return scene.passkeys.register_options(db, f"{ATTEMPT} {number}", scene.eve)["user"]["id"]

    assert len(set(at_once(handle))) == 1
