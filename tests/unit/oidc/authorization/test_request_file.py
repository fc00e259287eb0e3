"""Fetching request objects: a few at once, and what was fetched is kept only under its own hash."""

import base64
import hashlib
from collections.abc import Callable

import pytest

from idp.core.errors import OAuthError
from idp.core.fetcher import Fetcher, FetchRefused
from idp.oidc.authorization.request_file import MOST_AT_ONCE, MOST_OF_ONE, MOST_REMEMBERED, RequestFiles


class Far(Fetcher):
    """Answers with what `found` says, and counts."""

    def __init__(self, found: Callable[[str], bytes]) -> None:
        super().__init__()
        self.found = found
        self.calls: list[str] = []

    def get_bytes(self, url: str, *_: object, **__: object) -> bytes:
        self.calls.append(url)
        return self.found(url)


def hashed(url: str) -> str:
    return f"{url}#{base64.urlsafe_b64encode(hashlib.sha256(url.encode()).digest()).decode().rstrip('=')}"


def test_only_so_many_are_fetched_at_once() -> None:
    """Whoever sends browsers here holds some of our threads, never all, and one client not those of all; then all goes on."""
    client, depth = "", 0

    def deeper(url: str) -> bytes:
        nonlocal depth
        depth += 1
        return files.fetch(client or str(depth), url).encode()  # while this one is under way

    files = RequestFiles(Far(deeper))
    for client, most in (("", MOST_AT_ONCE), ("shop", MOST_OF_ONE), ("shop", MOST_OF_ONE)):
        depth = 0
        with pytest.raises(OAuthError) as refused:
            files.fetch(client or "0", "https://rp.example/r")
        assert (refused.value.code, depth) == ("temporarily_unavailable", most)


def test_what_is_remembered_carries_its_own_hash() -> None:
    """Core 6.2: a fragment that is the hash of the content names it for good; any other says nothing."""
    far = Far(str.encode)
    files = RequestFiles(far)
    for url in ("https://rp.example/r", "https://rp.example/r#other", hashed("https://rp.example/r")):
        assert [files.fetch("shop", url) for _ in range(2)] == ["https://rp.example/r"] * 2
    assert len(far.calls) == 5
    for number in range(MOST_REMEMBERED):
        files.fetch("shop", hashed(f"https://rp.example/{number}"))
    files.fetch("shop", hashed("https://rp.example/r"))
    assert far.calls[-1] == "https://rp.example/r"


def test_what_cannot_be_fetched() -> None:
    """RFC 9101 7: invalid_request_uri."""

    def gone(_: str) -> bytes:
        raise FetchRefused("it is gone")

    for found in (gone, lambda _: b"\xff"):
        with pytest.raises(OAuthError) as refused:
            RequestFiles(Far(found)).fetch("shop", "https://rp.example/r")
        assert refused.value.code == "invalid_request_uri"
