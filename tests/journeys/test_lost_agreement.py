"""A lost second factor, and the brand's own check of an agreement as one of the proofs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from idp.app.recovery import hashing_of
from tests.builders import TestClock
from tests.drivers.brand_api import BrandApi, a_brand_api
from tests.drivers.lost import AGREEMENT, BORN, NUMBER, PHONE, POSTCODE, Loss
from tests.drivers.post import Post
from tests.drivers.provider import CLIENTS_FILE, ISSUER, a_provider
from tests.journeys.locks import tried

NEW = "saffron glacier walnut 41"
CUSTOMER = "ST-100"
HERE = "127.0.0.1"


@pytest.fixture
def api(clock: TestClock) -> Iterator[BrandApi]:
    with a_brand_api(ISSUER, clock.now) as running:
        running.knows(NUMBER, BORN.isoformat(), POSTCODE, CUSTOMER)
        running.knows("STL-2002", BORN.isoformat(), POSTCODE, "ST-200")
        yield running


@pytest.fixture(params=["stellantis", "alphera"])
def loss(request: pytest.FixtureRequest, api: BrandApi, clock: TestClock, tmp_path: Path) -> Iterator[Loss]:
    """Ana, whose brand checks agreements."""
    brand, file = request.param, tmp_path / "clients.yaml"
    known = yaml.safe_load(CLIENTS_FILE.read_text())
    known["brands"][brand]["account_api"] = api.block()
    file.write_text(yaml.safe_dump(known))
    with a_provider(tmp_path, clock, clients_file=str(file)) as provider:
        provider.add_customer("ana", claims=PHONE, numbers={brand: CUSTOMER})
        provider.add_app("ana")
        shop = provider.add_client("shop", brand=brand, consent="implied")
        yield Loss(provider, shop, Post(provider, tmp_path), provider.browser(), clock)


# The proofs that begin, the one at the end, and whether a new password is chosen then.
PAIRS = [
    ("agreement", "password", "password", False),
    ("agreement", "mail_code", "agreement", True),
    ("agreement", "text_code", "text_code", True),
]


@pytest.mark.parametrize(("first", "second", "last", "renews"), PAIRS)
def test_an_agreement_is_one_of_two_proofs(loss: Loss, first: str, second: str, last: str, renews: bool) -> None:
    loss.has_begun(first, second)
    loss.waits(24)
    loss.comes_back()
    assert "Remove your second step" in loss.gives(last).text
    done = loss.browser.submit(password=NEW) if renews else loss.browser.submit()
    assert "is removed" in done.text


def phoneless(loss: Loss) -> Loss:
    """The same story about Bea, who has never given a number."""
    loss.provider.add_customer("bea", numbers=dict.fromkeys(("stellantis", "alphera"), "ST-200"))
    loss.provider.add_app("bea")
    loss.agreement = "STL-2002"
    return loss


def test_no_phone_and_no_password(loss: Loss) -> None:
    """Mail and agreement are left: it takes three days, and a new password is chosen in the same pass."""
    phoneless(loss).begins("bea")
    loss.gives("mail_code")
    loss.gives("agreement")
    loss.browser.submit()
    loss.waits(36)
    loss.waits(35.9)
    assert loss.provider.happened("FactorResetReady") == []
    loss.waits(0.1)
    loss.comes_back()
    loss.gives("agreement")
    assert loss.browser.submit(password="short").status == 422
    assert "is removed" in loss.browser.submit(password=NEW).text
    assert tried(loss.browser, loss.shop, "bea", password=NEW).left


def test_new_passwords_of_one_source_are_counted_before_they_are_hashed(loss: Loss) -> None:
    """Whatever way back in they were set on; nothing is changed by one too many, and the wait is not for nothing."""
    phoneless(loss).begins("bea")
    loss.gives("mail_code")
    loss.gives("agreement")
    loss.browser.submit()
    for _ in range(6):
        loss.waits(12)
    loss.comes_back()
    loss.gives("agreement")
    quota = hashing_of(loss.provider.house)
    for _ in range(quota.most):
        quota.throttle.tries(quota.name, HERE, quota.most, quota.window)
    assert (loss.browser.submit(password=NEW).status, "Too many requests" in loss.browser.text()) == (429, True)
    assert loss.provider.happened("FactorResetFinished") == loss.provider.happened("PasswordChanged") == []
    loss.clock.advance(2 * quota.window)
    loss.comes_back()
    loss.gives("agreement")
    assert "is removed" in loss.browser.submit(password=NEW).text


def test_locked_and_no_phone(loss: Loss) -> None:
    """A lock stops the password alone: mail and agreement go on, and the new password opens the lock."""
    tried(loss.provider.browser("192.0.2.9"), phoneless(loss).shop, *["bea"] * 5)
    loss.begins("bea")
    hub = loss.browser.page.url
    assert "locked" in loss.gives("password").text
    loss.browser.open(hub)
    loss.gives("mail_code")
    loss.gives("agreement")
    loss.browser.submit()
    loss.waits(72)
    loss.comes_back()
    loss.gives("agreement")
    loss.browser.submit(password=NEW)
    assert tried(loss.browser, loss.shop, "bea", password=NEW).left
    (locked,) = loss.provider.happened("PasswordLocked")
    # The one lock ended long before by itself, the other waited for this.
    assert loss.outcomes("PasswordUnlocked") == ([] if locked.brand == "stellantis" else ["recovery"])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"agreement": "STL-2002"}, "did not match"),  # somebody else's
        ({"agreement": "STL-9999"}, "did not match"),
        ({"postcode": "EC1A 1BB"}, "did not match"),
        ({"birth_day": "18"}, "did not match"),
        ({"birth_month": "May"}, "Check your date of birth"),
        ({"postcode": " "}, "Check your postcode"),
        ({"agreement": f"{NUMBER}日"}, "Check the agreement number"),
    ],
)
def test_what_does_not_fit_proves_nothing(loss: Loss, fields: dict[str, str], said: str) -> None:
    loss.begins()
    loss.asks("agreement")
    assert said in loss.browser.submit(**(AGREEMENT | fields)).text
    nobody = loss.elsewhere()
    nobody.begins("nobody")
    nobody.asks("agreement")
    assert "did not match" in nobody.browser.submit(**AGREEMENT).text
    assert loss.provider.happened("SecondStepProven") == []


def test_it_is_no_activation(loss: Loss) -> None:
    address = loss.begins().url.partition("?")[0].rpartition("/")[2]
    assert "Online access is not activated here" in loss.browser.open(f"/activate/{address}").text


def test_a_silent_brand_is_tried_later(loss: Loss, api: BrandApi) -> None:
    api.instead = (500, "text/plain", b"down")
    loss.begins()
    page = loss.gives("agreement")
    assert (page.status, "cannot ask at the moment" in page.text) == (503, True)
    for _ in range(5):
        assert loss.browser.submit(**AGREEMENT).status == 503
    api.instead = None
    assert "One more" in loss.browser.submit(**AGREEMENT).text


def test_an_agreement_is_tried_five_times_a_day(loss: Loss, api: BrandApi) -> None:
    for number in range(6):
        other = loss.elsewhere(f"192.0.2.{100 + number}")
        other.begins()
        other.asks("agreement")
        spelled = NUMBER.lower().replace("-", " " * number)
        page = other.browser.submit(**(AGREEMENT | {"agreement": spelled, "birth_year": "1999"}))
    assert (page.status, len(api.asked)) == (429, 5)


def test_strangers_use_up_no_tries_at_agreements_that_are_not_theirs(loss: Loss, api: BrandApi) -> None:
    """One way is good for five tries, one place for fifteen; and who has proven something has tries of their own."""
    thief = loss.elsewhere("203.0.113.9")
    statuses = []
    for number in range(5):
        thief.begins("nobody")
        thief.asks("agreement")
        for try_ in range(6):
            typed = AGREEMENT | {"agreement": f"STL-90{number}{try_}", "birth_year": "1999"}
            statuses.append(thief.browser.submit(**typed).status)
    assert (statuses.count(422), statuses[:6]) == (15, [422] * 5 + [429])
    assert len(api.asked) == 15
    for number in range(2):
        other = loss.elsewhere(f"203.0.113.{10 + number}")
        other.begins("nobody")
        other.asks("agreement")
        for _ in range(4):
            page = other.browser.submit(**(AGREEMENT | {"birth_year": "1999"}))
    assert page.status == 429
    loss.begins()
    loss.gives("password")
    assert "Nothing has changed yet" in loss.gives("agreement").text


def test_an_interaction_that_is_used_up_counts_against_no_agreement(loss: Loss) -> None:
    thief = loss.elsewhere("203.0.113.9")
    thief.begins("nobody")
    thief.asks("agreement")
    for number in ["STL-9999"] * 5 + [NUMBER] * 5:
        thief.browser.submit(**(AGREEMENT | {"agreement": number}))
    loss.begins()
    assert "One more" in loss.gives("agreement").text
