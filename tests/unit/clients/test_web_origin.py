"""Origins, letter by letter as browsers spell them."""

import pytest

from idp.clients.web_origin import origin_of


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://shop.example/cb?x=1", "https://shop.example"),
        ("https://SHOP.example:443/cb", "https://shop.example"),
        ("HTTPS://shop.example:8443", "https://shop.example:8443"),
        ("http://localhost:80/", "http://localhost"),
        ("https://shop.example:80/", "https://shop.example:80"),
        ("http://[::1]:9000/cb", "http://[::1]:9000"),
        ("com.example.app:/cb", None),
        ("https://shop.example;script-src *.example/", None),
        ("https://shop.example:port/", None),
        ("https://bücher.example/", None),
        ("https:///cb", None),
        ("javascript:alert(1)", None),
    ],
)
def test_the_origin_of_an_address(uri: str, origin: str | None) -> None:
    assert origin_of(uri) == origin
