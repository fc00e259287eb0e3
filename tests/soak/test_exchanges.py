"""Twenty thousand codes over two workers that are killed again and again: none gives tokens twice, nothing leaks (S4)."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from idp.core import audit_chain, audit_verify
from idp.oidc.tokens.code import CodeDraft
from idp.oidc.tokens.model import families
from tests.drivers.relying_party import RelyingParty, challenge
from tests.drivers.remote import Lost
from tests.drivers.stack import Stack
from tests.faults.scene import Scene, set_scene
from tests.soak.vitals import Vitals, vitals_of

CODES = 10_000  # on each pair of stores
BATCH = 500
WARM = 2_000
AGAIN = 4
CLIENTS = 12
VERIFIER = "a-verifier-that-all-codes-of-this-test-have-in-common"
# A worker that dies again within six seconds of its birth makes the server give up, as it should.
KILL_EVERY_SECONDS = 7.0
MOST_MIB = 150.0
MOST_GROWTH = Vitals(mib=12.0, files=8)

pytestmark = [pytest.mark.soak, pytest.mark.timeout(420)]


@dataclass(frozen=True, slots=True)
class Told:
    """What the tries of one code were told, and whether a connection broke among them."""

    statuses: tuple[int, ...]
    broken: bool


def issue(scene: Scene, count: int) -> list[str]:
    """Codes as the authorization endpoint issues them, many to a transaction."""
    house = scene.stack.house
    session = scene.stack.rows("sessions")[0]
    draft = CodeDraft(
        client_id="shop",
        subject_id=session.subject_id,
        session_id=session.id,
        redirect_uri=scene.shop.redirect_uri,
        redirect_uri_given=True,
        scope="openid",
        nonce=None,
        code_challenge=challenge(VERIFIER),
        acr="pwd",
        amr=("pwd",),
        auth_time=house.ground.clock.now(),
        claims={},
        resource=None,
        offline=False,
    )
    with house.ground.database.transaction() as db:
        return [house.protocol.issuance.codes.issue(db, draft, house.ground.clock.now()) for _ in range(count)]


def redeem(shop: RelyingParty, code: str) -> Told:
    """Redeems as a client does that asks again where its connection broke; one code in twenty is tried twice anyhow."""
    statuses: list[int] = []
    broken = False
    tries = 2 if random.random() < 0.05 else 1
    while len(statuses) < tries:
        try:
            answer = shop.redeem(code, code_verifier=VERIFIER)
        except Lost:
            broken = True
            continue
        if answer.status == 503:
            time.sleep(int(answer.headers["Retry-After"]))
            continue
        statuses.append(answer.status)
    return Told(tuple(statuses), broken)


def kill_again_and_again(stack: Stack, over: threading.Event) -> int:
    killed = 0
    while not over.wait(KILL_EVERY_SECONDS):
        stack.wait_until_whole()
        stack.kill_worker()
        killed += 1
    return killed


@pytest.fixture(scope="module")
def scene(stack: Stack) -> Scene:
    return set_scene(stack)


def test_exchanges_under_killings(stack: Stack, scene: Scene) -> None:
    over = threading.Event()
    told: list[Told] = []
    with ThreadPoolExecutor(CLIENTS) as clients, ThreadPoolExecutor(1) as killer:
        killing = killer.submit(kill_again_and_again, stack, over)
        try:
            for _ in range(CODES // BATCH):
                told += clients.map(lambda code: redeem(scene.shop, code), issue(scene, BATCH))
        finally:
            over.set()
        assert killing.result() > 0
    stack.wait_until_whole()
    assert all(each.statuses.count(200) <= 1 for each in told)
    assert {status for each in told for status in each.statuses} == {200, 400}
    # Where no connection broke, the first try has succeeded.
    assert {each.statuses[0] for each in told if not each.broken} == {200}
    with stack.house.ground.database.reading() as db:
        spent = db.execute(families.select().where(families.c.code_used_at.is_not(None))).all()
    assert len(spent) >= CODES
    assert_trail_is_sound(stack, len(told))


def test_workers_do_not_grow(stack: Stack, scene: Scene) -> None:
    """The same work again takes no more memory and no more files than it did.

    What is opened when a thread first needs it may come late, a connection to a store for example; a leak grows every time.
    """
    stack.wait_until_whole()
    workers = stack.workers()

    def work() -> list[Vitals]:
        with ThreadPoolExecutor(CLIENTS) as clients:
            for _ in range(WARM // BATCH):
                told = clients.map(lambda code: redeem(scene.shop, code), issue(scene, BATCH))
                assert {each.statuses[0] for each in told} == {200}
        return [vitals_of(worker) for worker in workers]

    rounds = [work()]
    for _ in range(AGAIN):
        rounds.append(work())
        if not any(map(grew, *rounds[-2:])):
            break
    else:
        pytest.fail(f"the workers grew each time: {rounds}")
    assert all(vitals.mib < MOST_MIB for vitals in rounds[-1])


def grew(before: Vitals, after: Vitals) -> bool:
    return after.mib - before.mib >= MOST_GROWTH.mib or after.files - before.files >= MOST_GROWTH.files


def assert_trail_is_sound(stack: Stack, redeems: int) -> None:
    """Killed in the middle of a transaction, a worker leaves neither half a record nor a gap."""
    ground = stack.house.ground
    while audit_chain.chain(ground.database, ground.keyring, ground.clock, 5000):
        pass
    assert audit_verify.verify(ground.database, ground.keyring) == []
    events = Counter(row.event for row in stack.rows("audit_entries"))
    assert events["CodeRedeemed"] >= redeems
