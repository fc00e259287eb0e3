"""How settings are written in an environment: names, lists, durations, and files that hold secrets."""

import re
from collections.abc import Container, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

PREFIX = "IDP_"
# Container platforms inject the address of a service named "idp" under these names; they are not ours.
INJECTED = re.compile(r"IDP_(SERVICE_|PORT($|_))")
# What may be given by the name of a file that holds it.
FROM_FILES = ("IDP_MASTER_KEY", "IDP_AUDIT_WEBHOOK_SECRET")


class SettingsError(ValueError):
    """Settings that cannot be used. `problems` holds one line for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _words(value: Any) -> Any:
    return tuple(word for word in re.split(r"[,\s]+", value) if word) if isinstance(value, str) else value


def _seconds(value: Any) -> Any:
    return timedelta(seconds=int(value)) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Seconds = Annotated[timedelta, BeforeValidator(_seconds), Field(gt=timedelta(0))]


def given_in(environment: Mapping[str, str], known: Container[str]) -> tuple[dict[str, str], list[str]]:
    """What `environment` gives of the `known` names, and a line for each unknown name and each file that cannot be read."""
    given = {k: v for k, v in environment.items() if k.startswith(PREFIX) and not INJECTED.match(k)}
    problems: list[str] = []
    for name in FROM_FILES:
        _read_file(given, name, problems)
    problems += [f"{name}: no such setting" for name in sorted(given) if name[len(PREFIX) :].lower() not in known]
    return {k[len(PREFIX) :].lower(): v for k, v in given.items() if k[len(PREFIX) :].lower() in known}, problems


def _read_file(given: dict[str, str], name: str, problems: list[str]) -> None:
    path = given.pop(f"{name}_FILE", None)
    if path is None:
        return
    if name in given:
        problems.append(f"{name} and {name}_FILE: give one of them")
    try:
        given[name] = Path(path).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{name}_FILE: cannot read {path}: {getattr(error, 'strerror', None) or 'not text'}")
        given[name] = ""


def as_line(error: Any) -> str:
    """A mistake that pydantic found, in one line that names the setting."""
    name = f"{PREFIX}{str(error['loc'][0]).upper()}: " if error["loc"] else ""
    what = "missing" if error["type"] == "missing" else str(error["msg"]).removeprefix("Value error, ")
    return name + what
