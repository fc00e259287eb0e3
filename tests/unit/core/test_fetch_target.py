"""Which addresses a client may have us speak to."""

import time
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.fetch_target import MOST_LOOKUPS, MOST_OF_ONE, FetchRefused, is_public, resolve_by_system, target_of
from tests.servers import wait_until

NEVER = [
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "3fff::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "ff02::1",
]
ALWAYS = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", NEVER)
def test_an_address_that_is_not_of_the_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ALWAYS)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_an_url_is_read_into_its_parts() -> None:
    target = target_of("https://Portal.Example.test:8443/jwks.json?v=1#part")
    assert (target.scheme, target.host, target.port) == ("https", "portal.example.test", 8443)
    assert (target.authority, target.path) == ("Portal.Example.test:8443", "/jwks.json?v=1")
    assert target_of("https://[2606:4700::1111]").host == "2606:4700::1111"
    assert (target_of("http://h").port, target_of("https://h").port, target_of("https://h").path) == (80, 443, "/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.test",
        "//example.test/",
        "ftp://example.test/",
        "file:///etc/passwd",
        "https:///jwks",
        "https://",
        "https://user@example.test/",
        "https://user:pass@example.test/",
        "https://example.test\\@evil.test/",
        "https://example.test:99999/",
        "https://example.test:x/",
        "https://[::1/",
        "https://[fe80::1%25lo]/",
        "https://exa mple.test/",
        "https://example.test/a\r\nHost: evil.test",
        " https://example.test/",
        "https://exämple.test/",
        "https://example.test/ä",
        "https://a..b/",
        "https://-a.test/",
        "https://" + "a" * 64 + ".test/",
        "https://" + "a." * 130 + "test/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://example.1/",
    ],
)
def test_a_doubtful_url_is_refused(url: str) -> None:
    with pytest.raises(FetchRefused):
        target_of(url)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://host{text}"):
        try:
            target_of(url)
        except FetchRefused:
            continue


def admitted(url: str, addresses: list[str], *allow: str) -> list[str]:
    target = target_of(url)
    found = target.admitted(lambda _host, port: [(address, port) for address in addresses], allow, time.monotonic() + 3)
    return [address for address, _port in found]


def test_public_addresses_are_admitted_by_https_alone() -> None:
    assert admitted("https://h.test/", ["1.1.1.1", "2606:4700::1111"]) == ["1.1.1.1", "2606:4700::1111"]
    with pytest.raises(FetchRefused, match="https"):
        admitted("http://h.test/", ["1.1.1.1"])


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(FetchRefused, match="public"):
        admitted("https://h.test/", ["1.1.1.1", "10.0.0.1"])


def test_what_is_allowed_may_be_private_and_plain() -> None:
    assert admitted("http://localhost:9001/", ["127.0.0.1", "::1"], "localhost")
    assert admitted("http://portal.internal/", ["10.2.3.4"], "10.0.0.0/8")
    assert admitted("http://portal.internal/", ["::ffff:10.2.3.4"], "10.0.0.0/8")
    assert admitted("http://10.2.3.4/", ["10.2.3.4"], "10.2.3.4")


@pytest.mark.parametrize("allow", [(), ("other",), ("10.0.0.0/8", "other"), ("ocalhost",)])
def test_what_is_not_allowed_is_not(allow: tuple[str, ...]) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(FetchRefused):
            admitted(f"{scheme}://localhost/", ["10.0.0.1", "127.0.0.1"], *allow)


@pytest.mark.parametrize("fault", [OSError("no such name"), UnicodeError("label too long")])
def test_a_name_without_an_address_is_refused(fault: Exception) -> None:
    def resolve(_host: str, _port: int) -> list[tuple[str, int]]:
        raise fault

    with pytest.raises(FetchRefused, match="no address"):
        target_of("https://h.test/").admitted(resolve, (), time.monotonic() + 3)


def test_a_resolver_that_hangs_is_not_waited_for() -> None:
    began = time.monotonic()
    released = Event()

    def hang(_host: str, port: int) -> list[tuple[str, int]]:
        released.wait(30)
        return [("1.1.1.1", port)]

    for _ in range(20):
        with pytest.raises(FetchRefused):
            target_of("https://h.test/").admitted(hang, (), time.monotonic() + 0.01)
    assert time.monotonic() - began < 10
    released.set()
    wait_until(lambda: admitted("https://h.test/", ["1.1.1.1"]) == ["1.1.1.1"], FetchRefused)


def test_the_system_resolves_each_address_once() -> None:
    assert resolve_by_system("127.0.0.1", 443) == [("127.0.0.1", 443)]
    assert resolve_by_system("::1", 443) == [("::1", 443)]


def test_name_servers_that_hang_hold_up_no_other_names() -> None:
    """S3.11, S4: nobody can stop a resolver, but the names of one owner have a part of the lookups alone."""
    answer, asked = Event(), []

    def slow(host: str, port: int) -> list[tuple[str, int]]:
        asked.append(host)
        assert host == "good.example" or answer.wait(10)
        return [("1.1.1.1", port)]

    try:
        for n in range(MOST_LOOKUPS):
            with pytest.raises(FetchRefused):
                target_of(f"https://{n}.hangs.example/").admitted(slow, (), time.monotonic() + 0.01)
        assert target_of("https://good.example/").admitted(slow, (), time.monotonic() + 3) == [("1.1.1.1", 443)]
        assert len(asked) == MOST_OF_ONE + 1
    finally:
        answer.set()
