"""Addresses of others, to which something is added."""

from urllib.parse import urlencode


def with_query(url: str, **named: str) -> str:
    """`url` with `named` after whatever query it already has."""
    return url + (("&" if "?" in url else "?") + urlencode(named) if named else "")
