"""Which addresses the fetcher may speak to: an URL read strictly, resolved once, and judged by every address it has."""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Event, Thread
from time import monotonic
from urllib.parse import urlsplit

from idp.core.errors import IdpError
from idp.core.rooms import Rooms

Address = tuple[str, int]

PRINTABLE = re.compile(r"[!-~]+")
NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
# 127.1, 2130706433 and 0x7f000001 are spellings of 127.0.0.1 to a resolver, and names to whoever reads the URL.
NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")
# Not for the public whatever the standard library says: tunnels with an IPv4 address inside (6to4, Teredo, NAT64: RFC 3056,
# 4380, 6052, 8215) and blocks of the IANA registries of special purposes that it knows only since later versions.
SPECIAL = tuple(
    ip_network(net)
    for net in ("2002::/16", "2001::/23", "64:ff9b::/96", "64:ff9b:1::/48", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24")
)
# Of them, for names of one owner: whoever's name servers hang must not stop mails, texts and keys of everybody else.
MOST_LOOKUPS, MOST_OF_ONE = 16, 8

_lookups = Rooms(MOST_LOOKUPS, MOST_OF_ONE)


class FetchRefused(IdpError):
    """An address a client named may not be fetched, or did not answer as it must."""

    def __init__(self, because: str) -> None:
        super().__init__("fetch_refused", because=because)


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed URL: `authority` is for the Host header, `path` holds the query too."""

    scheme: str
    host: str
    port: int
    authority: str
    path: str

    def admitted(self, resolve: Callable[[str, int], list[Address]], allow: Sequence[str], deadline: float) -> list[Address]:
        """Resolves once and returns the addresses to connect to. Raises `FetchRefused` where one of them is forbidden.

        A name in `allow` may be anywhere, and plain http; so may any name whose addresses lie in a network of `allow`.
        """
        addresses = _in_time(resolve, self.host, self.port, deadline)
        trusted = self.host in allow or all(_in_networks(address, allow) for address, _port in addresses)
        if not trusted and self.scheme != "https":
            raise FetchRefused(f"{self.authority} is not https")
        if not trusted and not all(is_public(address) for address, _port in addresses):
            raise FetchRefused(f"{self.authority} is not a public address")
        return addresses


def target_of(url: str) -> Target:
    """Reads an URL strictly. Raises `FetchRefused`."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise FetchRefused("not an URL") from error
    if not PRINTABLE.fullmatch(url) or "\\" in url or "@" in parts.netloc or parts.scheme not in {"https", "http"}:
        raise FetchRefused("not a plain https URL")
    if not _is_host(host):
        raise FetchRefused("not a host name")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), parts.netloc, path)


def is_public(address: str) -> bool:
    """Whether `address` is one of the public Internet: no private, local, shared, multicast or tunnel address."""
    parsed: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        if parsed.is_site_local:
            return False
    if any(parsed in network for network in SPECIAL):
        return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


def resolve_by_system(host: str, port: int) -> list[Address]:
    """All addresses of `host` by the system's resolver, as (address, port)."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((str(sockaddr[0]), port) for *_rest, sockaddr in found))


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return len(host) <= 253 and NAME.fullmatch(host) is not None and not NUMERIC.fullmatch(host)
    return "%" not in host


def _in_networks(address: str, allow: Sequence[str]) -> bool:
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    for entry in allow:
        try:
            if parsed in ip_network(entry):
                return True
        except ValueError:
            continue  # a host name
    return False


def _in_time(resolve: Callable[[str, int], list[Address]], host: str, port: int, deadline: float) -> list[Address]:
    # The resolver has no timeout of its own: it runs aside, and few may hang there at once.
    found: list[Address] = []
    crowded = Event()

    def look_up() -> None:
        with _lookups.room(_owner(host)) as room:
            if not room:
                crowded.set()
                return
            try:
                found.extend(resolve(host, port))
            except (OSError, UnicodeError):
                found.clear()

    thread = Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(max(0.0, deadline - monotonic()))
    if crowded.is_set():
        raise FetchRefused("too many names are being looked up")
    if thread.is_alive() or not found:
        raise FetchRefused(f"{host} has no address")
    return found


def _owner(host: str) -> str:
    """Whose name it is, as well as can be told without a list of registries: its last two parts."""
    return ".".join(host.rstrip(".").split(".")[-2:])
