"""How a command fails: one line for each problem, that says what to do, and an exit code that scripts can use."""

from enum import IntEnum
from typing import Any, NoReturn

import click

from idp.core.errors import IdpError, Misconfigured, Unavailable
from idp.core.yaml_lines import BrokenFile
from idp.settings import SettingsError


class Exit(IntEnum):
    """Exit codes; those above 64 are of sysexits.h."""

    REFUSED = 1
    UNAVAILABLE = 69
    TAKEN = 75
    UNUSABLE = 78


class Failure(Exception):
    """Ends the command with `code`, after one line for each of `problems` on stderr."""

    def __init__(self, code: Exit, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.code = code
        self.problems = problems


def refused(*problems: str) -> Failure:
    """What was asked for cannot be done, or what was named is not there."""
    return Failure(Exit.REFUSED, *problems)


class Commands(click.Group):
    """The root of the commands: whatever is raised below it becomes a `Failure`; only a defect of ours leaves a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Failure as failure:
            _end(ctx, failure)
        except (SettingsError, BrokenFile) as error:
            _end(ctx, Failure(Exit.UNUSABLE, *error.problems))
        except Misconfigured as error:
            _end(ctx, Failure(Exit.UNUSABLE, error.public))
        except Unavailable as error:
            _end(ctx, Failure(Exit.UNAVAILABLE, f"{error.because}; see that it runs, then try again"))
        except IdpError as error:
            _end(ctx, refused(error.because or error.public or error.code))


def _end(ctx: click.Context, failure: Failure) -> NoReturn:
    for problem in failure.problems:
        click.echo(f"idp: {problem}", err=True)
    ctx.exit(failure.code)
