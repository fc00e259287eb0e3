"""`/metrics`: what a scraper reads, and that nobody else does."""

from collections.abc import Mapping
from typing import Any

import pytest

from idp.core.meter import Meter
from idp.core.metrics import DURATIONS, FAMILIES, REFUSALS, REQUESTS, TOKENS, UP, Sample
from idp.core.origin import Origin
from idp.web.call import Call
from idp.web.metrics import Watchers, exposition
from tests.drivers.provider import Provider
from tests.drivers.provider import a_provider as provider_in


def test_the_text_is_what_the_format_asks_for() -> None:
    meter = Meter()
    meter.add(REFUSALS, 'odd "code"\\\n')
    for seconds in (0.001, 0.02, 0.5, 9.5):
        meter.answered("/token", "2xx", seconds)
    lines = list(exposition(meter.sums(), [Sample(UP, ("kv",), 1)]))
    assert lines == [
        f"# HELP idp_requests_total {REQUESTS.about}",
        "# TYPE idp_requests_total counter",
        'idp_requests_total{endpoint="/token",status="2xx"} 4',
        f"# HELP idp_request_seconds {DURATIONS.about}",
        "# TYPE idp_request_seconds histogram",
        'idp_request_seconds_bucket{endpoint="/token",le="0.005"} 1',
        'idp_request_seconds_bucket{endpoint="/token",le="0.025"} 2',
        'idp_request_seconds_bucket{endpoint="/token",le="0.1"} 2',
        'idp_request_seconds_bucket{endpoint="/token",le="0.5"} 3',
        'idp_request_seconds_bucket{endpoint="/token",le="2.5"} 3',
        'idp_request_seconds_bucket{endpoint="/token",le="+Inf"} 4',
        'idp_request_seconds_sum{endpoint="/token"} 10.021',
        'idp_request_seconds_count{endpoint="/token"} 4',
        f"# HELP idp_refusals_total {REFUSALS.about}",
        "# TYPE idp_refusals_total counter",
        'idp_refusals_total{code="odd \\"code\\"\\\\\\n"} 1',
        f"# HELP idp_up {UP.about}",
        "# TYPE idp_up gauge",
        'idp_up{part="kv"} 1',
    ]


def test_nothing_of_a_family_that_is_no_more_is_told() -> None:
    assert list(exposition({("idp_gone_total", "x"): 1.0}, [])) == []


def may_look(allowed: tuple[str, ...], peer: str, **headers: str) -> bool:
    environ: Mapping[str, Any] = {"REMOTE_ADDR": peer, **{f"HTTP_{name}": value for name, value in headers.items()}}
    return Watchers(allowed).may_look(Call(environ, Origin(), 0, {}))


@pytest.mark.parametrize(
    ("allowed", "peer", "forwarded", "may"),
    [
        ((), "127.0.0.1", None, True),
        ((), "::1", None, True),
        ((), "::ffff:127.0.0.1", None, True),
        ((), "192.0.2.7", None, False),
        ((), "192.0.2.7", "127.0.0.1", False),
        ((), "127.0.0.1", "192.0.2.7", False),
        ((), "127.0.0.1", "127.0.0.1, 192.0.2.7", False),
        ((), "127.0.0.1", "192.0.2.7, 127.0.0.1", False),
        ((), "127.0.0.1", "127.0.0.1", True),
        ((), "127.0.0.1", "", False),
        ((), "127.0.0.1", "unknown", False),
        ((), "", None, False),
        (("192.0.2.0/24",), "192.0.2.7", None, True),
        (("192.0.2.0/24",), "198.51.100.7", None, False),
        (("192.0.2.0/24",), "198.51.100.7", "192.0.2.7", False),
        (("2001:db8::/32",), "2001:db8::7", None, True),
    ],
)
def test_who_may_look(allowed: tuple[str, ...], peer: str, forwarded: str | None, may: bool) -> None:
    headers = {} if forwarded is None else {"X_FORWARDED_FOR": forwarded}
    assert may_look(allowed, peer, **headers) is may


@pytest.mark.parametrize("header", ["FORWARDED", "X_REAL_IP", "VIA"])
def test_whoever_is_relayed_another_way_may_not(header: str) -> None:
    assert not may_look((), "127.0.0.1", **{header: "127.0.0.1"})


def get(provider: Provider, path: str = "/metrics", **environ: Any) -> Any:
    return provider.app.test_client().get(path, base_url="http://10.0.0.1:9000", environ_overrides=environ)


def test_a_stranger_learns_nothing(provider: Provider) -> None:
    answer = get(provider, REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="127.0.0.1")
    assert (answer.status_code, answer.json) == (404, {"error": "not_found"})


def test_a_trusted_proxy_opens_nothing_to_strangers(tmp_path: Any, clock: Any) -> None:
    with provider_in(tmp_path, clock, trusted_proxies="127.0.0.1", metrics_allow="10.9.0.0/16") as provider:
        assert get(provider, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 404
        assert get(provider, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="127.0.0.1, 192.0.2.7").status_code == 404
        assert get(provider, REMOTE_ADDR="10.9.1.1").status_code == 200


def test_what_stands_in_the_stores_is_told(provider: Provider) -> None:
    provider.app.test_client().post("/token", base_url=provider.issuer, data={"grant_type": "made_up"})
    answer = get(provider)
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    text = answer.get_data(as_text=True)
    for line in (
        'idp_up{part="database"} 1',
        'idp_up{part="kv"} 1',
        'idp_up{part="keys"} 1',
        "idp_outbox_oldest_seconds 0",
        'idp_signing_key_age_seconds{alg="ES256"} 0',
        "idp_worker_seen_seconds -1",
        'idp_requests_total{endpoint="/token",status="4xx"} 1',
    ):
        assert line in text.splitlines(), line
    assert "idp_refusals_total{" in text


def test_a_database_that_is_away_leaves_the_counts(provider: Provider, tmp_path: Any) -> None:
    get(provider, "/healthz")
    provider.house.ground.database.close()
    (tmp_path / "idp.db").rename(tmp_path / "away.db")
    text = get(provider).get_data(as_text=True)
    assert 'idp_requests_total{endpoint="/healthz",status="2xx"} 1' in text
    assert "idp_outbox_oldest_seconds" not in text
    assert 'idp_store_errors_total{store="database"}' in get(provider).get_data(as_text=True)


def test_both_names_of_health_answer(provider: Provider) -> None:
    assert get(provider, "/healthz").json == get(provider, "/health/live").json == {"status": "live"}
    assert get(provider, "/readyz").json == get(provider, "/health/ready").json == {"status": "ready"}


def test_no_label_is_taken_from_what_a_caller_sends(provider: Provider) -> None:
    get(provider, "/no/such/page?code=hunter2")
    get(provider, "/metrics?code=hunter2")
    text = get(provider).get_data(as_text=True)
    assert "hunter2" not in text
    assert 'idp_requests_total{endpoint="none",status="4xx"} 1' in text


def test_every_family_is_described() -> None:
    assert [family.name for family in FAMILIES if not family.about] == []
    assert TOKENS.labels == ("grant",)
