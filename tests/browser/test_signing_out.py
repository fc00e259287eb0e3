"""What applications learn in the browser itself: by a page of theirs that we frame, and by a page of ours that they frame."""

from collections.abc import Iterator

import pytest
import requests

from idp.oidc.tokens.jose import peek
from tests.browser.demo import Demo
from tests.browser.office import Office
from tests.browser.shop import VERIFIER, Shop, a_shop
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(demo: Demo, office: Office) -> Iterator[Shop]:
    with a_shop(demo.issuer, "stellantis") as shop:
        at = {"frontchannel_logout_uri": f"{shop.address}/front", "post_logout_redirect_uris": [f"{shop.address}/bye"]}
        office.add_client({**shop.metadata, **at})
        yield shop


def test_an_application_sees_the_session_go_on_and_end(visitor: Visitor, shop: Shop) -> None:
    visitor.page.goto(shop.url())
    visitor.sign_in("ben")
    visitor.press("Allow")
    visitor.reads("Welcome to the shop")
    answer = shop.received[-1].parameters
    mine = f"{shop.client_id} {answer['session_state']}"
    others = f"stellantis-portal {answer['session_state']}"
    assert [visitor.asks_for_session(said) for said in (mine, others, "nonsense")] == ["unchanged", "changed", "error"]

    bought = {"grant_type": "authorization_code", "code": answer["code"], "code_verifier": VERIFIER}
    bought |= {"client_id": shop.client_id, "redirect_uri": f"{shop.address}/callback"}
    token = requests.post(f"{shop.issuer}/token", data=bought, timeout=10).json()["id_token"]
    visitor.page.goto(shop.logout_url(id_token_hint=token, post_logout_redirect_uri=f"{shop.address}/bye", state="s"))
    visitor.page.wait_for_url(f"{shop.address}/bye?state=s")
    told = peek(token)
    assert told is not None
    assert shop.framed == [{"iss": shop.issuer, "sid": told.claims["sid"]}]
    assert visitor.asks_for_session(mine) == "changed"
