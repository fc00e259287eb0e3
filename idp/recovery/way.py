"""Where somebody who cannot sign in came from: whose dress the pages wear, and where they go on when they are done."""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from idp.brands.registry import Brands
from idp.core.kv import KV
from idp.core.throttle import Quota
from idp.sessions.interaction import Interactions
from idp.web.browser import BrowserCookie

KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Way:
    """The brand, the sign-in that was under way, if there was one, and what was `done` here: `password`, `unlocked`."""

    brand: str | None = None
    request: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True)
class Ways:
    """Keeps the way of each browser for an hour; `parking` limits how many one source may begin."""

    kv: KV
    browser: BrowserCookie
    brands: Brands
    interactions: Interactions
    scheme: str
    parking: Quota

    def begin(self, brand: str | None, request: str | None) -> Way:
        """The way of who comes from a sign-in (`request`), or from a page of `brand`; else the one this browser is on.

        Raises `Refused` (429) where its source begins too many.
        """
        found = self.interactions.find(request, self.browser.digest()) if request else None
        if found is not None:
            way = Way(found.brand, found.id)
        elif self.brands.get(brand) is not None:
            way = Way(brand)
        else:
            return self.find()
        if self.kv.get(self._key()) is None:
            self.parking.use()  # who throws the cookie away would leave a row each time
        self.keep(way)
        return way

    def find(self) -> Way:
        """The way this browser is on."""
        kept = self.kv.get(self._key())
        return Way(**json.loads(kept)) if kept else Way()

    def keep(self, way: Way) -> None:
        """From now on this browser is on `way`."""
        self.kv.set(self._key(), json.dumps(asdict(way)).encode(), KEPT)

    def onward(self, way: Way) -> str:
        """Where to sign in: the sign-in that was under way, the brand's own site, or nowhere we know of."""
        if way.request and self.interactions.find(way.request, self.browser.digest()) is not None:
            return f"/signin/{way.request}"
        brand = self.brands.get(way.brand)
        return f"{self.scheme}://{brand.hosts[0]}/" if brand is not None and brand.hosts else ""

    def _key(self) -> str:
        return f"recovery-way:{self.browser.digest()}"
