"""clients.yaml, read as a whole."""

from pathlib import Path

from idp.brands.brand import Brand
from idp.brands.registry import read_brands
from idp.clients.file import read_clients
from idp.clients.in_force import WholeFile
from idp.clients.metadata import ClientMetadata
from idp.core.yaml_lines import BrokenFile, Document, load
from idp.oidc.authorization.scopes import SCOPES


def read_clients_file(path: Path) -> WholeFile:
    """The brands and clients of the file. Raises `BrokenFile` with every mistake of both sections."""
    return read_whole(load(path))


def read_whole(document: Document) -> WholeFile:
    """The same, of a file that was read. Raises `BrokenFile` with every mistake of both sections."""
    problems: list[str] = []
    brands: dict[str, Brand] = {}
    clients: list[ClientMetadata] = []
    named = document.data.get("brands") if isinstance(document.data, dict) else None
    try:
        brands = read_brands(document)
    except BrokenFile as error:
        problems += error.problems
    try:
        # By name alone: a mistake inside a brand is not told again for each of its clients.
        clients = read_clients(document, [str(name) for name in named] if isinstance(named, dict) else [], SCOPES)
    except BrokenFile as error:
        problems += error.problems
    if problems:
        raise BrokenFile(problems)
    return WholeFile(document.text, brands, clients)
