"""`idp check`: tells everything that is wrong before anything is started."""

import os
from collections.abc import Callable, Mapping

import click

from idp.app import lay_ground
from idp.app.clients_file import read_clients_file
from idp.cli.failures import Exit, Failure
from idp.cli.output import as_json, print_json
from idp.cli.server import listening_of
from idp.clients.sectors import Sectors
from idp.core.clock import SystemClock
from idp.core.errors import Misconfigured
from idp.core.fetcher import Fetcher, believing
from idp.core.mail import MailDeliverer
from idp.core.places import read_places
from idp.core.texts import text_deliverer
from idp.core.yaml_lines import BrokenFile
from idp.settings import Settings, SettingsError


@click.command(epilog="Example: IDP_CLIENTS_FILE=clients.yaml idp check")
@click.option("--fetch", is_flag=True, help="Fetch the sector documents of clients.yaml, and check them too.")
@as_json
def check(fetch: bool, as_json: bool) -> None:
    """Check settings and clients.yaml; name every mistake with file and line."""
    problems = find_problems(os.environ, fetch=fetch)
    if as_json:
        print_json({"problems": problems})
    if problems:
        raise Failure(Exit.UNUSABLE, *problems)
    if not as_json:
        click.echo("Settings and clients.yaml are good.")


def find_problems(environment: Mapping[str, str], *, fetch: bool = False) -> list[str]:
    """One line for each mistake of the settings and of the files they name; nothing is connected to, unless to `fetch`."""
    try:
        settings = Settings.from_environment(environment)
    except SettingsError as error:
        return error.problems
    problems = [] if settings.data_dir.is_dir() else [f"IDP_DATA_DIR: {settings.data_dir} is not a folder; make it"]
    problems += _said(lambda: listening_of(settings)) + _said(lambda: _parts(settings))
    problems += _said(lambda: read_places(settings.places_file))
    problems += _said(lambda: read_clients_file(settings))
    return problems if problems or not fetch else _of_sectors(settings)


def _parts(settings: Settings) -> None:
    ground = lay_ground(settings, SystemClock())
    MailDeliverer(settings.mail_url, "check@localhost", ground.database, ground.clock)
    fetcher = Fetcher(settings.fetch_allow, tls=believing(settings.fetch_ca_file))
    if settings.text_url:
        text_deliverer(settings.text_url, "", fetcher, ground.database, ground.clock)


def _of_sectors(settings: Settings) -> list[str]:
    sectors = Sectors(Fetcher(settings.fetch_allow, tls=believing(settings.fetch_ca_file)))
    return [
        f"{settings.clients_file}: {client.client_id}: {fault.field}: {fault.reason}"
        for client in read_clients_file(settings).clients
        for fault in sectors.faults(client.sector_identifier_uri, client.redirect_uris)
    ]


def _said(attempt: Callable[[], object]) -> list[str]:
    try:
        attempt()
    except Misconfigured as error:
        return [error.public]
    except (BrokenFile, SettingsError) as error:
        return error.problems
    except ValueError as error:
        return [str(error)]
    return []
