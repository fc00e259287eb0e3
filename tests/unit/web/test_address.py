"""Nobody chooses their own address: forwarded ones are believed from trusted proxies alone."""

import pytest

from idp.web.address import TrustedProxies

TRUSTED = TrustedProxies(("10.0.0.0/8", "::1"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "not an address", "10.0.0.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:203.0.113.5", "198.51.100.1", "::ffff:203.0.113.5"),
    ],
)
def test_the_nearest_foreign_address_counts(peer: str, forwarded: str, address: str) -> None:
    assert TRUSTED.client_address(peer, forwarded) == address


def test_without_trusted_proxies_the_peer_counts() -> None:
    assert TrustedProxies(()).client_address("127.0.0.1", "6.6.6.6") == "127.0.0.1"
