"""What is seen of the provider from outside, as it runs in life: sums over its processes, and a log without secrets."""

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from idp.app.metering import COUNTS
from idp.core.meter_file import kept
from tests.builders import ANA_PASSWORD
from tests.drivers.stack import ADDRESS, Stack, a_stack
from tests.faults.scene import Scene, set_scene
from tests.servers import wait_until

PROBES = 40
PROBED = 'idp_requests_total{endpoint="/healthz",status="2xx"}'


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with a_stack(tmp_path_factory.mktemp("observed"), deliver=True) as stack:
        yield set_scene(stack)


def get(stack: Stack, path: str, **headers: str) -> tuple[int, str]:
    """An answer to a connection of its own, which any worker may take."""
    connection = HTTPConnection(ADDRESS, stack.port, timeout=5)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def value(stack: Stack, series: str) -> float:
    """What the scraper reads of a series; 0 where there is none."""
    line = next((line for line in get(stack, "/metrics")[1].splitlines() if line.startswith(f"{series} ")), f"{series} 0")
    return float(line.rpartition(" ")[2])


def test_every_worker_tells_the_sum_of_all(scene: Scene) -> None:
    stack = scene.stack
    before = value(stack, PROBED)
    for _ in range(PROBES):
        assert get(stack, "/healthz")[0] == 200
    assert {value(stack, PROBED) for _ in range(10)} == {before + PROBES}
    counted = [one for one in kept(stack.folder / COUNTS) if one.name[1:] == ("/healthz", "2xx") and one.value]
    assert len(counted) == 2, "one worker answered everything: nothing was summed"


def test_a_worker_that_is_killed_takes_no_count_with_it(scene: Scene) -> None:
    stack = scene.stack
    for _ in range(PROBES):
        get(stack, "/healthz")
    before = value(stack, PROBED)
    stack.kill_worker()
    stack.wait_until_whole()
    assert value(stack, PROBED) == before
    get(stack, "/healthz")
    assert value(stack, PROBED) == before + 1
    assert len(list((stack.folder / COUNTS).iterdir())) == 3, "two that serve and one that delivers"


def test_what_the_delivery_worker_does_is_told_by_those_that_serve(scene: Scene) -> None:
    scene.tokens()
    wait_until(lambda: value(scene.stack, 'idp_deliveries_total{kind="mail",outcome="Delivered"}') >= 1)
    wait_until(lambda: value(scene.stack, "idp_worker_seen_seconds") >= 0)
    assert value(scene.stack, 'idp_tokens_total{grant="authorization_code"}') >= 1
    assert value(scene.stack, 'idp_events_total{event="SignedIn",outcome="ok",brand="stellantis",kind="pwd"}') == 1


def test_who_claims_to_be_near_is_still_far(scene: Scene) -> None:
    for headers in ({"X-Forwarded-For": "192.0.2.7"}, {"X-Forwarded-For": "127.0.0.1, 192.0.2.7"}, {"Forwarded": "for=1"}):
        assert get(scene.stack, "/metrics", **headers)[0] == 404, headers


def test_the_log_tells_each_request_and_no_secret(scene: Scene) -> None:
    stack = scene.stack
    _, code = scene.request_and_code()
    tokens = scene.tokens()
    get(stack, "/nowhere/hunter2?code=hunter2&token=hunter2", Authorization="Bearer hunter2", Cookie="session=hunter2")
    assert stack.server is not None
    wait_until(lambda: '"none"' in stack.server.err)
    session = scene.browser.cookie("idp_session")
    assert session
    given = [str(tokens.body[name]) for name in ("access_token", "id_token", "refresh_token") if name in tokens.body]
    secrets = [ANA_PASSWORD, "hunter2", code, session, stack.environment["IDP_MASTER_KEY"], scene.shop.secret, *given]
    assert len(given) >= 2
    assert stack.deliverer is not None
    log = stack.server.err + stack.deliverer.err
    assert [secret for secret in secrets if secret and secret in log] == []
    lines = [json.loads(line) for line in log.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert {"/token", "signin_answer", "none"} <= {line["endpoint"] for line in requests}
    assert all(re.fullmatch(r"[0-9a-f]{12}", line["request_id"]) for line in requests)
    assert len({line["request_id"] for line in requests}) == len(requests)
    assert all({"status_code", "ms", "timestamp", "level"} <= line.keys() for line in requests)
