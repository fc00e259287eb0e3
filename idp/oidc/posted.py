"""Protocol requests that came by POST, kept until the browser fetches them by GET.

A POST from another site carries no Lax cookie, so whoever looks for the session must do it after a redirect (P2).
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from idp.core.handles import digest, new_handle
from idp.core.kv import KV
from idp.core.throttle import Quota


class Posted:
    """Keeps requests of one `purpose` for `lifetime`; `quota` limits how many one source may leave here.

    Reading does not consume: the page may be loaded again.
    """

    def __init__(self, kv: KV, purpose: str, lifetime: timedelta, quota: Quota) -> None:
        self._kv = kv
        self._quota = quota
        self._purpose = purpose
        self._lifetime = lifetime

    def keep(self, request: Mapping[str, Any]) -> str:
        """Keeps a request and gives the handle it is fetched by. Raises `Refused` where its source leaves too many."""
        self._quota.use()
        handle = new_handle()
        self._kv.set(self._key(handle), json.dumps(dict(request), ensure_ascii=False).encode(), self._lifetime)
        return handle

    def find(self, handle: str) -> dict[str, Any] | None:
        """The request; None where there never was one, or it was left for too long."""
        kept = self._kv.get(self._key(handle))
        return dict(json.loads(kept)) if kept is not None else None

    def _key(self, handle: str) -> str:
        return f"posted:{self._purpose}:{digest(handle)}"
