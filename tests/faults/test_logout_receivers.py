"""Relying parties whose logout endpoints hang or fail do not keep the others waiting (S4)."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import update

from idp.core.outbox import outbox
from tests.drivers.relying_party import RelyingParty
from tests.drivers.stack import Stack, a_stack
from tests.faults.listener import Listener
from tests.faults.scene import Scene, set_scene, sign_in
from tests.servers import wait_until

HANGING = 8


@pytest.fixture
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with a_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield set_scene(stack)


def told_at(stack: Stack, client_id: str, url: str) -> RelyingParty:
    return stack.add_client(client_id, brand="stellantis", consent="implied", backchannel_logout_uri=url)


def delivered(stack: Stack) -> set[str]:
    return {row.target for row in logouts(stack) if row.delivered_at is not None}


def logouts(stack: Stack) -> list[Any]:
    return [row for row in stack.rows("outbox") if row.kind == "logout_token"]


def test_who_hangs_does_not_keep_the_others_waiting(scene: Scene) -> None:
    """Many that hang were told first; the one that listens is told within seconds, and signing out never waits."""
    stack = scene.stack
    with ExitStack() as listeners:
        held = [listeners.enter_context(Listener(held=True)) for _ in range(HANGING)]
        well = listeners.enter_context(Listener())
        shops = [told_at(stack, f"hangs-{number}", each.url) for number, each in enumerate(held)]
        shops.append(told_at(stack, "listens", well.url))
        stack.deliver()
        browser = stack.browser()
        sign_in(browser, scene.shop)
        for shop in shops:
            shop.code(browser.open(shop.request()))
        hint = scene.shop.redeem(scene.shop.code(browser.open(scene.shop.request())))["id_token"]
        assert browser.open(f"/logout?id_token_hint={hint}").status == 200
        well.wait()
        wait_until(lambda: "listens" in delivered(stack))
        for each in held:
            each.release()
        wait_until(lambda: all(row.delivered_at or row.last_error for row in logouts(stack)))
        with stack.house.ground.database.transaction() as db:
            # Those that were cut off are told by a later try, the first of which is due after five seconds: they pass here.
            db.execute(update(outbox).values(next_try_at=stack.clock.now()))
        wait_until(lambda: delivered(stack) == {shop.client_id for shop in shops})
    told = shops[-1].claims(well.forms[0]["logout_token"])
    assert (told["aud"], "nonce" in told) == ("listens", False)
