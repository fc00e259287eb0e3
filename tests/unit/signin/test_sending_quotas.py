"""How many codes are sent, whoever asks for them, wherever they go."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from secrets import token_urlsafe

import pytest

from idp.core.errors import Unavailable
from idp.core.kv import KV, open_kv
from idp.core.throttle import Throttle
from idp.factors.sent_code import Place
from idp.signin.sending_quotas import SendQuotas, Twice, Used
from tests.builders import TestClock

HOUR = timedelta(hours=1)
PHONE = "+447700900118"


@pytest.fixture
def quotas(kv: KV, clock: TestClock) -> SendQuotas:
    return SendQuotas(Throttle(kv, clock), b"q" * 32)


def use(quotas: SendQuotas, *, kind: str = "text_code", who: str = "ana", to: str = PHONE, source: str = "192.0.2.7") -> str:
    """The quota that was used up; empty where the code may be sent."""
    used = quotas.use(a_place(kind, who), to, source)
    assert not isinstance(used, Twice)
    return used.name if used else ""


def a_place(kind: str = "text_code", who: str = "ana") -> Place:
    """Somewhere nothing was asked for yet."""
    return Place(kind, who, token_urlsafe(16))


def test_a_subject_gets_five_an_hour_at_whatever_number(quotas: SendQuotas) -> None:
    assert [use(quotas, to=f"+4477009001{number:02}") for number in range(6)] == [""] * 5 + ["subject"]


def test_a_number_gets_five_an_hour_whosever_it_is(quotas: SendQuotas) -> None:
    assert [use(quotas, who=f"subject {number}") for number in range(6)] == [""] * 5 + ["target"]


def test_a_number_that_nobody_confirmed_has_a_quota_of_its_own(quotas: SendQuotas) -> None:
    used = [quotas.use(a_place(who=f"subject {number}"), PHONE, "192.0.2.7", confirmed=False) for number in range(4)]
    assert [one.name if isinstance(one, Used) else one for one in used] == [None, None, None, "new"]
    assert use(quotas) == ""  # and its owner still gets theirs


def test_no_spelling_of_an_address_has_a_quota_of_its_own(quotas: SendQuotas) -> None:
    spelled = ("kim@example.test", "Kim@example.test", "KIM@Example.Test", "ｋｉｍ@example.test")
    places = [a_place("mail_code", who=f"subject {number}") for number in range(4)]
    used = [quotas.use(place, one, "192.0.2.7", confirmed=False) for place, one in zip(places, spelled, strict=True)]
    assert [one.name if isinstance(one, Used) else one for one in used] == [None, None, None, "new"]


def test_a_source_gets_sixty_an_hour_for_whomever(quotas: SendQuotas) -> None:
    said = [use(quotas, who=str(number), to=str(number), source=f"2001:db8::{number:x}") for number in range(61)]
    assert said == [""] * 60 + ["source"]
    assert use(quotas, who="ben", to="+447700900552", source="2001:db8:0:1::1") == ""


def test_ten_a_day(quotas: SendQuotas, clock: TestClock) -> None:
    clock.advance(timedelta(hours=-9, minutes=-30))  # at midnight, where a day is counted from
    for _ in range(10):
        assert use(quotas) == ""
        clock.advance(2 * HOUR)
    used = quotas.use(a_place(), PHONE, "192.0.2.7")
    assert isinstance(used, Used)
    assert used.retry_after > 4 * HOUR
    clock.advance(used.retry_after)
    assert use(quotas) == ""


def test_what_was_refused_uses_up_nothing(quotas: SendQuotas, clock: TestClock) -> None:
    for number in range(5):
        use(quotas, who=f"subject {number}")
    for _ in range(20):
        assert use(quotas, who="ben") == "target"
    assert [use(quotas, who="ben", to="+447700900552") for _ in range(5)] == [""] * 5


def test_texts_and_mails_have_quotas_of_their_own(quotas: SendQuotas) -> None:
    assert [use(quotas) for _ in range(6)][-1] == "subject"
    assert use(quotas, kind="mail_code", to="ana@example.test") == ""


def test_of_ten_clicks_at_once_one_is_counted(quotas: SendQuotas, clock: TestClock) -> None:
    place = a_place()
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: quotas.use(place, PHONE, "192.0.2.7"), range(10)))
    assert answers.count(None) == 1
    assert answers.count(Twice()) == 9
    assert [use(quotas) for _ in range(5)] == [""] * 4 + ["subject"]
    clock.advance(timedelta(hours=2))
    assert quotas.use(place, PHONE, "192.0.2.7") is None


def test_who_cannot_count_sends_nothing(clock: TestClock) -> None:
    away = SendQuotas(Throttle(open_kv("sqlite:////nowhere/at/all/kv.db", clock), clock), b"q" * 32)
    with pytest.raises(Unavailable):
        use(away)


def test_no_number_can_be_read_from_the_store(kv: KV, clock: TestClock) -> None:
    names: list[str] = []

    class Watched(Throttle):
        def _key(self, name: str, source: str, window: timedelta, ago: int) -> str:
            names.append(super()._key(name, source, window, ago))
            return names[-1]

    SendQuotas(Watched(kv, clock), b"q" * 32).use(a_place(), PHONE, "192.0.2.7")
    assert names
    assert not [name for name in names if PHONE[-6:] in name]
