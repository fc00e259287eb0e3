"""Where an address is, in words: said only by a file that the operator keeps. No address is ever looked up elsewhere."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

from idp.core.yaml_lines import BrokenFile

HEAD = ["network", "place"]
LONGEST_PLACE = 80
# By version of the protocol and length of the prefix: the first address of each network, and its place.
Table = Mapping[tuple[int, int], Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class Places:
    """The operator's networks; none where there is no file."""

    table: Table = field(default_factory=dict)

    def of(self, address: str | None) -> str:
        """The place of the smallest network around `address`, IP text; empty where none is known."""
        try:
            parsed = ip_address(address or "")
        except ValueError:
            return ""
        # A server that listens for both families sees IPv4 addresses inside IPv6.
        seen = (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped) or parsed
        for version, length in sorted(self.table, reverse=True):
            if version == seen.version:
                rest = seen.max_prefixlen - length
                if place := self.table[version, length].get(int(seen) >> rest << rest):
                    return place
        return ""


def read_places(path: Path | None) -> Places:
    """The places of a CSV file with the columns network and place. Raises `BrokenFile` naming each line that is wrong."""
    if path is None:
        return Places()
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenFile([f"{path}: cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8 text'}"]) from None
    table: dict[tuple[int, int], dict[int, str]] = {}
    problems: list[str] = []
    for number, row in _rows(lines):
        try:
            network, place = _entry(row)
        except ValueError as error:
            problems.append(f"{path}:{number}: {error}")
            continue
        known = table.setdefault((network.version, network.prefixlen), {})
        if known.setdefault(int(network.network_address), place) != place:
            problems.append(f"{path}:{number}: {network} has another place above")
    if problems:
        raise BrokenFile(problems)
    return Places(table)


def _rows(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    # Each line by itself: a quote that is never closed must not swallow the lines below it.
    for number, line in enumerate(lines, start=1):
        row = next(csv.reader([line], strict=False), [])
        if row and not (number == 1 and row == HEAD):
            yield number, row


def _entry(row: list[str]) -> tuple[IPv4Network | IPv6Network, str]:
    if len(row) != len(HEAD):
        raise ValueError("needs a network and a place, such as 192.0.2.0/24,Bristol")
    network, place = ip_network(row[0].strip()), row[1].strip()
    if not 1 <= len(place) <= LONGEST_PLACE or not place.isprintable():
        raise ValueError(f"the place must be 1 to {LONGEST_PLACE} visible characters")
    return network, place
