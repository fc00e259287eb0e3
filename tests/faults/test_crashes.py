"""kill -9 in the middle, restarts at the worst moment, and the orderly end (S4): nothing lost, nothing issued twice."""

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from idp.core.outbox import outbox
from tests.drivers.relying_party import Answer, RelyingParty
from tests.drivers.remote import Lost
from tests.drivers.stack import Stack
from tests.faults.listener import Listener
from tests.faults.scene import Scene, sign_in

CODES = 40
PATIENCE_SECONDS = 20
CHAINS, LINKS = 6, 15


@pytest.fixture(autouse=True)
def whole(stack: Stack) -> None:
    """Each story begins with everything running."""
    if stack.server is None:
        stack.serve()
    stack.wait_until_whole()


def persist(act: Any) -> tuple[Answer, bool]:
    """The answer of a client that asks again where its connection broke, and whether it had to."""
    until = time.monotonic() + PATIENCE_SECONDS
    broken = False
    while time.monotonic() < until:
        try:
            return act(), broken
        except Lost:
            broken = True
    raise TimeoutError("the provider did not come back")


def test_a_worker_killed_among_redeems(scene: Scene) -> None:
    """Each code gives tokens once. Whoever lost an answer asks again and is told: tokens, or invalid_grant."""
    redeems = [scene.request_and_code() for _ in range(CODES)]
    done: list[tuple[Answer, bool]] = []

    def redeem(number: int) -> None:
        shop, code = redeems[number]
        if number == CODES // 2:
            scene.stack.kill_worker()
        done.append(persist(lambda: shop.redeem(code)))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(redeem, range(CODES)))
    assert len(done) == CODES
    for answer, broken in done:
        assert answer.status == 200 or (broken and answer.error == "invalid_grant"), answer
    for answer, _ in done:
        if answer.status == 200:
            assert scene.shop.userinfo(answer["access_token"]).status == 200


def test_a_worker_killed_among_refreshes(scene: Scene) -> None:
    """P4's grace: a client whose answer was lost sends the same token again and goes on; no chain ever breaks."""
    tokens = [scene.tokens()["refresh_token"] for _ in range(CHAINS)]

    def follow(chain: int) -> str:
        token = tokens[chain]
        for link in range(LINKS):
            if chain == 0 and link == LINKS // 2:
                scene.stack.kill_worker()
            answer, _ = persist(lambda token=token: scene.shop.refresh(token))
            assert answer.status == 200, (link, answer)
            token = answer["refresh_token"]
        return token

    with ThreadPoolExecutor(CHAINS) as threads:
        ends = list(threads.map(follow, range(CHAINS)))
    assert all(scene.shop.refresh(token).status == 200 for token in ends)


def test_everything_restarts_between_use_and_replay(scene: Scene) -> None:
    """The tombstones of a used code and of a used refresh token outlive every process."""
    shop, code = scene.request_and_code()
    redeemed = shop.redeem(code)
    first = scene.tokens()["refresh_token"]
    second = scene.shop.refresh(first)["refresh_token"]
    third = scene.shop.refresh(second)
    scene.stack.kill()
    scene.stack.serve()
    for answer in (redeemed, third):
        assert shop.userinfo(answer["access_token"]).status == 200
    assert shop.redeem(code).error == "invalid_grant"
    assert shop.refresh(first).error == "invalid_grant"
    assert shop.refresh(third["refresh_token"]).error == "invalid_grant"
    for answer in (redeemed, third):
        assert shop.userinfo(answer["access_token"]).status == 401
    assert any(row.event == "RefreshReused" for row in scene.stack.rows("audit_entries"))


def test_the_delivery_worker_killed_between_delivery_and_mark(scene: Scene) -> None:
    """At least once, never not at all; and the receiver can tell by its jti that it has it already."""
    stack = scene.stack
    with Listener(held=True) as receiver:
        told = stack.add_client("told", brand="stellantis", consent="implied", backchannel_logout_uri=receiver.url)
        sign_out_of(scene, told)
        stack.deliver()
        receiver.wait()
        stack.deliverer.end(signal.SIGKILL)
        with stack.house.ground.database.transaction() as db:
            # The dead worker's lease ends a minute later: the minute passes here.
            db.execute(update(outbox).values(lease_until=stack.clock.now()))
        receiver.release()
        stack.deliver()
        receiver.wait()
        tokens = [form["logout_token"] for form in receiver.forms]
    assert len(tokens) == 2
    assert told.claims(tokens[0])["jti"] == told.claims(tokens[1])["jti"]
    stack.deliverer.end()
    assert [row.delivered_at is not None for row in stack.rows("outbox") if row.target == "told"] == [True]


def test_an_end_in_order_finishes_the_request_under_way(scene: Scene) -> None:
    """SIGTERM drains: whoever is being served gets their whole answer."""
    stack = scene.stack
    keys = {"keys": [scene.signer.key.as_dict(private=False)]}
    with Listener(json.dumps(keys).encode(), held=True) as far, ThreadPoolExecutor(2) as threads:
        slow = stack.add_client(
            "slow", brand="stellantis", consent="implied", token_endpoint_auth_method="private_key_jwt", jwks_uri=far.url
        )
        shop, code = scene.request_and_code(replace(slow, key=scene.signer.key))
        answer = threads.submit(shop.redeem, code)
        far.wait()
        ending = threads.submit(stack.stop)
        stack.wait_until_deaf()
        far.release()
        assert answer.result().status == 200
        ending.result()


def sign_out_of(scene: Scene, shop: RelyingParty) -> None:
    """Another browser of Ana's signs in to `shop`, and out everywhere."""
    browser = scene.stack.browser()
    sign_in(browser, shop)
    hint = shop.redeem(shop.code(browser.open(shop.request())))["id_token"]
    browser.open(f"/logout?id_token_hint={hint}")
