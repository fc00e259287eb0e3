"""The origin of an address, spelled as browsers spell it (RFC 6454 6.2): they compare it letter by letter."""

import re
from urllib.parse import urlsplit

USUAL = {"http": 80, "https": 443}
# Nothing else can be the host of an origin once a browser has read it; a policy that quotes it must hold no other signs.
HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


def origin_of(uri: str) -> str | None:
    """Scheme, host and port of `uri`, the usual port left out; None where it is no web address that a browser would open."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in USUAL or not HOST.fullmatch(host):
        return None
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" if port in (None, USUAL[parts.scheme]) else f"{parts.scheme}://{named}:{port}"
