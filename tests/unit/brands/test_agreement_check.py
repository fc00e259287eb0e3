"""What a brand answers about an agreement counts only if it is signed, for us, and for this very question."""

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from idp.app.agreements import opened
from idp.brands.agreement_check import MOST_AT_ONCE, AgreementChecks, Asked, Found, NotFound, Silent
from idp.brands.brand import AccountApi, Brand
from idp.brands.registry import read_brands
from idp.core.fetcher import Fetcher
from idp.core.key_sets import KeySets
from idp.core.yaml_lines import BrokenFile, load
from tests.builders import TestClock
from tests.drivers.brand_api import BrandApi, a_brand_api
from tests.unit.brands.test_registry import BRAND, write

ISSUER = "https://id.example"
OURS = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
ELIN = Asked("PCP-4903127", date(1991, 2, 18), "NR2 3FJ")
ON_FILE = {"email": "elin@example.test", "phone": "+447700900206", "given_name": "Elin", "family_name": "Moss"}


def sign(claims: Mapping[str, Any], typ: str) -> str:
    return jws.serialize_compact({"alg": "ES256", "kid": OURS.kid, "typ": typ}, json.dumps(claims), OURS)


@pytest.fixture
def api(clock: TestClock) -> Iterator[BrandApi]:
    with a_brand_api(ISSUER, clock.now) as running:
        running.knows("PCP-4903127", "1991-02-18", "NR2 3FJ", "ST-415206", **ON_FILE)
        yield running


@pytest.fixture
def checks(clock: TestClock) -> AgreementChecks:
    fetcher = Fetcher(("localhost", "127.0.0.0/8"))
    return AgreementChecks(ISSUER, fetcher, KeySets(fetcher, clock), clock, sign, opened)


def brand_of(tmp_path: Path, api: BrandApi | None) -> Brand:
    file = tmp_path / "clients.yaml"
    write(file, BRAND)
    brand = read_brands(load(file))["acme"]
    return brand.model_copy(update={"account_api": AccountApi(**api.block()) if api else None})


@pytest.fixture
def brand(tmp_path: Path, api: BrandApi) -> Brand:
    return brand_of(tmp_path, api)


def test_what_matches_is_told_with_the_contacts_on_file(checks: AgreementChecks, api: BrandApi, brand: Brand) -> None:
    assert checks.ask(brand, ELIN) == Found("ST-415206", **ON_FILE)
    asked = api.asked[0]
    assert {name: asked[name] for name in ("iss", "aud", "agreement", "birth_date", "postcode")} == {
        "iss": ISSUER,
        "aud": api.url,
        "agreement": "PCP-4903127",
        "birth_date": "1991-02-18",
        "postcode": "NR2 3FJ",
    }
    assert asked["exp"] - asked["iat"] == 60
    assert len(asked["jti"]) >= 32


def test_a_number_alone_gives_the_customer_number_and_no_more(checks: AgreementChecks, api: BrandApi, brand: Brand) -> None:
    api.distort = lambda claims: claims | ON_FILE
    assert checks.ask(brand, Asked("PCP-4903127")) == Found("ST-415206")
    assert checks.ask(brand, Asked("PCP-0000000")) == NotFound()


@pytest.mark.parametrize("wrong", [{"birth_date": date(1991, 2, 19)}, {"postcode": "NR2 3FK"}, {"agreement": "HP-1"}])
def test_anything_that_differs_is_not_found(checks: AgreementChecks, brand: Brand, wrong: dict[str, Any]) -> None:
    assert checks.ask(brand, replace(ELIN, **wrong)) == NotFound()


BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "https://other.example"},
    "more audiences": {"aud": [ISSUER, "https://other.example"]},
    "another question": {"jti": "another"},
    "no question": {"jti": None},
    "expired": {"exp": 1},
    "no end": {"exp": None},
    "an end that is no number": {"exp": "soon"},
    "a verdict in words": {"match": "true"},
    "no verdict": {"match": None},
    "no customer": {"customer_number": None},
    "a customer that is a list": {"customer_number": ["ST-1"]},
    "a number that is too long": {"customer_number": "9" * 65},
    "an address with a line break": {"email": "a@b.example\r\nBcc: c@d.example"},
    "a name that is an object": {"given_name": {"en": "Elin"}},
    "a name without end": {"family_name": "x" * 300},
}


@pytest.mark.parametrize("changes", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_claims_that_do_not_hold(checks: AgreementChecks, api: BrandApi, brand: Brand, changes: dict[str, Any]) -> None:
    api.distort = lambda claims: {k: v for k, v in (claims | changes).items() if v is not None}
    assert checks.ask(brand, ELIN) == Silent()


def test_a_forged_answer(checks: AgreementChecks, api: BrandApi, brand: Brand) -> None:
    api.signs_with = ECKey.generate_key("P-256")
    assert checks.ask(brand, ELIN) == Silent()


def test_another_kind_of_token_by_the_same_key(checks: AgreementChecks, api: BrandApi, brand: Brand) -> None:
    api.typ = "client-authentication+jwt"
    assert checks.ask(brand, ELIN) == Silent()


def test_an_answer_of_before_is_no_answer_to_the_next_question(checks: AgreementChecks, api: BrandApi, brand: Brand) -> None:
    assert isinstance(checks.ask(brand, ELIN), Found)
    api.instead = (200, "application/jwt", api.signed(api.verdict(api.asked[0])).encode())
    assert checks.ask(brand, ELIN) == Silent()


GARBAGE: dict[str, tuple[int, str, bytes]] = {
    "nothing": (200, "application/jwt", b""),
    "noise": (200, "application/jwt", bytes(range(256))),
    "JSON": (200, "application/json", b'{"match": true, "customer_number": "ST-1"}'),
    "unsigned": (200, "application/jwt", b"eyJhbGciOiJub25lIn0.eyJtYXRjaCI6dHJ1ZX0."),
    "too much": (200, "application/jwt", b"a" * 20_000),
    "elsewhere": (302, "application/jwt", b""),
    "a failure": (500, "application/jwt", b""),
}


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE)
def test_garbage(checks: AgreementChecks, api: BrandApi, brand: Brand, answer: tuple[int, str, bytes]) -> None:
    api.instead = answer
    assert checks.ask(brand, ELIN) == Silent()
    assert len(api.asked) == 1


def test_a_brand_that_hangs_costs_three_seconds_and_one_request(checks: AgreementChecks, api: BrandApi, brand: Brand) -> None:
    api.hangs.set()
    began = time.monotonic()
    assert checks.ask(brand, ELIN) == Silent()
    assert 2.5 < time.monotonic() - began < 4
    assert len(api.asked) == 1


def test_a_brand_that_hangs_holds_few_at_once(checks: AgreementChecks, api: BrandApi, brand: Brand) -> None:
    api.hangs.set()
    with ThreadPoolExecutor(MOST_AT_ONCE * 2) as threads:
        verdicts = list(threads.map(lambda _: checks.ask(brand, ELIN), range(MOST_AT_ONCE * 2)))
    assert verdicts == [Silent()] * MOST_AT_ONCE * 2
    assert len(api.asked) <= MOST_AT_ONCE


def test_a_brand_that_hangs_leaves_room_for_another(
    checks: AgreementChecks, api: BrandApi, brand: Brand, clock: TestClock, tmp_path: Path
) -> None:
    with a_brand_api(ISSUER, clock.now) as answers, ThreadPoolExecutor(MOST_AT_ONCE) as threads:
        answers.knows("PCP-4903127", "1991-02-18", "NR2 3FJ", "AL-1")
        other = brand_of(tmp_path, answers).model_copy(update={"id": "other"})
        api.hangs.set()
        waiting = [threads.submit(checks.ask, brand, ELIN) for _ in range(MOST_AT_ONCE)]
        while len(api.asked) < MOST_AT_ONCE:
            assert not any(one.done() for one in waiting)
        assert checks.ask(brand, ELIN) == Silent()
        assert checks.ask(other, ELIN) == Found("AL-1")
        api.free.set()


def test_a_brand_that_is_down_or_has_no_api(checks: AgreementChecks, clock: TestClock, tmp_path: Path) -> None:
    with a_brand_api(ISSUER, clock.now) as gone:
        brand = brand_of(tmp_path, gone)
    assert checks.ask(brand, ELIN) == Silent()
    assert checks.ask(brand_of(tmp_path, None), ELIN) == Silent()


def test_keys_in_the_block_itself(checks: AgreementChecks, api: BrandApi, brand: Brand) -> None:
    block = {name: value for name, value in api.block().items() if name != "jwks_uri"}
    given = AccountApi(**block, jwks={"keys": [api.key.as_dict(private=False)]})
    assert isinstance(checks.ask(brand.model_copy(update={"account_api": given}), ELIN), Found)


def test_a_new_key_is_fetched(checks: AgreementChecks, api: BrandApi, brand: Brand, clock: TestClock) -> None:
    assert isinstance(checks.ask(brand, ELIN), Found)
    api.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    clock.advance(timedelta(minutes=1))
    assert isinstance(checks.ask(brand, ELIN), Found)


def test_what_was_typed_and_is_on_file_is_not_in_words() -> None:
    shown = f"{ELIN} {Found('ST-1', **ON_FILE)}"
    for secret in ("1991", "NR2", "elin@", "7700", "Moss"):
        assert secret not in shown


API_BLOCK = """    account_api:
      url: https://acme.example/api
      check_url: https://acme.example/api/agreement-check
      jwks_uri: https://acme.example/api/jwks.json
"""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("jwks_uri: https://acme.example/api/jwks.json", "", ":10: brands.acme.account_api: needs either jwks or jwks_uri"),
        ("check_url: https:", "check_url: http:", ":12: brands.acme.account_api.check_url: must be an https address"),
        ("check_url:", "chek_url:", ":12: brands.acme.account_api.chek_url: is not a known field"),
        ("url: https://acme.example/api\n", "url: https://acme.example/api?x=1\n", ":11: brands.acme.account_api.url: must be"),
    ],
)
def test_a_mistake_in_the_block_is_named_by_line(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    file = tmp_path / "clients.yaml"
    write(file, BRAND + API_BLOCK)
    assert read_brands(load(file))["acme"].account_api is not None
    write(file, BRAND + API_BLOCK.replace(right, wrong))
    with pytest.raises(BrokenFile) as broken:
        read_brands(load(file))
    assert any(said in problem for problem in broken.value.problems), broken.value.problems
