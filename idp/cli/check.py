"""`idp check`: tells everything that is wrong before anything is started."""

import os
from collections.abc import Callable, Mapping

import click

from idp.app import lay_ground
from idp.app.clients_file import read_clients_file
from idp.cli.failures import Exit, Failure
from idp.cli.output import as_json, print_json
from idp.cli.server import listening_of
from idp.core.clock import SystemClock
from idp.core.errors import Misconfigured
from idp.core.fetcher import Fetcher, believing
from idp.core.mail import MailDeliverer
from idp.core.places import read_places
from idp.core.texts import text_deliverer
from idp.core.yaml_lines import BrokenFile
from idp.settings import Settings, SettingsError


@click.command(epilog="Example: IDP_CLIENTS_FILE=clients.yaml idp check")
@as_json
def check(as_json: bool) -> None:
    """Check settings and clients.yaml; name every mistake with file and line."""
    problems = find_problems(os.environ)
    if as_json:
        print_json({"problems": problems})
    if problems:
        raise Failure(Exit.UNUSABLE, *problems)
    if not as_json:
        click.echo("Settings and clients.yaml are good.")


def find_problems(environment: Mapping[str, str]) -> list[str]:
    """One line for each mistake of the settings and of the files they name; nothing is connected to."""
    try:
        settings = Settings.from_environment(environment)
    except SettingsError as error:
        return error.problems
    problems = [] if settings.data_dir.is_dir() else [f"IDP_DATA_DIR: {settings.data_dir} is not a folder; make it"]
    problems += _said(lambda: listening_of(settings)) + _said(lambda: _parts(settings))
    problems += _said(lambda: read_places(settings.places_file))
    return problems + _said(lambda: read_clients_file(settings))


def _parts(settings: Settings) -> None:
    ground = lay_ground(settings, SystemClock())
    MailDeliverer(settings.mail_url, "check@localhost", ground.database, ground.clock)
    fetcher = Fetcher(settings.fetch_allow, tls=believing(settings.fetch_ca_file))
    if settings.text_url:
        text_deliverer(settings.text_url, "", fetcher, ground.database, ground.clock)


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
