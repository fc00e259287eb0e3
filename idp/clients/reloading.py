"""clients.yaml changes while the provider runs: every process takes a good file, one of them merges its clients (S4).

A bad file changes nothing anywhere. A file that is still being written is left alone until it has been the same for two looks;
one that is cut off and yet makes sense cannot be told from a shorter one, so writers should write aside and rename.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from idp.brands.registry import Brands
from idp.clients.file import merge
from idp.clients.in_force import WholeFile, digest_of, reject, take
from idp.clients.registry import Clients
from idp.core.clock import Clock
from idp.core.configuration_events import ConfigurationLoaded, ConfigurationRejected
from idp.core.database import Database
from idp.core.events import Bus
from idp.core.logs import get_log
from idp.core.yaml_lines import BrokenFile, Document, parse, read

log = get_log(__name__)

Stamp = tuple[int, int, int] | None


class _ChangedMeanwhile(Exception):
    """Undoes what was begun with a file that is not the newest any more."""


@dataclass
class Reloading:
    """Looks at the file at `path`; `read_whole` makes of a parsed one what it says, or raises `BrokenFile`."""

    path: Path
    read_whole: Callable[[Document], WholeFile]
    database: Database
    bus: Bus
    clock: Clock
    clients: Clients
    brands: Brands
    _done: Stamp = field(default=None, init=False)
    _seen: Stamp = field(default=None, init=False)

    def look(self) -> None:
        """Takes the file where it changed and has come to rest. Raises `Unavailable`; the next look tries again."""
        stamp = _stamp(self.path)
        at_rest, self._seen = stamp == self._seen, stamp
        if at_rest and stamp != self._done:
            self.reload()

    def reload(self) -> None:
        """Takes the file as it is now. Raises `Unavailable`."""
        stamp = _stamp(self.path)
        try:
            whole = self._read()
            self._take(whole, stamp)
        except BrokenFile:
            pass  # refused, and told: the last good file stays
        except _ChangedMeanwhile:
            return
        else:
            self.brands.take(whole.brands)
        self._done = stamp

    def _read(self) -> WholeFile:
        text = None
        try:
            text = read(self.path)
            return self.read_whole(parse(self.path, text))
        except BrokenFile as broken:
            self._reject(text, broken)
            raise

    def _take(self, whole: WholeFile, stamp: Stamp) -> None:
        try:
            with self.database.transaction() as db:
                if not take(db, whole.text, self.clock.now()):
                    return
                # Another process may have taken a newer one while this one waited for its turn.
                if _stamp(self.path) != stamp:
                    raise _ChangedMeanwhile
                changed = load(db, self.bus, self.clients, whole, self.clock.now())
        except BrokenFile as broken:
            self._reject(whole.text, broken)
            raise
        log.info("clients_file_loaded", file=str(self.path), brands=sorted(whole.brands), clients_changed=changed)

    def _reject(self, text: str | None, broken: BrokenFile) -> None:
        digest = digest_of(text if text is not None else "\n".join(broken.problems))
        with self.database.transaction() as db:
            first = reject(db, digest, broken.problems, self.clock.now())
            if first:
                told = tuple(broken.problems)
                self.bus.record(
                    db, ConfigurationRejected(outcome="refused", reason="broken_file", digest=digest, problems=told)
                )
        if first:
            log.error("clients_file_rejected", problems=broken.problems, why="the last good one stays until it is mended")


def load(db: Connection, bus: Bus, clients: Clients, whole: WholeFile, now: datetime) -> list[str]:
    """Merges a file that was just put in force, and records it; ids of the clients that changed. Raises `BrokenFile`."""
    changed = merge(db, bus, clients, whole.clients, now)
    bus.record(db, ConfigurationLoaded(digest=whole.digest, clients=tuple(changed)))
    return changed


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
