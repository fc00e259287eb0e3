"""A portal refuses to start on settings that cannot be right."""

from pathlib import Path

import pytest

from portals.brands import load_brands
from portals.settings import Misconfigured, PortalSettings


def settings(issuer: str = "http://localhost:9000", base_url: str = "http://localhost:9001") -> PortalSettings:
    return PortalSettings(load_brands()["stellantis"], issuer, base_url, Path("unused"))


@pytest.mark.parametrize(
    "issuer", ["http://id.example", "ftp://localhost", "id.example", "https://id.example/", "https://id.example?a=b", ""]
)
def test_an_issuer_that_cannot_be_right(issuer: str) -> None:
    with pytest.raises(Misconfigured, match="issuer"):
        settings(issuer=issuer)


def test_a_base_url_that_cannot_be_right() -> None:
    with pytest.raises(Misconfigured, match="base URL"):
        settings(base_url="http://portal.example")


def test_cookies_are_host_bound_over_tls() -> None:
    assert settings().cookie_name == "stellantis_portal"
    assert settings("https://id.example", "https://portal.example").cookie_name == "__Host-stellantis_portal"


def test_names_at_the_provider() -> None:
    found = settings()
    assert (found.client_id, found.api_client_id) == ("stellantis-portal", "stellantis-api")
    assert found.api_url == "http://localhost:9001/api"
