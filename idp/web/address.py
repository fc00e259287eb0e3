"""The address a request comes from. X-Forwarded-For is believed only as far as trusted proxies wrote it (S3.6)."""

import secrets
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import count
from typing import Any

from idp.core.origin import Origin

Network = IPv4Network | IPv6Network
LONGEST_DEVICE = 160


class TrustedProxies:
    """The proxies an operator named; none by default, so that nobody chooses their own address."""

    def __init__(self, networks: tuple[str, ...]) -> None:
        self._networks: tuple[Network, ...] = tuple(ip_network(n, strict=False) for n in networks)

    def client_address(self, peer: str, forwarded_for: str) -> str:
        """The nearest address that is not a trusted proxy: `peer`, or the rightmost foreign entry of `forwarded_for`."""
        address = peer
        for hop in reversed(forwarded_for.split(",")) if forwarded_for else ():
            if not self.trusts(address):
                break
            if not _is_address(hop.strip()):
                break
            address = hop.strip()
        return address

    def trusts(self, address: str) -> bool:
        """Whether `address` is one of these proxies."""
        if not self._networks or not _is_address(address):
            return False
        parsed = ip_address(address)
        # A server that listens for both families sees IPv4 peers inside IPv6.
        peer = (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped) or parsed
        return any(peer in network for network in self._networks)


class Callers:
    """Tells where requests come from; one for the whole process, so that no two references are alike."""

    def __init__(self, proxies: TrustedProxies) -> None:
        self._proxies = proxies
        # A reference for support, no secret: counting spares every request a call to the system's random source.
        self._run = secrets.token_hex(3)
        self._count = count()

    def origin(self, environ: Mapping[str, Any]) -> Origin:
        """The sender of the request in this WSGI environ."""
        return Origin(
            address=self._proxies.client_address(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", "")),
            device=environ.get("HTTP_USER_AGENT", "")[:LONGEST_DEVICE],
            request_id=f"{self._run}{next(self._count) & 0xFFFFFF:06x}",
        )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
