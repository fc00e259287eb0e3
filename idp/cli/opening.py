"""What a command stands on: the settings of its environment, the stores they name, the parts that work on them."""

import os
import pwd
from collections.abc import Mapping

from idp.app import Ground, House, build, lay_ground
from idp.cli.failures import Exit, Failure
from idp.core.clock import SystemClock
from idp.core.errors import Unavailable
from idp.core.logs import configure_logs
from idp.core.migrations import is_current
from idp.core.origin import Origin, call_from
from idp.settings import Settings


def open_ground(environment: Mapping[str, str] | None = None, *, quiet: bool = True) -> Ground:
    """Opens what the settings of `environment` (by default this process's) name.

    `quiet` keeps all but errors out of the log. Whatever is done from here on stands in the audit trail under the operator's
    name. Raises `SettingsError`, `Misconfigured`, `Failure`.
    """
    settings = Settings.from_environment(os.environ if environment is None else environment)
    os.umask(0o077)  # stores, locks and mails that are made from here on are for this account alone
    configure_logs("ERROR" if quiet else settings.log_level)
    if not settings.data_dir.is_dir() or not os.access(settings.data_dir, os.W_OK):
        raise Failure(Exit.UNUSABLE, f"IDP_DATA_DIR: {settings.data_dir} must be a folder that can be written to; make it")
    call_from(Origin(actor=f"operator:{_operator()}"))
    return lay_ground(settings, SystemClock())


def open_migrated(environment: Mapping[str, str] | None = None, *, quiet: bool = True) -> Ground:
    """The ground with a database that answers and has this version's tables. Raises what `open_ground` does."""
    ground = open_ground(environment, quiet=quiet)
    require_database(ground)
    if not is_current(ground.database):
        raise Failure(Exit.UNUSABLE, "the database's tables are not those of this version: run `idp db upgrade`")
    return ground


def open_house(environment: Mapping[str, str] | None = None, *, quiet: bool = True) -> House:
    """All parts on a migrated database. Raises what `open_ground` does, and `BrokenFile`."""
    return build(open_migrated(environment, quiet=quiet))


def require_database(ground: Ground) -> None:
    """Raises `Failure` where the SQL database does not answer."""
    try:
        ground.database.ping()
    except Unavailable as error:
        because = _first_line(error)
        raise Failure(Exit.UNAVAILABLE, f"{because}; start it, or correct IDP_DATABASE_URL") from error


def require_kv(ground: Ground) -> None:
    """Raises `Failure` where the KV does not answer."""
    try:
        ground.kv.ping()
    except Unavailable as error:
        raise Failure(Exit.UNAVAILABLE, f"{error.because}; start it, or correct IDP_KV_URL") from error


def _first_line(error: Unavailable) -> str:
    told = str(getattr(error.__cause__, "orig", "")).strip().splitlines()
    return f"the database does not answer: {told[0]}" if told else error.because


def _operator() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
