"""A registration in words, and moments as an agent says them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from idp.admin.client_kinds import BY_KEY
from idp.admin.client_words import facts
from idp.admin.lately import lately, tried
from idp.clients.metadata import ClientMetadata

NAME = {
    "client_name": "Ledger",
    "client_id": "ledger",
    "redirect_uris": ["https://ledger.example/a", "https://ledger.example/b"],
}
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=ZoneInfo("Europe/London"))


def said(kind: str, **more: object) -> dict[str, tuple[str, ...]]:
    meta = ClientMetadata.model_validate({**NAME, **BY_KEY[kind].defaults, **more})
    return {fact.label: fact.meant for fact in facts(meta, BY_KEY[kind], {"alphera": "ALPHERA Financial Services"})}


def test_what_is_asked_at_once_is_always_told() -> None:
    told = said("web", brand="alphera")
    assert told["Brand"] == ("ALPHERA Financial Services",)
    assert told["Redirect addresses"] == ("https://ledger.example/a", "https://ledger.example/b")
    assert told["Consent"] == ("Customers are asked",)
    assert said("web")["Brand"] == ("None: it is no brand’s",)


def test_of_the_further_settings_those_are_told_that_are_not_as_usual() -> None:
    assert {"How it proves itself", "Access tokens are", "PKCE"}.isdisjoint(said("web"))
    told = said("web", token_endpoint_auth_method="private_key_jwt", jwks_uri="https://ledger.example/keys", require_pkce=False)
    assert told["How it proves itself"][0].startswith("A signature with its own key")
    assert told["PKCE"] == ("Not required",)
    assert told["Address of its key set"] == ("https://ledger.example/keys",)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(minutes=5), "today at 11:55 (GMT)"),
        (timedelta(hours=12, minutes=1), "yesterday at 23:59 (GMT)"),
        (timedelta(days=2), "1 November 2026 at 12:00 (GMT)"),
    ],
)
def test_near_days_have_names(before: timedelta, words: str) -> None:
    assert lately(NOON - before, NOON) == words


def test_what_was_not_tried_is_not_told() -> None:
    assert [tried(times) for times in (0, 1, 2, 9)] == ["", "tried once", "tried twice", "tried 9 times"]
