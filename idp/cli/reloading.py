"""A thread in each process that looks after clients.yaml, and at once where SIGHUP asks for it."""

import signal
import threading
from functools import partial

from idp.app import House
from idp.app.clients_file import read_whole
from idp.clients.reloading import Reloading
from idp.core.errors import IdpError
from idp.core.logs import get_log
from idp.core.origin import Origin, call_from

# A changed file is taken at the second look that finds it the same.
LOOK_EVERY_SECONDS = 1.0
HANG_UP = frozenset({signal.SIGHUP})

log = get_log(__name__)


def hold_hang_ups() -> None:
    """SIGHUP waits until the thread below takes it. To be called before other threads are made, which do likewise then."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HANG_UP)


def keep_reloading(house: House) -> None:
    """Begins to look, in this process and until it ends."""
    ground, parties = house.ground, house.parties
    reloading = Reloading(
        path=ground.settings.clients_file,
        read_whole=partial(read_whole, ground.settings),
        database=ground.database,
        bus=ground.bus,
        clock=ground.clock,
        clients=parties.clients,
        brands=parties.brands,
    )
    threading.Thread(target=_look, args=(reloading,), name="clients.yaml", daemon=True).start()


def _look(reloading: Reloading) -> None:
    call_from(Origin(actor="clients.yaml"))
    while True:
        asked = signal.sigtimedwait(HANG_UP, LOOK_EVERY_SECONDS)
        try:
            if asked is not None:
                reloading.reload()
            else:
                reloading.look()
        except IdpError as error:
            log.error("clients_file_put_off", because=error.because)
        except Exception:
            log.exception("clients_file_broke")
