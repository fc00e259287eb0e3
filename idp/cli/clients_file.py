"""clients.yaml, read as a whole."""

from pathlib import Path

from idp.brands.registry import read_brands
from idp.clients.file import read_clients
from idp.clients.metadata import ClientMetadata
from idp.core.yaml_lines import BrokenFile, load
from idp.oidc.authorization.scopes import SCOPES


def read_clients_file(path: Path) -> list[ClientMetadata]:
    """The clients of the file, whose brands are good too. Raises `BrokenFile` with every mistake of both sections."""
    document = load(path)
    problems: list[str] = []
    found: list[ClientMetadata] = []
    named = document.data.get("brands") if isinstance(document.data, dict) else None
    try:
        read_brands(document)
    except BrokenFile as error:
        problems += error.problems
    try:
        # By name alone: a mistake inside a brand is not told again for each of its clients.
        found = read_clients(document, [str(name) for name in named] if isinstance(named, dict) else [], SCOPES)
    except BrokenFile as error:
        problems += error.problems
    if problems:
        raise BrokenFile(problems)
    return found
