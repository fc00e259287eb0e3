"""Initial access tokens: a quota, an end, and never more clients than were allowed (RFC 7591 1.2)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from idp.clients.initial_access import InitialAccess, InitialAccessTokens, Terms
from idp.core.database import Database
from idp.core.events import Bus
from idp.core.origin import Origin, call_from
from tests.builders import BEGINNING, Witness, written

WEEK = timedelta(days=7)


@pytest.fixture
def tokens(bus: Bus) -> InitialAccessTokens:
    return InitialAccessTokens(bus)


def made(database: Database, tokens: InitialAccessTokens, uses: int = 2) -> tuple[InitialAccess, str]:
    return written(database, lambda db: tokens.make(db, Terms("alphera", uses, WEEK), BEGINNING))


def test_it_opens_as_often_as_was_allowed(database: Database, tokens: InitialAccessTokens, witness: Witness) -> None:
    call_from(Origin(actor="operator:ana"))
    token, text = made(database, tokens)
    assert (token.made_by, token.brand, token.state(BEGINNING)) == ("operator:ana", "alphera", "open")
    told = [written(database, lambda db: tokens.use(db, text, f"c{n}", BEGINNING)) for n in range(3)]  # noqa: B023
    assert told == [True, True, False]
    with database.reading() as db:
        assert tokens.find(db, text, BEGINNING) is None
        assert [one.state(BEGINNING) for one in tokens.all(db)] == ["used up"]
    assert [event.client_id for event in witness.named("InitialAccessTokenUsed")] == ["c0", "c1"]


def test_it_is_kept_as_a_digest_alone(database: Database, tokens: InitialAccessTokens) -> None:
    _token, text = made(database, tokens)
    with database.reading() as db:
        rows = db.exec_driver_sql("SELECT * FROM initial_access_tokens").all()
    assert text not in str(rows)


def test_it_ends(database: Database, tokens: InitialAccessTokens) -> None:
    token, text = made(database, tokens)
    last = BEGINNING + WEEK - timedelta(seconds=1)
    with database.reading() as db:
        assert tokens.find(db, text, last) is not None
        assert tokens.find(db, text, BEGINNING + WEEK) is None
        assert token.state(BEGINNING + WEEK) == "expired"
    assert not written(database, lambda db: tokens.use(db, text, "late", BEGINNING + WEEK))


def test_it_is_revoked_once(database: Database, tokens: InitialAccessTokens, witness: Witness) -> None:
    token, text = made(database, tokens)
    assert [written(database, lambda db: tokens.revoke(db, token.id, BEGINNING)) for _ in range(2)] == [True, False]
    assert not written(database, lambda db: tokens.use(db, text, "late", BEGINNING))
    assert len(witness.named("InitialAccessTokenRevoked")) == 1
    assert not written(database, lambda db: tokens.revoke(db, "i_nobodys", BEGINNING))


def test_of_ten_at_once_the_quota_gets_in(database: Database, tokens: InitialAccessTokens) -> None:
    _token, text = made(database, tokens, uses=3)

    def use(number: int) -> bool:
        with database.transaction() as db:
            return tokens.use(db, text, f"c{number}", BEGINNING)

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(use, range(10))) == 3


@pytest.mark.parametrize(("uses", "days"), [(0, 7), (-1, 7), (10**9, 7), (1, 0), (1, 366)])
def test_limits(uses: int, days: int) -> None:
    with pytest.raises(ValueError, match="between"):
        Terms(None, uses, timedelta(days=days))
