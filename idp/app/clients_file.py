"""clients.yaml, read as a whole."""

from idp.brands.brand import Brand
from idp.brands.registry import read_brands
from idp.clients.file import read_clients
from idp.clients.in_force import WholeFile
from idp.clients.lifetimes import longest_of
from idp.clients.metadata import ClientMetadata
from idp.core.yaml_lines import BrokenFile, Document, load
from idp.oidc.authorization.scopes import SCOPES
from idp.settings import Settings


def read_clients_file(settings: Settings) -> WholeFile:
    """The brands and clients of the file that `settings` name. Raises `BrokenFile` with every mistake of both sections."""
    return read_whole(settings, load(settings.clients_file))


def read_whole(settings: Settings, document: Document) -> WholeFile:
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
        ids = [str(name) for name in named] if isinstance(named, dict) else []
        clients = read_clients(document, ids, SCOPES, longest_of(settings))
    except BrokenFile as error:
        problems += error.problems
    if problems:
        raise BrokenFile(problems)
    return WholeFile(document.text, brands, clients)
