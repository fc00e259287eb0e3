"""What the fault stories have in common: a stack with a customer and clients, and many requests at one moment."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Barrier
from typing import TypeVar

from joserfc.jwk import ECKey

from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser
from tests.drivers.relying_party import Answer, RelyingParty, Request
from tests.drivers.stack import Stack
from tests.running import wait_until

AT_ONCE = 10
T = TypeVar("T")


@dataclass
class Scene:
    """Ana's browser, signed in; `shop` authenticates by its secret, `signer` by assertions."""

    stack: Stack
    browser: Browser
    shop: RelyingParty
    signer: RelyingParty

    def request_and_code(self, shop: RelyingParty | None = None) -> tuple[RelyingParty, str]:
        """A fresh code, and a relying party that remembers the request it answers."""
        asking = replace(shop or self.shop, last=Request("", "", "", ""))
        return asking, asking.code(self.browser.open(asking.request()))

    def tokens(self, shop: RelyingParty | None = None) -> Answer:
        asking, code = self.request_and_code(shop)
        answer = asking.redeem(code)
        assert answer.status == 200, answer
        return answer


def set_scene(stack: Stack) -> Scene:
    """Fills an empty stack and signs Ana in."""
    begun = int(time.time())
    stack.add_customer("ana")
    stack.puts_off_the_offer("ana")
    known = {"brand": "stellantis", "consent": "implied"}
    shop = stack.add_client("shop", **known)
    key = ECKey.generate_key("P-256", auto_kid=True)
    jwks = {"keys": [key.as_dict(private=False)]}
    signer = stack.add_client("signer", **known, token_endpoint_auth_method="private_key_jwt", jwks=jwks)
    scene = Scene(stack, stack.browser(), shop, replace(signer, key=key))
    sign_in(scene.browser, shop)
    # Proofs tell whole seconds, and one from the second in which the KV was empty may be older than its memory.
    wait_until(lambda: time.time() >= begun + 1)
    return scene


def sign_in(browser: Browser, shop: RelyingParty) -> None:
    """Ana signs in on the way to `shop`."""
    browser.open(shop.request())
    shop.code(browser.sign_in("ana", ANA_PASSWORD))


def at_once(act: Callable[[int], T], times: int = AT_ONCE) -> list[T]:
    """What `times` calls give that begin at the same moment."""
    together = Barrier(times)

    def one(number: int) -> T:
        together.wait()
        return act(number)

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))
