"""Where clients live, read again as they change."""

from datetime import timedelta

from idp.app.registering import registrar_of
from idp.clients.origins import ClientOrigins
from tests.builders import TestClock
from tests.drivers.provider import Provider

HERE, THERE = "https://shop.example", "https://shop.example:8443"


def test_it_follows_what_becomes_of_a_client(provider: Provider, clock: TestClock) -> None:
    registrar, database = registrar_of(provider.house), provider.house.ground.database
    origins = ClientOrigins(database, clock)
    meta = provider.add_client("shop").metadata
    moved = meta.model_copy(update={"redirect_uris": (f"{THERE}/cb", "com.shop.app:/cb")})

    def seen() -> tuple[bool, bool]:
        clock.advance(timedelta(seconds=5))
        return origins.has(HERE), origins.has(THERE)

    assert seen() == (True, False)
    with database.transaction() as db:
        registrar.change(db, "shop", moved)
    assert origins.has(HERE)
    assert seen() == (False, True)
    for act, expected in ((registrar.disable, False), (registrar.enable, True), (registrar.delete, False)):
        with database.transaction() as db:
            act(db, "shop")
        assert seen() == (False, expected)
