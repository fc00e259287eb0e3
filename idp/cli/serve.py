"""`idp serve`: the provider, after everything it needs has been found in order."""

import errno
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from idp.app import create_app
from idp.app.clients_file import read_clients_file
from idp.cli.failures import Exit, Failure
from idp.cli.opening import open_house, require_kv
from idp.cli.reloading import hold_hang_ups, keep_reloading
from idp.cli.server import Listening, listening_of, run_server
from idp.cli.slow_bodies import Watch, watched
from idp.cli.tls import Renewals, tls_of
from idp.core.clock import SystemClock
from idp.core.logs import configure_logs, get_log
from idp.settings import Settings
from idp.web.address import TrustedProxies

log = get_log(__name__)


@click.command(epilog="Example: IDP_LISTEN=127.0.0.1:9000 idp serve")
@click.option("--tls-cert", type=click.Path(path_type=Path), help="Serve TLS 1.3, with this certificate and its chain (PEM).")
@click.option("--tls-key", type=click.Path(path_type=Path), help="The certificate's private key (PEM, not encrypted).")
def serve(tls_cert: Path | None, tls_key: Path | None) -> None:
    """Serve the provider until SIGTERM or Ctrl-C; requests under way are finished first.

    Refuses to start where settings, clients.yaml, tables, signing keys or a store are not in order. At SIGHUP it takes
    clients.yaml anew, and a renewed certificate.
    """
    settings, listening = prepare(tls_cert, tls_key)
    renewals = Renewals(listening.tls, lambda: tls_of(tls_cert, tls_key, settings, SystemClock().now()))
    log.info("serving", issuer=settings.issuer, listen=settings.listen, workers=listening.workers)
    run_server(partial(_load, settings, listening, renewals), listening, renewals.next)


def prepare(tls_cert: Path | None, tls_key: Path | None) -> tuple[Settings, Listening]:
    """The settings, and where to listen, when all is in order; nothing stays open. Raises `Failure`, `Misconfigured`,
    `BrokenFile`, `SettingsError`."""
    house = open_house(quiet=False)
    ground = house.ground
    read_clients_file(ground.settings)
    with ground.database.transaction() as db:
        house.protocol.keys.ensure_new(db, ground.clock.now())
    house.protocol.keys.check()
    house.people.hasher.check()
    require_kv(ground)
    listening = listening_of(ground.settings, tls_of(tls_cert, tls_key, ground.settings, ground.clock.now()))
    claim(listening.address, listening.port)
    ground.database.close()  # a connection must not cross the fork
    return ground.settings, listening


def claim(address: str, port: int) -> None:
    """Raises `Failure` where `port` cannot be listened on."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Without SO_REUSEPORT, which the server itself sets: another server would else share the port unseen.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                taken = f"port {port} of {address} is taken: stop what listens there, or choose another (IDP_LISTEN)"
                raise Failure(Exit.TAKEN, taken) from None
            cannot = f"cannot listen on {address}:{port}: {error.strerror}; correct IDP_LISTEN"
            raise Failure(Exit.UNUSABLE, cannot) from None


def _load(settings: Settings, listening: Listening, renewals: Renewals) -> Callable[..., Any]:
    configure_logs(settings.log_level)
    watch = Watch(listening.threads, TrustedProxies(settings.trusted_proxies).trusts)
    hold_hang_ups()
    # A worker that takes the place of a dead one must come up, whatever became of the file meanwhile.
    app = create_app(settings, last_good=True, certificate_ends=renewals.ends)
    keep_reloading(app.extensions["idp"])
    return watched(app, listening.port, watch)
