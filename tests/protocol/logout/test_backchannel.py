"""OpenID Connect Back-Channel Logout 1.0 (P7): from the outbox, over a real socket."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from idp.clients.metadata import ClientMetadata
from idp.core.outbox import outbox
from idp.oidc.logout import KIND
from idp.oidc.tokens.jose import verify_ours
from tests.drivers.browser import Browser
from tests.drivers.provider import ISSUER, settings_for
from tests.protocol.authorization.provider import BOTH, CLIENTS, EVERY_SCOPE, Seeded, authorize
from tests.protocol.logout.receiver import Receiver

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def visitor(provider: Seeded, receiver: Receiver) -> Iterator[Browser]:
    """Ana, signed in at the portal, whose logout address is the receiver's."""
    ground, parties = provider.house.ground, provider.house.parties
    portal = next(client for client in CLIENTS if client["client_id"] == "stellantis-portal")
    given = {"grant_types": BOTH, "scope": EVERY_SCOPE, **portal, "backchannel_logout_uri": receiver.url}
    with ground.database.transaction() as db:
        parties.clients.save(db, ground.bus, ClientMetadata.model_validate(given), "file")
    browser = provider.signed_in()
    deliver(provider)  # the mail about a new browser
    return browser


def deliver(provider: Seeded) -> int:
    return provider.house.protocol.outbox.run_once()


def header(token: str) -> dict[str, Any]:
    part = token.split(".", maxsplit=1)[0]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def claims(provider: Seeded, token: str) -> dict[str, Any]:
    found = verify_ours(token, provider.house.protocol.keys.find, ("logout+jwt",))
    assert found is not None
    return found


def sign_out(provider: Seeded, browser: Browser) -> None:
    browser.open(f"/logout?id_token_hint={provider.id_token()}")


def rows(provider: Seeded) -> list[Any]:
    with provider.house.ground.database.reading() as db:
        return list(db.execute(select(outbox).where(outbox.c.kind == KIND).order_by(outbox.c.id)))


def test_the_token_is_exactly_what_the_specification_says(provider: Seeded, visitor: Browser, receiver: Receiver) -> None:
    """Back-Channel Logout 2.4, 2.5: claims, type, algorithm of the ID token, no nonce."""
    family = provider.family(visitor.open(authorize()).query["code"])
    sign_out(provider, visitor)
    assert deliver(provider) == 1
    (token,) = receiver.tokens
    assert header(token)["typ"] == "logout+jwt"
    assert header(token)["alg"] == "ES256"
    told = claims(provider, token)
    assert told.keys() == {"iss", "aud", "iat", "exp", "jti", "sub", "sid", "events"}
    assert (told["iss"], told["aud"]) == (ISSUER, "stellantis-portal")
    assert told["events"] == {EVENT: {}}
    assert told["exp"] - told["iat"] == 120
    assert told["iat"] == int(provider.clock.now().timestamp())
    client = provider.house.parties.clients.find("stellantis-portal")
    assert client is not None
    pairwise = provider.house.people.pairwise
    assert told["sub"] == pairwise.sub(family.subject_id, client.sector, client.subject_type)
    assert told["sid"] == pairwise.sid(family.session_id, client.sector)


def test_it_is_posted_as_a_form(provider: Seeded, visitor: Browser, receiver: Receiver) -> None:
    """Back-Channel Logout 2.5, 2.8: and 204 is as good an answer as 200."""
    receiver.answers = [204]
    sign_out(provider, visitor)
    deliver(provider)
    assert receiver.calls[0].content_type == "application/x-www-form-urlencoded"
    assert receiver.calls[0].form.keys() == {"logout_token"}
    assert rows(provider)[0].delivered_at is not None


def test_every_client_visited_is_told_once(provider: Seeded, visitor: Browser, receiver: Receiver) -> None:
    """P7: one logout token per client visited that registered an address."""
    visitor.open(authorize("app"))
    visitor.open(authorize("planner"))
    visitor.submit(press="allow")
    visitor.open(authorize())
    sign_out(provider, visitor)
    assert [row.target for row in rows(provider)] == ["stellantis-portal", "planner"]
    sign_out(provider, visitor)
    assert len(rows(provider)) == 2


def test_every_way_a_session_ends_takes_the_same_path(provider: Seeded, visitor: Browser, receiver: Receiver) -> None:
    """P7: idle here, disabled below; logout above."""
    provider.clock.advance(timedelta(minutes=16))
    provider.house.people.sessions.sweep(provider.clock.now())
    deliver(provider)
    assert len(receiver.calls) == 1


def test_a_disabled_subject_is_signed_out_at_every_client(provider: Seeded, visitor: Browser, receiver: Receiver) -> None:
    """P7: every way a session ends takes the same path."""
    ground, subjects = provider.house.ground, provider.house.people.subjects
    with ground.database.transaction() as db:
        ana = subjects.find(db, "ana")
        assert ana is not None
        subjects.disable(db, ground.bus, ana.id, provider.clock.now())
    deliver(provider)
    assert len(receiver.calls) == 1


def test_a_retry_sends_the_same_token_while_it_lives_and_a_new_one_later(
    provider: Seeded, visitor: Browser, receiver: Receiver, tmp_path: Path
) -> None:
    """P7: within the token's life the same token, whichever process sends it, later signed anew with a new jti."""
    receiver.answers = [503, 500, 302, 500]
    other = Seeded(settings_for(tmp_path), provider.clock)
    sign_out(provider, visitor)
    deliver(provider)
    for seconds, process in ((10, provider), (25, other), (200, provider)):
        provider.clock.advance(timedelta(seconds=seconds))
        deliver(process)
    other.house.ground.database.close()
    first, second, elsewhere, third = receiver.tokens
    assert first == second
    assert claims(provider, elsewhere) == claims(provider, first)
    assert claims(provider, third)["jti"] != claims(provider, first)["jti"]
    assert claims(provider, third)["exp"] > provider.clock.now().timestamp()


def test_a_token_is_never_sent_when_it_is_about_to_end(provider: Seeded, visitor: Browser, receiver: Receiver) -> None:
    """P7: within the token's life the same, later signed anew."""
    receiver.answers = [503]
    sign_out(provider, visitor)
    deliver(provider)
    provider.clock.advance(timedelta(seconds=118))
    deliver(provider)
    assert claims(provider, receiver.tokens[1])["exp"] - provider.clock.now().timestamp() > 10


def test_redirects_are_not_followed(provider: Seeded, visitor: Browser, receiver: Receiver) -> None:
    """P7; S3.11: no redirects."""
    receiver.answers = [302]
    sign_out(provider, visitor)
    deliver(provider)
    assert receiver.elsewhere == []
    assert rows(provider)[0].delivered_at is None


def test_the_clients_no_is_final_and_seen(provider: Seeded, visitor: Browser, receiver: Receiver) -> None:
    """Back-Channel Logout 2.8: 400 is the client's answer to a token it will not take."""
    receiver.answers = [400]
    sign_out(provider, visitor)
    deliver(provider)
    provider.clock.advance(timedelta(hours=2))
    assert deliver(provider) == 0
    assert rows(provider)[0].failed_at is not None
    assert "refused" in rows(provider)[0].last_error


def test_a_client_that_is_gone_is_given_up(provider: Seeded, visitor: Browser, receiver: Receiver) -> None:
    """P7: one logout token for each client."""
    sign_out(provider, visitor)
    ground, portal = provider.house.ground, next(one for one in CLIENTS if one["client_id"] == "stellantis-portal")
    given = {"grant_types": BOTH, "scope": EVERY_SCOPE, **portal, "backchannel_logout_uri": None}
    with ground.database.transaction() as db:
        provider.house.parties.clients.save(db, ground.bus, ClientMetadata.model_validate(given), "file")
    provider.clock.advance(timedelta(seconds=2))
    deliver(provider)
    assert receiver.calls == []
    assert rows(provider)[0].failed_at is not None


def test_nobody_listens(provider: Seeded, visitor: Browser, receiver: Receiver) -> None:
    """P7: stored retries."""
    receiver.answers = [500]
    sign_out(provider, visitor)
    assert deliver(provider) == 1
    assert rows(provider)[0].tries == 1
    provider.clock.advance(timedelta(minutes=1))
    assert deliver(provider) == 1
    assert rows(provider)[0].delivered_at is not None
