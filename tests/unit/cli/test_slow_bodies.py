"""A few connections whose bodies never end do not hold the provider."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection

import pytest

from idp.cli.slow_bodies import LONGEST, SLOW, Body, Watch
from tests.servers import free_port, wait_until
from tests.unit.cli.slow_server import THREADS, SlowServer

HEAD = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Stalled:
    """A stream that does not go on: whoever reads it is told when they look."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile

    def read(self, *size: int) -> bytes:
        self._meanwhile()
        return b""


@pytest.fixture
def time() -> Time:
    return Time()


def found_while_reading(watch: Watch, time: Time, addresses: list[str], seconds: float) -> set[str]:
    """The offenders when bodies of `addresses` have been read for `seconds`."""
    found: list[set[str]] = []

    def innermost() -> None:
        time.now += seconds
        found.append(watch.offenders())

    def nested(rest: list[str]) -> None:
        if rest:
            Body(Stalled(lambda: nested(rest[1:])), rest[0], watch).read()
        else:
            innermost()

    nested(addresses)
    return found[0]


@pytest.mark.parametrize(
    ("addresses", "seconds", "offenders"),
    [
        (["192.0.2.1"] * 4, SLOW + 1, set()),
        (["192.0.2.1"] * 5, SLOW, set()),
        (["192.0.2.1"] * 5, SLOW + 1, {"192.0.2.1"}),
        (["192.0.2.1"] * 3 + ["192.0.2.2"] * 3, SLOW + 1, set()),
        (["192.0.2.1", "192.0.2.2"], LONGEST + 1, {"192.0.2.1", "192.0.2.2"}),
        (["10.0.0.1"] * 9, LONGEST + 1, set()),
    ],
)
def test_who_keeps_too_many_threads_waiting(time: Time, addresses: list[str], seconds: float, offenders: set[str]) -> None:
    watch = Watch(16, lambda address: address == "10.0.0.1", time)
    assert found_while_reading(watch, time, addresses, seconds) == offenders
    assert not watch.reading


def test_reads_of_one_body_share_its_time(time: Time) -> None:
    watch = Watch(16, lambda _: False, time)
    seen: list[set[str]] = []

    def drip() -> None:
        time.now += LONGEST / 2 + 1
        seen.append(watch.offenders())

    body = Body(Stalled(drip), "192.0.2.1", watch)
    body.read(1)
    body.read(1)
    assert seen == [set(), {"192.0.2.1"}]


@pytest.fixture
def port() -> Iterator[int]:
    found = free_port()
    with SlowServer(found):
        wait_until(lambda: answers(found), OSError)
        yield found


def answers(port: int) -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=1)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().read() == b"done"


def test_the_server_goes_on_answering(port: int) -> None:
    with ExitStack() as opened:
        for _ in range(2 * THREADS):
            opened.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(HEAD + b"a")
        wait_until(lambda: answers(port), OSError)


def test_a_body_in_two_parts_is_read_whole(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(HEAD + b"ab")
        connection.sendall(b"cde")
        assert connection.recv(4096).endswith(b"abcde")
