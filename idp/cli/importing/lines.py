"""The lines of a file, each bounded, so that no file takes more memory than its longest good line."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

LONGEST_LINE = 64 * 1024
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """`number` counts from 1. `raw` is without its line end; None where it is too long. `size` is what it takes in the file."""

    number: int
    raw: bytes | None
    size: int


def lines_of(file: BinaryIO) -> Iterator[Line]:
    """Every line; a byte order mark before the first is no part of it."""
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        size = len(raw)
        whole = raw.endswith(b"\n") or size < LONGEST_LINE
        while not raw.endswith(b"\n") and size >= LONGEST_LINE and (raw := file.readline(LONGEST_LINE)):
            size += len(raw)
        text = raw.removesuffix(b"\n").removesuffix(b"\r")
        yield Line(number, text.removeprefix(BOM) if number == 1 else text, size) if whole else Line(number, None, size)
