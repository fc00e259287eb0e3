"""`python -m portals serve`: one brand's portal under Granian."""

import errno
import logging
import socket
import sys
from functools import partial
from pathlib import Path

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from portals.app import create_portal
from portals.brands import load_brands
from portals.settings import Misconfigured, PortalSettings


@click.group()
def main() -> None:
    """The brand portals."""


@main.command(
    epilog="Example: python -m portals serve --brand stellantis --port 9001"
    " --issuer http://localhost:9000 --data-dir var/stellantis"
)
@click.option("--brand", "brand_id", required=True, type=click.Choice(sorted(load_brands())), help="Whose portal.")
@click.option("--port", required=True, type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--issuer", required=True, help="The identity provider's issuer.")
@click.option("--base-url", help="The portal's public address. [default: http://localhost:PORT]")
@click.option("--data-dir", required=True, type=click.Path(path_type=Path, file_okay=False), help="Keys and sessions.")
@click.option("--dpop-nonces", is_flag=True, help="Take DPoP proofs at the account API with its own nonces alone (RFC 9449 9).")
def serve(brand_id: str, port: int, host: str, issuer: str, base_url: str | None, data_dir: Path, dpop_nonces: bool) -> None:
    """Serve one brand's portal until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = PortalSettings(
            brand=load_brands()[brand_id],
            issuer=issuer,
            base_url=base_url or f"http://localhost:{port}",
            data_dir=data_dir,
            dpop_nonces=dpop_nonces,
        )
        _claim(host, port)
        data_dir.mkdir(parents=True, exist_ok=True)
        create_portal(settings)
    except Misconfigured as problem:
        raise click.ClickException(str(problem)) from problem
    except OSError as problem:
        raise click.ClickException(f"The data folder {data_dir} cannot be used: {problem.strerror}.") from problem
    Granian(
        "portals",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.threads,
        backpressure=settings.threads * 4,
        log_level=LogLevels.error,
        workers_kill_timeout=10,
    ).serve(target_loader=partial(_load, settings), wrap_loader=False)


def _load(settings: PortalSettings) -> Flask:
    return create_portal(settings)


def _claim(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise Misconfigured(f"Port {port} is taken: stop what listens there, or choose another --port.") from None
            raise Misconfigured(f"Cannot listen on {host} port {port}: {problem.strerror}.") from None


if __name__ == "__main__":
    sys.exit(main())
