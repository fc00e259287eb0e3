"""What `/metrics` tells beside what is counted: how the stores, the outbox, the keys and the worker are doing now."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial

from idp.app.house import House
from idp.core.errors import Unavailable
from idp.core.metrics import (
    BUILD,
    CERTIFICATE_LEFT,
    KEY_AGE,
    OUTBOX_FAILED,
    OUTBOX_OLDEST,
    OUTBOX_WAITING,
    UP,
    WORKER_SEEN,
    Sample,
)
from idp.core.outbox_state import depth
from idp.core.pulse import last_seen
from idp.core.versions import product_version
from idp.oidc.tokens.keys import signing_now
from idp.web.health import answers
from idp.web.metrics import Metrics, Watchers

# The folder in IDP_DATA_DIR where the processes of this host keep their counts.
COUNTS = "counts"


def checks_of(house: House) -> dict[str, Callable[[], None]]:
    """The parts without which no work can be done, each with a call that raises where it does not answer."""
    ground = house.ground
    return {"database": ground.database.ping, "kv": ground.kv.ping, "keys": house.protocol.keys.check}


def metrics(house: House, certificate_ends: datetime | None) -> Metrics:
    """The endpoint."""
    ground = house.ground
    return Metrics(ground.meter, Watchers(ground.settings.metrics_allow), partial(state, house, certificate_ends))


def state(house: House, certificate_ends: datetime | None) -> Iterator[Sample]:
    """What stands in the stores now, and how long the certificate is still good, where there is one."""
    yield Sample(BUILD, (product_version(),), 1)
    if certificate_ends is not None:
        yield Sample(CERTIFICATE_LEFT, (), (certificate_ends - house.ground.clock.now()).total_seconds())
    for part, check in checks_of(house).items():
        yield Sample(UP, (part,), 1 if answers(check) else 0)
    with suppress(Unavailable):
        yield from _of_database(house)


def _of_database(house: House) -> Iterator[Sample]:
    ground, now = house.ground, house.ground.clock.now()
    with ground.database.reading() as db:
        found, keys, seen = depth(db), signing_now(house.protocol.keys.all(db), now), last_seen(db)
    for kind in found:
        yield Sample(OUTBOX_WAITING, (kind.kind,), kind.waiting)
        yield Sample(OUTBOX_FAILED, (kind.kind,), kind.failed)
    oldest = min((kind.oldest for kind in found if kind.oldest is not None), default=now)
    yield Sample(OUTBOX_OLDEST, (), (now - oldest).total_seconds())
    for key in keys:
        yield Sample(KEY_AGE, (key.alg,), (now - key.signs_from).total_seconds())
    yield Sample(WORKER_SEEN, (), -1 if seen is None else (now - seen.seen_at).total_seconds())
