"""Pushed authorization requests (RFC 9126): left by an authenticated client, and fetched by the browser that it sends to us.

A request is spent when the authorization ends, not when the browser first comes with it: a page may be loaded again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from idp.core.errors import Refused
from idp.core.handles import digest, new_handle
from idp.core.kv import KV
from idp.oidc.authorization.request import AuthorizationRequest, unparked

PREFIX = "urn:ietf:params:oauth:request_uri:"


@dataclass(frozen=True, slots=True)
class Pushed:
    """Where the request waits, for so long."""

    request_uri: str
    lifetime: timedelta


class PushedRequests:
    """Keeps pushed requests for `lifetime`. One that was fetched in time may be answered for as long as it is `parked`."""

    def __init__(self, kv: KV, lifetime: timedelta, parked: timedelta) -> None:
        self._kv = kv
        self._lifetime = lifetime
        self._parked = parked

    def keep(self, request: AuthorizationRequest) -> Pushed:
        """Keeps a request that is in order; 256 random bits stand for it."""
        handle = new_handle()
        self._kv.set(_kept(digest(handle)), json.dumps(request.parked(), ensure_ascii=False).encode(), self._lifetime)
        return Pushed(PREFIX + handle, self._lifetime)

    def resolve(self, request: AuthorizationRequest) -> AuthorizationRequest:
        """The request itself, where all that was sent is where it was left. What stands beside that is ignored (RFC 9126 4).

        Raises `Refused`, for a page of ours; also where a request that was found before has been spent since.
        """
        if request.pushed is not None and self._kv.get(_spent(request.pushed)) is not None:
            raise Refused("no_interaction", because="request_uri was spent meanwhile")
        if request.request_uri is None or not request.request_uri.startswith(PREFIX):
            return request
        return self._find(request.client_id, request.request_uri)

    def spend(self, request: AuthorizationRequest) -> bool:
        """Ends a request; True for exactly one of many callers, and for requests that were not pushed."""
        if request.pushed is None:
            return True
        # The mark outlives every page from which the request could be answered once more, and while it is there none is parked.
        return self._kv.add(_spent(request.pushed), b"1", self._lifetime + self._parked)

    def _find(self, client_id: str | None, request_uri: str) -> AuthorizationRequest:
        name = digest(request_uri.removeprefix(PREFIX))
        kept = self._kv.get(_kept(name))
        found = unparked(_read(kept)) if kept is not None else None
        if found is None or found.client_id != client_id or self._kv.get(_spent(name)) is not None:
            raise Refused("no_interaction", because="request_uri is unknown, expired, spent or of another client")
        return replace(found, pushed=name)


def _read(kept: bytes) -> Mapping[str, object]:
    return dict(json.loads(kept))


def _kept(name: str) -> str:
    return f"pushed:{name}"


def _spent(name: str) -> str:
    return f"pushed:spent:{name}"
