"""How the provider is doing: what answers, what waits, what signs, who works, and what somebody should look at."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.errors import IdpError, Unavailable
from idp.core.outbox_state import Depth, depth
from idp.core.pulse import SILENT_AFTER, Pulse, workers
from idp.core.versions import of_database, of_programs
from idp.oidc.tokens.keys import ROTATED_EVERY, KeyInfo, Keys, signing_now

# The worker rotates every ten minutes: a key that is a day over its time is rotated by nobody.
GRACE = timedelta(days=1)
# A delivery is tried again within seconds at first; one that is this old has failed several times.
WAITS_LONG = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that somebody should look at: what it is, what it means, and the page that tells more."""

    title: str
    meaning: str
    path: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A signing key: what it does now, since when, and what comes next, when."""

    kid: str
    alg: str
    state: str
    since: datetime
    next: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Condition:
    """Everything on the page, at `now`. `parts` says whether each answers."""

    now: datetime
    parts: Mapping[str, bool]
    outbox: tuple[Depth, ...]
    workers: tuple[Pulse, ...]
    keys: tuple[KeyLine, ...]
    versions: tuple[tuple[str, str], ...]
    alerts: tuple[Alert, ...]

    def is_silent(self, pulse: Pulse) -> bool:
        """Whether a worker has not been seen for long."""
        return self.now - pulse.seen_at > SILENT_AFTER


# Further parts may add alerts of their own.
Watch = Callable[[Connection, datetime], Iterable[Alert]]


@dataclass(frozen=True, slots=True)
class Ward:
    """Looks at everything. `checks` raise where a part does not answer; `kv_version` asks the KV for its own."""

    database: Database
    keys: Keys
    clock: Clock
    checks: Mapping[str, Callable[[], None]]
    kv_version: Callable[[], tuple[str, str]]
    watches: tuple[Watch, ...] = ()

    def look(self, brands: frozenset[str] | None) -> Condition:
        """How it is now; deliveries of `brands` alone, where not all (None)."""
        now, parts = self.clock.now(), {name: _answers(check) for name, check in self.checks.items()}
        with self.database.reading() as db:
            outbox, pulses, keys = tuple(depth(db, brands)), tuple(workers(db)), self.keys.all(db)
            versions = (*of_programs(), of_database(db), *self._of_kv(parts))
            further = tuple(alert for watch in self.watches for alert in watch(db, now))
        alerts = (*_of_parts(parts), *further, *_of_workers(pulses, now), *_of_outbox(outbox, now), *_of_keys(keys, now))
        lines = tuple(line for key in keys if (line := _line(key, now)) is not None)
        return Condition(now, parts, outbox, pulses, lines, versions, alerts)

    def _of_kv(self, parts: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
        if parts.get("kv", False):
            try:
                yield self.kv_version()
            except Unavailable:
                return


def _answers(check: Callable[[], None]) -> bool:
    try:
        check()
    except IdpError:
        return False
    return True


def _of_parts(parts: Mapping[str, bool]) -> Iterator[Alert]:
    for name, answers in parts.items():
        if not answers:
            yield Alert(f"The part called {name} does not answer", "What customers can still do stands in the manual.")


def _of_workers(pulses: tuple[Pulse, ...], now: datetime) -> Iterator[Alert]:
    meaning = "No mail or text leaves, applications are not told of sign-outs, keys are not rotated. Start one: idp worker."
    if not pulses:
        yield Alert("No worker has ever been seen", meaning)
    elif now - pulses[0].seen_at > SILENT_AFTER:
        yield Alert(f"No worker has been seen for {ago(now - pulses[0].seen_at)}", meaning)


def _of_outbox(outbox: tuple[Depth, ...], now: datetime) -> Iterator[Alert]:
    failed = sum(kind.failed for kind in outbox)
    if failed:
        what = "One delivery was given up" if failed == 1 else f"{failed:,} deliveries were given up"
        yield Alert(what, "They are tried again only if somebody asks for it.", "/console/health/deliveries", "See which")
    oldest = min((kind.oldest for kind in outbox if kind.oldest is not None), default=now)
    if now - oldest > WAITS_LONG:
        title = f"A delivery has been waiting for {ago(now - oldest)}"
        yield Alert(title, "It was tried and did not arrive.", "/console/health/deliveries?state=waiting", "See which")


def _of_keys(keys: list[KeyInfo], now: datetime) -> Iterator[Alert]:
    for key in signing_now(keys, now):
        late = now - key.signs_from - ROTATED_EVERY
        if late > GRACE and key.retires_at is None:
            meaning = "The worker rotates keys; an operator can do it now: idp keys rotate."
            yield Alert(f"The {key.alg} key should have been rotated {ago(late)} ago", meaning)


def _line(key: KeyInfo, now: datetime) -> KeyLine | None:
    if key.signs_from > now:
        return KeyLine(key.kid, key.alg, "published, signs soon", key.created_at, "signs", key.signs_from)
    if key.gone_at is not None and key.gone_at <= now:
        return None
    if key.retires_at is not None and key.retires_at <= now:
        return KeyLine(key.kid, key.alg, "retired, still published", key.retires_at, "goes", key.gone_at)
    if key.retires_at is not None:
        return KeyLine(key.kid, key.alg, "signs", key.signs_from, "retires", key.retires_at)
    due = key.signs_from + ROTATED_EVERY
    return KeyLine(key.kid, key.alg, "signs", key.signs_from, "rotation overdue since" if due < now else "rotation due", due)


def ago(length: timedelta) -> str:
    """A length of time in one unit, rounded down: "3 minutes"."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count = int(length.total_seconds()) // size
        if count > 0:
            return f"{count:,} {unit}{'s' if count != 1 else ''}"
    return "a moment"
