"""`idp check`: tells everything that is wrong before anything is started."""

import os
from collections.abc import Callable

import click

from idp.app import lay_ground
from idp.brands.registry import read_brands
from idp.cli.failures import Exit, Failure
from idp.cli.output import as_json, print_json
from idp.clients.file import read_clients
from idp.core.clock import SystemClock
from idp.core.errors import Misconfigured
from idp.core.fetcher import Fetcher
from idp.core.mail import MailDeliverer
from idp.core.yaml_lines import BrokenFile, load
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


def find_problems(environment: "os._Environ[str] | dict[str, str]") -> list[str]:
    """One line for each mistake of the settings and of the files they name; nothing is connected to."""
    try:
        settings = Settings.from_environment(environment)
    except SettingsError as error:
        return error.problems
    problems = [] if settings.data_dir.is_dir() else [f"IDP_DATA_DIR: {settings.data_dir} is not a folder; make it"]
    return problems + _said(lambda: _parts(settings)) + _said(lambda: _clients(settings))


def _parts(settings: Settings) -> None:
    ground = lay_ground(settings, SystemClock())
    Fetcher(settings.fetch_allow)
    MailDeliverer(settings.mail_url, "check@localhost", ground.database, ground.clock)


def _clients(settings: Settings) -> None:
    document = load(settings.clients_file)
    brands: list[str] = []
    problems: list[str] = []
    try:
        brands = list(read_brands(document))
    except BrokenFile as error:
        problems += error.problems
        brands = list(document.data["brands"]) if _has_brands(document.data) else []
    try:
        read_clients(document, brands)
    except BrokenFile as error:
        problems += error.problems
    if problems:
        raise BrokenFile(problems)


def _has_brands(data: object) -> bool:
    return isinstance(data, dict) and isinstance(data.get("brands"), dict)


def _said(attempt: Callable[[], None]) -> list[str]:
    try:
        attempt()
    except Misconfigured as error:
        return [error.public]
    except (BrokenFile, SettingsError) as error:
        return error.problems
    except ValueError as error:
        return [str(error)]
    return []
