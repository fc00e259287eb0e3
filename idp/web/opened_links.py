"""Mailed links, once they are followed: the secret leaves the address at once, and only this browser can go on."""

from dataclasses import dataclass
from datetime import timedelta

from idp.core.handles import digest, new_handle
from idp.core.kv import KV
from idp.core.throttle import Quota
from idp.web.browser import BrowserCookie

OPEN_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class OpenedLinks:
    """Collaborators; `name` tells one kind of link from another."""

    name: str
    kv: KV
    browser: BrowserCookie
    parking: Quota

    def open(self, handle: str) -> str:
        """A fresh handle that stands for the mailed `handle` in this browser, for half an hour. Uses nothing up."""
        self.parking.use()  # whoever makes up links must not fill the store with them
        return self.keep(digest(handle))

    def keep(self, handle_digest: str) -> str:
        """The same for a link whose digest is known."""
        opened = new_handle()
        self.kv.set(self._key(opened), handle_digest.encode(), OPEN_FOR)
        return opened

    def kept(self, opened: str) -> str:
        """The digest of the mailed handle behind `opened`; empty for what this browser has not opened."""
        kept = self.kv.get(self._key(opened))
        return kept.decode() if kept is not None else ""

    def _key(self, opened: str) -> str:
        # For this browser alone: an address that is passed on leads nowhere.
        return f"{self.name}:{self.browser.digest()}:{digest(opened)}"
