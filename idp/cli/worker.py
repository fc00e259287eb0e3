"""`idp worker`: delivers the outbox, and looks after everything that time brings about."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import click

from idp.activation import case_codes
from idp.admin.desk import cases
from idp.app import House, lost, recovery
from idp.app.auditing import cut_old, sending
from idp.app.clients_file import read_clients_file
from idp.app.metering import COUNTS
from idp.app.registering import sector_watch
from idp.app.telling import closings_of
from idp.cli.opening import open_house
from idp.cli.reloading import hold_hang_ups, keep_reloading
from idp.core import audit_chain, outbox, pulse, tallies
from idp.core.errors import IdpError, Unavailable
from idp.core.logs import get_log
from idp.core.pulse import Pulse
from idp.core.versions import product_version
from idp.factors import sent_code
from idp.oidc.refusals import store as refusals
from idp.oidc.tokens import purge as tokens
from idp.recovery import lost_store
from idp.recovery.lost_asks import LostAsks
from idp.selfservice import contact_undos
from idp.sessions import known_browsers

BATCH = 500
TICK_SECONDS = 0.5

log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do again and again. `act` answers how much it did; at `batch` or more it is done again at once."""

    name: str
    every: float
    act: Callable[[], int]
    batch: int | None = None


@click.command(epilog="Example: idp worker")
def worker() -> None:
    """Deliver messages, answer who cannot sign in, chain the trail, end old sessions, rotate keys, until SIGTERM or Ctrl-C.

    Several may run; each piece of work is done once.
    """
    hold_hang_ups()
    house = open_house(quiet=False)
    read_clients_file(house.ground.settings)
    keep_reloading(house)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(house, stop)


def run(house: House, stop: threading.Event) -> None:
    """Works until `stop` is set; deliveries under way are finished."""
    log.info("working")
    house.ground.meter.begin(house.ground.settings.data_dir / COUNTS)
    deliveries = threading.Thread(target=_deliver, args=(house, stop), name="outbox")
    deliveries.start()
    due = dict.fromkeys(chores(house), 0.0)
    while not stop.is_set():
        for chore, at in due.items():
            if at <= time.monotonic() and not stop.is_set():
                do(chore, stop)
                due[chore] = time.monotonic() + chore.every
        stop.wait(TICK_SECONDS)
    deliveries.join()


def chores(house: House) -> tuple[Chore, ...]:
    """What is to be done besides deliveries, and every how many seconds."""
    ground, closings = house.ground, closings_of(house)
    now, answering = ground.clock.now, recovery.answering(house)
    codes, resets = lost.codes(house), lost.resets(house)
    me, began = f"{socket.gethostname()[:100]}:{os.getpid()}", now()
    receiver, sectors = sending(ground, house.parties.fetcher), sector_watch(house)
    return (
        Chore("pulse", pulse.EVERY_SECONDS, lambda: _beat(house, Pulse(me, began, now(), product_version()))),
        Chore("chain_audit", 2, lambda: _chain(house), batch=1),
        Chore("tally", 5, lambda: tallies.tally(ground.database), batch=tallies.BATCH),
        # A stretch at a time: the first cut of a long trail must not keep the others waiting.
        Chore("cut_audit", 5, lambda: cut_old(ground)),
        Chore("send_audit", 1, lambda: receiver.offer() if receiver is not None else 0),
        Chore("end_sessions", 5, lambda: house.people.sessions.sweep(now(), BATCH), batch=BATCH),
        Chore("look_at_sectors", 60, sectors.turn),
        Chore("rotate_keys", 600, lambda: len(house.protocol.keys.rotate_if_due(ground.bus, now()))),
        Chore("remind_of_closing", 600, lambda: closings.remind(BATCH), batch=BATCH),
        Chore("close_accounts", 60, lambda: closings.finish(BATCH), batch=BATCH),
        Chore("purge_kv", 60, lambda: ground.kv.purge(now())),
        Chore("purge_tokens", 60, lambda: _purge_tokens(house), batch=BATCH),
        Chore("purge_browsers", 600, lambda: _purge_browsers(house), batch=BATCH),
        Chore("purge_ghosts", 60, lambda: _purge_ghosts(house), batch=BATCH),
        Chore("answer_recoveries", 0.5, lambda: answering.answer(BATCH), batch=BATCH),
        Chore("answer_lost", 0.5, lambda: codes.answer(BATCH), batch=BATCH),
        Chore("factor_resets", 10, lambda: resets.tick(BATCH), batch=BATCH),
        Chore("purge_recoveries", 60, lambda: _purge_recoveries(house), batch=BATCH),
        Chore("purge_calls", 600, lambda: _purge_calls(house), batch=BATCH),
        Chore("purge_codes", 600, lambda: _purge_codes(house), batch=BATCH),
        Chore("purge_contacts", 600, lambda: _purge_contacts(house), batch=BATCH),
        Chore("purge_outbox", 600, lambda: _purge_outbox(house)),
        Chore("purge_tallies", 3600, lambda: _purge_tallies(house)),
        Chore("purge_refusals", 600, lambda: _purge_refusals(house), batch=BATCH),
    )


def do(chore: Chore, stop: threading.Event) -> None:
    """Does one chore to its end. A store that is away, or a defect, is logged and leaves the others alone."""
    try:
        done = chore.act()
        while chore.batch is not None and done >= chore.batch and not stop.is_set():
            done = chore.act()
    except Unavailable as error:
        log.error("chore_put_off", chore=chore.name, because=error.because)
    except IdpError as error:
        log.error("chore_failed", chore=chore.name, because=error.because)
    except Exception:
        log.exception("chore_broke", chore=chore.name)


def _deliver(house: House, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            house.protocol.outbox.run_forever(stop)
        except Exception:
            # A worker that looks alive and delivers nothing would be worse than the noise.
            log.exception("outbox_broke")
            stop.wait(TICK_SECONDS)


def _chain(house: House) -> int:
    ground = house.ground
    return 1 if audit_chain.chain(ground.database, ground.keyring, ground.clock) else 0


def _beat(house: House, mine: Pulse) -> int:
    with house.ground.database.transaction() as db:
        pulse.beat(db, mine)
    return 1


def _purge_tallies(house: House) -> int:
    with house.ground.database.transaction() as db:
        return tallies.purge(db, house.ground.clock.now())


def _purge_tokens(house: House) -> int:
    ground = house.ground
    with ground.database.transaction() as db:
        return tokens.purge(db, ground.clock.now(), ground.settings.refresh_grace, BATCH)


def _purge_outbox(house: House) -> int:
    with house.ground.database.transaction() as db:
        return outbox.purge(db, house.ground.clock.now())


def _purge_refusals(house: House) -> int:
    with house.ground.database.transaction() as db:
        return refusals.purge(db, house.ground.clock.now(), BATCH)


def _purge_browsers(house: House) -> int:
    with house.ground.database.transaction() as db:
        return known_browsers.purge(db, house.ground.clock.now(), BATCH)


def _purge_codes(house: House) -> int:
    with house.ground.database.transaction() as db:
        now = house.ground.clock.now()
        return max(sent_code.purge(db, now, BATCH), case_codes.purge(db, now, BATCH))


def _purge_calls(house: House) -> int:
    with house.ground.database.transaction() as db:
        return cases.purge(db, house.ground.clock.now(), BATCH)


def _purge_recoveries(house: House) -> int:
    with house.ground.database.transaction() as db:
        now = house.ground.clock.now()
        asks = LostAsks(house.ground.keyring).purge(db, now, BATCH) + lost_store.purge(db, now, BATCH)
        return asks + house.asked_cases.purge(db, now, BATCH)


def _purge_contacts(house: House) -> int:
    with house.ground.database.transaction() as db:
        return contact_undos.purge(db, house.ground.clock.now(), BATCH)


def _purge_ghosts(house: House) -> int:
    with house.ground.database.transaction() as db:
        return house.locking.lockout.purge(db, house.ground.clock.now(), BATCH)
